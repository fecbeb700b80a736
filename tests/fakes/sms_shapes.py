"""How Kannel and Jasmin read a request of ours, and what theirs look like. Pure, standard library only.

Sources: as named in runtime/sms_dialect.py.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from tests.fakes.serving import Call

USER: Final = "maalem"
PASSWORD: Final = "made-up-pass"
SHORT_CODE: Final = "2580"
PATHS: Final = {"kannel": "/cgi-bin/sendsms", "jasmin": "/send"}
KANNEL_STATES: Final = {"delivered": "1", "failed": "2", "queued": "4", "sent": "8", "rejected": "16"}
JASMIN_STATES: Final = {
    "delivered": "DELIVRD", "failed": "UNDELIV", "queued": "ENROUTE", "sent": "ESME_ROK", "rejected": "ESME_RINVDSTADR",
}  # fmt: skip
JASMIN_KNOWS: Final = {
    "to": r"\+?\d+", "from": r".*", "coding": r"0|1|2|3|4|5|6|7|8|9|10|13|14", "username": r".{1,16}",
    "password": r".{1,16}", "priority": r"[0-3]", "validity-period": r"\d+", "dlr": r"yes|no", "dlr-url": r"https?://.*",
    "dlr-level": r"[1-3]", "dlr-method": r"(?i:get|post)", "tags": r"[-a-zA-Z0-9,]*", "content": r".*",
    "hex-content": r".*",
}  # fmt: skip


@dataclass(frozen=True)
class Message:
    """A message that was taken.

    Attributes:
        id: The gateway's own; Kannel tells it nobody.
        text: As the telephone shows it.
        params: All that was asked.
    """

    id: str
    to: str
    sender: str
    text: str
    coding: str
    report_url: str
    params: dict[str, str]


class RefusedError(Exception):
    """A message that the gateway does not take."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


def written(style: str, address: str, number: str, sender: str, text: str, at: int) -> Call:
    """The request that brings what somebody wrote; plain letters as such, all others as UCS-2."""
    plain = text.isascii() and not set(text) & set("@$_[]{}~^|\\`")  # letters with the same code in both alphabets
    if style == "kannel":  # get-url with %p %P %b %c %C %T %I
        filled = {
            "from": sender,
            "to": SHORT_CODE,
            "text": text.encode("utf-8" if plain else "utf-16-be"),
            "coding": "0" if plain else "2",
            "charset": "UTF-8" if plain else "UTF-16BE",
            "time": str(at),
            "id": number,
        }
        return Call("GET", f"{address}&{urlencode(filled)}")
    octets = text.encode("ascii" if plain else "utf-16-be")
    form = {
        "id": number,
        "from": sender,
        "to": SHORT_CODE,
        "origin-connector": "operator-1",
        "priority": "1",
        "coding": "0" if plain else "8",
        "content": octets,
        "binary": octets.hex(),
    }
    return Call("POST", address, urlencode(form).encode())


def report(style: str, message: Message, state: str) -> Call:
    """The request that reports on a message."""
    if style == "kannel":
        answer = "NACK/11/Invalid Destination Address" if state == "rejected" else ""
        if state in {"delivered", "failed"}:
            answer = f"id:1 sub:001 dlvrd:001 stat:{JASMIN_STATES[state]} err:{_err(state)} text:slm"
        escapes = {
            "%d": KANNEL_STATES[state],
            "%A": quote(answer),
            "%T": str(int(time.time())),
            "%I": message.id,
            "%P": quote(message.to),
        }
        return Call("GET", re.sub(r"%[a-zA-Z]", lambda found: escapes.get(found[0], ""), message.report_url))
    form = {"id": message.id, "level": "1", "message_status": JASMIN_STATES[state], "connector": "operator-1"}
    if state not in {"sent", "rejected"}:
        form |= {"level": "2", "id_smsc": "2567", "sub": "001", "dlvrd": "001", "subdate": "2611230900"}
        form |= {"donedate": "2611230901", "err": _err(state), "text": "slm"}
    if message.params.get("dlr-method", "POST").upper() == "GET":
        return Call("GET", f"{message.report_url}{'&' if '?' in message.report_url else '?'}{urlencode(form)}")
    return Call("POST", message.report_url, urlencode(form).encode())


def as_kannel(params: dict[str, str]) -> tuple[str, str]:
    """The text as the telephone shows it and the address for reports, as Kannel reads a request."""
    if (params.get("username"), params.get("password")) != (USER, PASSWORD):
        raise RefusedError(403, "Authorization failed for sendsms")
    if not params.get("to"):
        raise RefusedError(400, "Missing receiver number, rejected")
    if not params.get("from"):
        raise RefusedError(400, "Sender missing and no global set, rejected")
    if params.get("dlr-url") and not params["dlr-url"].startswith(("http://", "https://")):
        raise RefusedError(400, "DLR-URL field misformed, rejected")
    text = params.get("text", "")
    if params.get("coding", "0") == "0":
        text = "".join(character if _in_gsm(character) else "?" for character in text)  # what the telephone shows
    return text, params.get("dlr-url", "") if params.get("dlr-mask") else ""


def as_jasmin(params: dict[str, str]) -> tuple[str, str]:
    """The same, as Jasmin reads it."""
    for name, value in params.items():
        if name not in JASMIN_KNOWS:
            raise RefusedError(400, f"Argument [{name}] is unknown.")
        if not re.fullmatch(JASMIN_KNOWS[name], value, re.DOTALL):
            raise RefusedError(400, f"Argument [{name}] has an invalid value: [{value}].")
    for name in ("to", "username", "password"):
        if name not in params:
            raise RefusedError(400, f"Mandatory argument [{name}] is not found.")
    if ("content" in params) == ("hex-content" in params):
        raise RefusedError(400, "content or hex-content not present.")
    if (params["username"], params["password"]) != (USER, PASSWORD):
        raise RefusedError(403, f"Authentication failure for username:{params['username']}")
    if "hex-content" in params:
        text = bytes.fromhex(params["hex-content"]).decode("utf-16-be")
    else:
        text = "".join(character if _in_gsm(character) else "?" for character in params["content"])
    return text, params.get("dlr-url", "") if params.get("dlr") == "yes" else ""


def _in_gsm(character: str) -> bool:
    return (character.isascii() and character != "`") or character in "£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà€"


def _err(state: str) -> str:
    return "000" if state == "delivered" else "011"
