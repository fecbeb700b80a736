"""From message ids to what a person sees: words in their language, choices with their tokens, one bubble a turn.

No provider's payload is made here (channels do that) and nothing is decided (actions did that).
"""
