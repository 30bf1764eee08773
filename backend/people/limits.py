"""How often somebody may guess: pure counting over the instants of the guesses that were wrong."""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.clock import Clock

WINDOW_S = 900
FAILURES_PER_BADGE_MAX = 5  # on one phone in one window: 480 a day
FAILURES_PER_DEVICE_MAX = 20  # over all badges: trying each colleague's badge must not multiply the guesses
CODE_GUESSES_PER_CLIENT_MAX = 10
CLIENTS_REMEMBERED_MAX = 10_000


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long a session lasts. Idle locks (the PIN opens it, the shift goes on); the absolute end ends both."""

    idle_s: float = 15 * 60
    absolute_s: float = 12 * 3600
    # Seen instants are written no more often than this, so a lock may come this much early.
    seen_every_s: float = 30


def window_start(now: datetime) -> datetime:
    """Failures at or before this instant no longer count."""
    return now - timedelta(seconds=WINDOW_S)


def wait_s(failed_at: Sequence[datetime], failures_max: int, now: datetime) -> int:
    """Whole seconds until one more guess is allowed, 0 for now. `failed_at` lies within the window, oldest first."""
    if len(failed_at) < failures_max:
        return 0
    free_at = failed_at[-failures_max] + timedelta(seconds=WINDOW_S)
    return max(0, math.ceil((free_at - now).total_seconds()))


class GuessLimit:
    """Wrong guesses per client, in memory: the codes it guards have enough bits to survive a restart of the count."""

    def __init__(self, clock: Clock, guesses_max: int = CODE_GUESSES_PER_CLIENT_MAX) -> None:
        self._clock = clock
        self._guesses_max = guesses_max
        self._guesses: OrderedDict[str, deque[datetime]] = OrderedDict()

    def take(self, client: str) -> int:
        """Count a guess before it is looked at. Returns 0, or how many seconds to wait (then it is not counted)."""
        now = self._clock.now()
        guesses = self._guesses.setdefault(_network(client), deque(maxlen=self._guesses_max))
        self._guesses.move_to_end(_network(client))
        while guesses and guesses[0] <= window_start(now):
            guesses.popleft()
        seconds = wait_s(tuple(guesses), self._guesses_max, now)
        if seconds == 0:
            guesses.append(now)
        while len(self._guesses) > CLIENTS_REMEMBERED_MAX:
            self._guesses.popitem(last=False)
        return seconds

    def forgive(self, client: str) -> None:
        """The last guess was right: take it back."""
        guesses = self._guesses.get(_network(client))
        if guesses:
            guesses.pop()


def _network(client: str) -> str:
    """One household of addresses counts as one client: whoever has an IPv6 address has 2**64 of them."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return client
