"""What each surface can show whole: the one question about channels that the bot may ask, answered from above it."""

from __future__ import annotations

from channels.sms import render as sms
from channels.telegram import render as telegram
from channels.whatsapp import render as whatsapp
from channels.whatsapp.render import LabelTooLong, TextTooLong, TooManyChoices
from conversation import Outbound, Surface


def fits(message: Outbound, surface: Surface) -> bool:
    """Whether a surface shows the message in one piece, with every choice and uncut labels."""
    match surface:
        case Surface.SMS:
            return sms.fits(message)
        case Surface.TELEGRAM:
            return len(telegram.render(message)) == 1
        case Surface.WHATSAPP:
            try:
                whatsapp.render(message)
            except (TooManyChoices, LabelTooLong, TextTooLong):
                return False
            return True
