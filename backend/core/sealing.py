"""Seals passwords that must be read again, so that whoever sees the database or a copy of it cannot use them.

AES-256-GCM (NIST SP 800-38D) with a nonce of 96 bits drawn for each. What a sealed text belongs to is sealed with it,
so it opens in its own place only. The key is in the settings or in a file beside the database, never in it.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.core.errors import SealBroken

KEY_BYTES, NONCE_BYTES = 32, 12
OWNER_ONLY = 0o600

RandomBytes = Callable[[int], bytes]


class Sealer:
    """`given` is the key as base64; where it is empty, the key is read from `path`, and drawn once if there is none."""

    def __init__(self, given: str, path: Path, random_bytes: RandomBytes = os.urandom) -> None:
        self._given = given
        self._path = path
        self._random_bytes = random_bytes
        self._cipher: AESGCM | None = None

    def seal(self, text: str, belongs_to: str) -> str:
        """As text that says nothing to anybody else. Raises SealBroken where the key's file is no key."""
        nonce = self._random_bytes(NONCE_BYTES)
        sealed = self._key(may_draw=True).encrypt(nonce, text.encode(), belongs_to.encode())
        return base64.b64encode(nonce + sealed).decode()

    def open(self, sealed: str, belongs_to: str) -> str:
        """The text again. Raises SealBroken: another key, another place, or damaged."""
        try:
            raw = base64.b64decode(sealed, validate=True)
            opened = self._key(may_draw=False).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], belongs_to.encode())
            return opened.decode()
        except (InvalidTag, ValueError):
            raise SealBroken(
                f"a secret cannot be opened with this key ({self._where}): put the right key there, or enter it anew"
            ) from None

    @property
    def _where(self) -> str:
        return "SECRETS_KEY" if self._given else str(self._path)

    def _key(self, *, may_draw: bool) -> AESGCM:
        if self._cipher is None:
            self._cipher = AESGCM(key_of(self._given or self._read(may_draw=may_draw), self._where))
        return self._cipher

    def _read(self, *, may_draw: bool) -> str:
        if may_draw:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            drawn = base64.b64encode(self._random_bytes(KEY_BYTES))
            fresh = self._path.with_name(f"{self._path.name}.{os.getpid()}")
            fresh.unlink(missing_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as file:
                file.write(drawn + b"\n")
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(fresh, self._path)  # whole, or not at all, and never in place of another
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        try:
            return self._path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SealBroken(f"the key that secrets are sealed with is not in {self._path}: {error}") from None


def key_of(text: str, where: str) -> bytes:
    """Raises SealBroken: not 32 bytes as base64."""
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise SealBroken(f"the key in {where} is not {KEY_BYTES} bytes as base64 (`openssl rand -base64 {KEY_BYTES}`)")
    return key
