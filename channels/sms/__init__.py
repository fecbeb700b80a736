"""SMS as text: how many segments a text costs, how it is folded to cost few, and how an answer becomes numbered lines.

Which provider carries it is not known here: every SMS provider's adapter sends what `render` makes.
"""
