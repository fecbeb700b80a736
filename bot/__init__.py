"""The bot itself: Rasa in process, its pipeline, its actions and how an answer is put into words.

Channels, tables and sentences do not live here: they are in `channels`, `storage` and `i18n`.
"""
