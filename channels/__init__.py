"""The ways messages travel: one folder for each provider, the gateway that receives, the sender that sends.

What a message means and what is answered is not decided here, and no sentence a person reads is written here.
"""
