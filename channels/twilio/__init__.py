"""WhatsApp and SMS by Twilio: its signed forms read, answers made into messages and templates, its API called.

How an SMS is folded and counted stands in channels/sms; what is answered is decided elsewhere.
"""
