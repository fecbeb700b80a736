"""How an SMS gateway wants to be spoken to: two makes as they are documented, and what a setting changes.

A national short code is mostly reached through a gateway that speaks SMPP to the operator and HTTP to us. All of them
do the same with other names, so the names are data.

Sources, read 2026-11-25: Kannel's user guide (https://www.kannel.org/download/1.4.5/userguide-1.4.5/userguide.html,
"Using the HTTP interface to send SMS messages", "Delivery Reports") and its smsbox.c, urltrans.c, dlr.h; Jasmin's HTTP
API (https://docs.jasminsms.com/en/latest/apis/http/index.html) and its send.py, throwers.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from conversation import DeliveryState

Charset = Literal["gsm", "ascii", "latin-1", "windows-1252", "utf-8", "utf-16-be"]
"""What a received text may be written in; "gsm" is the alphabet of TS 23.038, a code in each octet."""


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error:
        raise ValueError("is not a regular expression") from None
    return value


Pattern = Annotated[str, AfterValidator(_pattern)]


class SmsDialect(BaseModel):
    """The names and words of one make of gateway. A name that is None is not sent, or not looked for.

    Attributes:
        method: How a message is handed over: parameters in the address, or as a form.
        out_username: Parameter of the account's name.
        out_password: Parameter of the account's password.
        out_to: Parameter of the receiver's number.
        out_sender: Parameter of our short code or number.
        out_text: Parameter of the text, UTF-8.
        out_ucs_2_hex: Parameter of a text outside GSM-7 where the gateway wants that one as hexadecimal UTF-16BE.
        out_coding: Parameter that says how the text is to travel.
        gsm_7: Its value for GSM-7.
        ucs_2: Its value for UCS-2.
        out_report_url: Parameter of the address for delivery reports.
        out_always: Parameters sent with every message, as they stand.
        plus: Whether numbers go out with a plus.
        accepted: What the answer to an accepted message looks like; its first group, if any, is the message's id.
        report_query: What is put behind our address for reports, for the gateway to fill in.
        in_id: Parameter of a received message's id.
        in_from: Parameter of the writer's number.
        in_to: Parameter of the number written to.
        in_text: Parameter of the text.
        in_text_form: How its octets are written: as they are, hexadecimal, base64.
        in_coding: Parameter that says how the text travelled.
        in_charset: Parameter that names the text's character set; goes before `in_coding`.
        in_time: Parameter of the time: seconds since 1970, or `YYYY-MM-DD HH:MM[:SS]` in UTC.
        charsets: Value of `in_coding` → character set; "" stands for a value that is missing or not listed.
        report_id: Parameter of the message's id in a report.
        report_status: Parameter of what became of it.
        report_error: Parameter of the operator's own word on a failure.
        report_time: Parameter of the time, as `in_time`.
        states: Value of `report_status` → state; one that ends with `*` stands for all that begin so.
        acknowledgement: What the gateway wants to hear when a message or report has arrived.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Literal["GET", "POST"]
    out_username: str | None
    out_password: str | None
    out_to: str
    out_sender: str
    out_text: str
    out_ucs_2_hex: str | None = None
    out_coding: str
    gsm_7: str
    ucs_2: str
    out_report_url: str | None
    out_always: dict[str, str]
    plus: bool
    accepted: Pattern
    report_query: str = Field(default="", pattern=r"^[A-Za-z0-9=&%_.-]*$")
    in_id: str | None
    in_from: str
    in_to: str
    in_text: str
    in_text_form: Literal["plain", "hex", "base64"]
    in_coding: str | None
    in_charset: str | None
    in_time: str | None
    charsets: dict[str, Charset]
    report_id: str | None
    report_status: str
    report_error: str | None
    report_time: str | None
    states: dict[str, DeliveryState]
    acknowledgement: str


KANNEL: Final = SmsDialect(
    method="GET",  # its POST takes the text as the body and everything else as headers
    out_username="username",
    out_password="password",  # noqa: S106 - the name of a parameter
    out_to="to",
    out_sender="from",
    out_text="text",
    out_coding="coding",
    gsm_7="0",
    ucs_2="2",
    out_report_url="dlr-url",
    out_always={"charset": "UTF-8", "dlr-mask": "27"},  # 1 and 2: the phone; 8 and 16: the operator; not 4, queued
    plus=True,  # it takes the plus away and tells the operator "international"
    accepted=r"^(?:0: |3: |Sent\.)",  # no id: a report is known by our reference alone
    report_query="status=%d&error=%A&time=%T",
    in_id="id",
    in_from="from",
    in_to="to",
    in_text="text",
    in_text_form="plain",
    in_coding="coding",
    in_charset="charset",
    in_time="time",
    charsets={"": "utf-8", "0": "utf-8", "2": "utf-16-be"},
    report_id=None,
    report_status="status",
    report_error="error",
    report_time="time",
    states={
        "1": DeliveryState.DELIVERED,
        "2": DeliveryState.FAILED,
        "4": DeliveryState.SENT,
        "8": DeliveryState.SENT,
        "16": DeliveryState.FAILED,
    },
    acknowledgement="",  # what stands in the answer is sent to the person
)
JASMIN: Final = SmsDialect(
    method="POST",
    out_username="username",
    out_password="password",  # noqa: S106 - the name of a parameter
    out_to="to",
    out_sender="from",
    out_text="content",
    out_ucs_2_hex="hex-content",
    out_coding="coding",
    gsm_7="0",
    ucs_2="8",
    out_report_url="dlr-url",
    out_always={"dlr": "yes", "dlr-level": "3", "dlr-method": "POST"},
    plus=False,  # it would hand the plus on to the operator
    accepted=r'^Success "([^"]+)"',
    in_id="id",
    in_from="from",
    in_to="to",
    in_text="binary",  # the octets of `content`, whatever became of those when they were taken for text
    in_text_form="hex",
    in_coding="coding",
    in_charset=None,
    in_time=None,
    charsets={"": "gsm", "0": "gsm", "1": "ascii", "3": "latin-1", "8": "utf-16-be"},  # SMPP 3.4, 5.2.19
    report_id="id",
    report_status="message_status",
    report_error="err",
    report_time=None,  # `donedate` is in the operator's own time
    states={
        "ESME_ROK": DeliveryState.SENT,
        "ESME_*": DeliveryState.FAILED,
        "ENROUTE": DeliveryState.SENT,
        "ACCEPTD": DeliveryState.SENT,
        "DELIVRD": DeliveryState.DELIVERED,
        "EXPIRED": DeliveryState.FAILED,
        "DELETED": DeliveryState.FAILED,
        "UNDELIV": DeliveryState.FAILED,
        "REJECTD": DeliveryState.FAILED,
        "UNKNOWN": DeliveryState.FAILED,
    },  # SMPP 3.4, appendix B
    acknowledgement="ACK/Jasmin",
)
_MAKES: Final = {"kannel": KANNEL, "jasmin": JASMIN}


def sms_dialect(make: str, changes: Mapping[str, Any] | None = None) -> SmsDialect:
    """The dialect of a make of gateway, with what a particular one does differently.

    Args:
        make: "kannel" or "jasmin".
        changes: Fields of `SmsDialect` with their other values; a mapping replaces the whole mapping.

    Raises:
        pydantic.ValidationError: A field is unknown, or its value of the wrong kind.
    """
    return SmsDialect.model_validate(_MAKES[make].model_dump() | dict(changes or {}))
