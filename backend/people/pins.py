"""PINs: slow to guess, peppered, and hashed away from the event loop and the writer."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from backend.core.errors import Overloaded
from backend.settings import PIN_MEMORY_KIB, PIN_PASSES

PIN_DIGITS = 6
THREADS = 2
WAITING_MAX = 64  # at 24 ms each, more would wait longer than a picker does
PEPPER_MIN_BYTES = 16
_STEPS = ("0123456789", "9876543210")

T = TypeVar("T")


class PinHasher:
    """argon2id (19 MiB, 2 passes) over an HMAC with the server's pepper, in a small pool of threads.

    `memory_kib` and `passes` may be lowered in development only, where many phones enrol for nobody's sake.
    """

    def __init__(
        self,
        pepper: bytes,
        *,
        threads: int = THREADS,
        waiting_max: int = WAITING_MAX,
        memory_kib: int = PIN_MEMORY_KIB,
        passes: int = PIN_PASSES,
    ) -> None:
        if len(pepper) < PEPPER_MIN_BYTES:
            raise ValueError(f"the pepper needs at least {PEPPER_MIN_BYTES} bytes")
        self._pepper = pepper
        self._argon = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1, type=Type.ID)
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="pin")
        self._waiting_max = waiting_max
        self._waiting = 0
        self._nobody = self.hash_now("nobody has this PIN")

    def keyed_digest(self, purpose: str, text: str) -> str:
        """A digest of something short that only this server can compute; `purpose` keeps the uses apart."""
        message = f"{purpose}\0{text}".encode("utf-8", "surrogatepass")
        return hmac.new(self._pepper, message, hashlib.sha256).hexdigest()

    def hash_now(self, pin: str) -> str:
        """The hash to keep; takes 24 ms, so only for command lines and imports."""
        return self._argon.hash(self.keyed_digest("pin", pin))

    async def hash(self, pin: str) -> str:
        """The hash to keep. Raises Overloaded."""
        return await self._in_pool(lambda: self.hash_now(pin))

    async def is_right(self, pin_hash: str | None, pin: str) -> bool:
        """Whether the PIN belongs to the hash; None (nobody) takes as long and is never right. Raises Overloaded."""
        matches = await self._in_pool(lambda: self._matches(pin_hash or self._nobody, pin))
        return matches and pin_hash is not None

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _matches(self, pin_hash: str, pin: str) -> bool:
        try:
            return self._argon.verify(pin_hash, self.keyed_digest("pin", pin))
        except (VerificationError, InvalidHashError):
            return False

    async def _in_pool(self, work: Callable[[], T]) -> T:
        if self._waiting >= self._waiting_max:
            raise Overloaded("too many people sign in at once", retry_after_s=1)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._waiting -= 1


def pin_problem(pin: str, *, is_production: bool) -> str | None:
    """What is wrong with a new PIN, in words that do not repeat it; None if nothing is."""
    if len(pin) != PIN_DIGITS or not (pin.isascii() and pin.isdigit()):
        return f"a PIN has exactly {PIN_DIGITS} digits"
    if is_production and _is_guessable(pin):
        return "this PIN is among the first anybody tries"
    return None


def _is_guessable(pin: str) -> bool:
    """Staircases (123456), one digit (000000), a repeated pair or triple (121212, 123123), three pairs (112233)."""
    half, third = pin[:3], pin[:2]
    return (
        any(pin in (steps * 2) for steps in _STEPS)
        or pin in (half * 2, third * 3)
        or (pin[0::2] == pin[1::2] and pin[0::2] in _STEPS[0] + _STEPS[1])
    )
