"""What each surface can show whole: the one question about channels that the bot asks, answered from above it."""

from __future__ import annotations

from channels.sms import render as sms
from channels.telegram import render as telegram
from channels.whatsapp import render as whatsapp
from conversation import Outbound, Surface


def fits(message: Outbound, surface: Surface) -> bool:
    """Whether a surface shows the message in one piece, with every choice and uncut labels."""
    match surface:
        case Surface.SMS:
            return sms.fits(message)
        case Surface.TELEGRAM:
            return telegram.fits(message)
        case Surface.WHATSAPP:
            return whatsapp.fits(message)
