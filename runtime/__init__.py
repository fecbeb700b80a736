"""What every process needs before it does anything: settings, logs, the clock, wake-ups between processes.

Nothing here knows of messages, people or the database, and nothing here reads settings on its own: entry points do.
"""
