"""Reading Darija, Arabic and French as people type them: normalising, folding across scripts, script and numbers.

Pure functions on strings, standard library only; nothing here knows a town, an intent or Rasa.
"""
