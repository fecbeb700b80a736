"""What is asked, in which order, and how an answer is read: pure functions from what a person said to what follows.

No database, no Rasa and no sentence lives here; the actions carry out what these functions decide.
"""
