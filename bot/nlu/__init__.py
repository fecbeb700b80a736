"""The components of Rasa's pipeline (config.yml): form of writing, intent, entities, and what to do when unsure.

They fold and look up through `darija` and `knowledge`, which know nothing of Rasa; no answer and no training sentence
lives here (those are in `bot/responses` and `data/nlu`).
"""
