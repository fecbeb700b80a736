"""Every sentence the bot says, in four written forms: languages, catalogs, checks and upkeep.

Nothing here knows who is spoken to or on which channel: choosing a message and its values is for `bot.responses`.
"""
