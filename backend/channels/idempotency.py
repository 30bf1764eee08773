"""The Idempotency-Key header, and what makes two requests the same. Pure.

Source: draft-ietf-httpapi-idempotency-key-header-07: the value is a structured-field string, `"..."`; many clients
leave the quotes away, which we understand too.
"""

from __future__ import annotations

import hashlib
import re

from backend.channels.errors import IdempotencyKeyMalformed, IdempotencyKeyMissing

KEY_MAX_CHARACTERS = 120
PIECE_BYTES = 2_047
_QUOTED = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"')
_BARE = re.compile(r"[A-Za-z0-9._:~+/=\-]+")


def read_key(header: str | None) -> str:
    """The key itself. Raises IdempotencyKeyMissing, IdempotencyKeyMalformed."""
    text = (header or "").strip(" \t")
    if not text:
        raise IdempotencyKeyMissing('this request needs an Idempotency-Key header, for example "8e03978e-40d5-43dd"')
    quoted = _QUOTED.fullmatch(text)
    key = re.sub(r"\\(.)", r"\1", quoted.group(1)) if quoted else text
    if not key or len(key) > KEY_MAX_CHARACTERS or (not quoted and not _BARE.fullmatch(text)):
        raise IdempotencyKeyMalformed(
            f"the Idempotency-Key is one quoted string of 1 to {KEY_MAX_CHARACTERS} characters"
        )
    return key


def request_hash(operation: str, body: bytes) -> str:
    """The fingerprint of a request: the same key may only come with the same operation and the same bytes."""
    return fingerprint(operation.encode() + b"\n" + body)


def fingerprint(content: bytes) -> str:
    """SHA-256 in hexadecimal, piece by piece: for more than 2,047 bytes at once hashlib lets other threads run, and
    beside a busy one the call then waits for the interpreter's switch interval, 5 ms instead of less than 0.1.
    """
    digest = hashlib.sha256()
    for start in range(0, len(content), PIECE_BYTES):
        digest.update(content[start : start + PIECE_BYTES])
    return digest.hexdigest()
