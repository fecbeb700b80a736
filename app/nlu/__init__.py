"""`maalem nlu …`: how well messages are understood, and why one was taken for what it was.

What is measured and how stands in `bot/nlu`; here are the commands, their tables and their picture.
"""
