"""Telegram: what its updates say, how an answer becomes messages, and the one place that calls its server.

What is answered is decided elsewhere; secrets and the order of sending are the gateway's and the sender's.
"""
