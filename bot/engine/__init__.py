"""Rasa in process: loading it, a person's turn as one transaction, the worker that runs turns, and training.

What the bot does and says lives in `bot.actions` and `bot.responses`; every liberty taken with Rasa in `rasa_compat`.
"""
