"""The command line and the processes it starts: what a person types after `./maalem`.

Nothing of the bot itself lives here: commands read the settings, hand them on, and say what happened.
"""
