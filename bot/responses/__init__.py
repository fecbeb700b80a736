"""From message ids to what a person sees: the words in their language, the choices with their tokens, one bubble a turn.

No provider's payload is made here (channels do that) and nothing is decided (actions did that).
"""
