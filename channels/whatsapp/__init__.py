"""WhatsApp as Meta's Cloud API shapes it: message bodies, and how an answer becomes buttons or a list.

Nothing is sent from here.
"""
