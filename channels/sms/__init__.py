"""SMS as text (segments, folding, numbered lines), and by an HTTP gateway: Kannel, Jasmin and their like.

What `render` makes any SMS provider's adapter can send; the other modules speak to the gateway.
"""
