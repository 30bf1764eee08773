"""The envelope of every message, ours and theirs: a command, a ticket, a body in JSON, and a sign over all. Pure.

Source: open-be.ele.me/dev/doc/developguide: version 3, MD5 in capitals over the sorted fields and the secret.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from backend.channels.port.errors import PayloadUnknown
from backend.channels.port.notices import RawMessage
from backend.channels.port.profiles import ELEME
from backend.channels.port.reading import read_form, read_json
from backend.channels.port.signatures import sign

VERSION = "3"


def fields_of(
    cmd: str, body: dict[str, Any], *, source: str, secret: str, ticket: str, now: datetime
) -> dict[str, str]:
    """The fields of one message, signed."""
    fields = {
        "cmd": cmd,
        "timestamp": str(int(now.timestamp())),
        "version": VERSION,
        "ticket": ticket,
        "source": source,
        "body": json.dumps(body, separators=(",", ":")),
        "encrypt": "",
        "sign": "",
    }
    fields["sign"] = sign(ELEME, RawMessage(urlencode(fields).encode()), secret=secret)
    return fields


def answer_of(fields: dict[str, str]) -> str:
    """An answer is the same in JSON, with its body as an object."""
    return json.dumps({**fields, "body": json.loads(fields["body"])}, separators=(",", ":"))


def opened(message: RawMessage) -> tuple[str, dict[str, Any]]:
    """The command of a push and its body. Raises PayloadUnknown."""
    fields = read_form(message.body, message.query)
    body = read_json(fields.get("body", "").encode("utf-8", "replace"))
    if not isinstance(body, dict) or not fields.get("cmd"):
        raise PayloadUnknown("a message is a command with a body")
    return fields["cmd"], body
