"""What each surface can show whole, which the bot asks, and what is cheap, which the build asks: from above both."""

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


def in_one_segment(message: Outbound) -> bool:
    """Whether the message, with its choices, is one SMS that costs one."""
    return [payload.size.segments for payload in sms.render(message)] == [1]
