"""Secrets we give out: opaque, random, known to us only by a digest, so that each can be ended at once."""

from __future__ import annotations

import hashlib
import random
import secrets
from typing import Protocol

DEVICE_PREFIX = "dvt_"
SESSION_PREFIX = "ses_"
CHANNEL_KEY_PREFIX = "bpk_"
TOKEN_BITS = 256
TOKEN_MAX_CHARACTERS = 128  # ours have 68; more is not worth hashing
ID_BITS = 128

CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U to be misread
CODE_CHARACTERS = 10  # 50 bits: at ten guesses per quarter of an hour nobody lives long enough
_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0", "-": "", " ": ""})


class TokenSource(Protocol):
    """Where the chance in a secret comes from."""

    def bits(self, count: int) -> int:
        """A number of `count` random bits."""
        ...


class SystemTokenSource:
    """The machine's cryptographic randomness: the only source for a store that is open."""

    def bits(self, count: int) -> int:
        return secrets.randbits(count)


class SeededTokenSource:
    """The same secrets for the same seed: for tests and simulations, never for a store."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def bits(self, count: int) -> int:
        return self._random.getrandbits(count)


def new_token(source: TokenSource, prefix: str) -> str:
    """`prefix` and 256 random bits in hexadecimal; all of it may stand in a header and in a websocket subprotocol."""
    return f"{prefix}{source.bits(TOKEN_BITS):0{TOKEN_BITS // 4}x}"


def new_row_id(source: TokenSource, prefix: str) -> str:
    """An id for rows that are never listed by time. It is no secret."""
    return f"{prefix}_{source.bits(ID_BITS):0{ID_BITS // 4}x}"


def token_digest(token: str) -> str:
    """What we keep of a token. 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_code(source: TokenSource) -> str:
    """A fresh enrolment code, to be typed or scanned."""
    value = source.bits(5 * CODE_CHARACTERS)
    return "".join(CODE_ALPHABET[(value >> (5 * place)) & 31] for place in range(CODE_CHARACTERS))


def normalise_code(typed: str) -> str | None:
    """The code somebody meant: any case, dashes and spaces ignored, I, L and O read as digits. None: not a code."""
    code = typed.strip().upper().translate(_MISREAD)
    return code if len(code) == CODE_CHARACTERS and all(sign in CODE_ALPHABET for sign in code) else None
