"""A phone on a page: the three channels as a person would see them, for trying, teaching and measuring.

It uses the same inbox, worker and outbox as the real channels and talks to no provider. Off unless switched on.
"""
