"""What is kept: tables, migrations, inbox, outbox, people, journeys and the log of conversations.

Every function takes the caller's open connection, so that a turn is one transaction; nothing here decides what to say.
"""
