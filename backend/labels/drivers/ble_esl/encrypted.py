"""Encrypted advertising data: what goes through the air, both ways. Core Specification Supplement 11, part A, 2.3.

AES-CCM with a tag of four bytes over advertising structures; the nonce is a randomizer of five bytes, sent along, and
the eight bytes of the key's initialisation vector. Keys are written down as they are entered, the highest byte first;
the vector goes into the nonce the other way round. The highest bit of the randomizer is set in packets of ours.
The access point keeps its key to itself and encrypts on its own: only the virtual one in this folder needs this.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM

from backend.labels.port import AnswerMalformed

AD_TYPE_ESL, AD_TYPE_ENCRYPTED = 0x34, 0x31
KEY_BYTES, SESSION_KEY_BYTES, IV_BYTES, RANDOMIZER_BYTES, TAG_BYTES = 24, 16, 8, 5, 4
_ADDITIONAL = b"\xea"
_DIRECTION_BIT = 0x80


@dataclass(frozen=True, slots=True)
class KeyMaterial:
    """A session key and its initialisation vector: a secret, so nothing of it is shown."""

    session_key: bytes = field(repr=False)
    iv: bytes = field(repr=False)

    def encoded(self) -> bytes:
        return self.session_key + self.iv


def parse_key(hexadecimal: str) -> KeyMaterial:
    """48 hex digits: session key, then vector. Raises AnswerMalformed, which does not repeat them."""
    try:
        raw = bytes.fromhex(hexadecimal)
    except ValueError:
        raw = b""
    if len(raw) != KEY_BYTES:
        raise AnswerMalformed("a key is 48 hex digits: 16 bytes of session key, then 8 of its vector")
    return KeyMaterial(raw[:SESSION_KEY_BYTES], raw[SESSION_KEY_BYTES:])


def draw_randomizer(chance: random.Random) -> bytes:
    """A randomizer as it is sent. Must be new for every packet of a key."""
    drawn = bytearray(chance.randbytes(RANDOMIZER_BYTES))
    drawn[-1] |= _DIRECTION_BIT
    return bytes(drawn)


def encrypt(structures: bytes, key: KeyMaterial, randomizer: bytes) -> bytes:
    """Advertising structures, as one encrypted structure. `randomizer` in the order it is sent."""
    sealed = _cipher(key).encrypt(_nonce(key, randomizer), structures, _ADDITIONAL)
    content = randomizer + sealed
    return bytes([len(content) + 1, AD_TYPE_ENCRYPTED]) + content


def decrypt(structure: bytes, key: KeyMaterial) -> bytes:
    """The inverse of `encrypt`. Raises AnswerMalformed: not such a structure, or not of this key."""
    content = _content(structure, AD_TYPE_ENCRYPTED)
    if len(content) < RANDOMIZER_BYTES + TAG_BYTES:
        raise AnswerMalformed(f"{len(content)} bytes are too few for anything encrypted")
    randomizer, sealed = content[:RANDOMIZER_BYTES], content[RANDOMIZER_BYTES:]
    try:
        return _cipher(key).decrypt(_nonce(key, randomizer), sealed, _ADDITIONAL)
    except InvalidTag:
        raise AnswerMalformed("encrypted with another key, or damaged") from None


def wrap(payload: bytes) -> bytes:
    """An ESL payload as an advertising structure."""
    return bytes([len(payload) + 1, AD_TYPE_ESL]) + payload


def unwrap(structure: bytes) -> bytes:
    """The inverse of `wrap`. Raises AnswerMalformed."""
    return _content(structure, AD_TYPE_ESL)


def _content(structure: bytes, kind: int) -> bytes:
    if len(structure) < 2 or len(structure) != structure[0] + 1 or structure[1] != kind:
        raise AnswerMalformed(f"not an advertising structure of type {kind:02X}")
    return structure[2:]


def _cipher(key: KeyMaterial) -> AESCCM:
    return AESCCM(key.session_key, tag_length=TAG_BYTES)


def _nonce(key: KeyMaterial, randomizer: bytes) -> bytes:
    return randomizer + key.iv[::-1]
