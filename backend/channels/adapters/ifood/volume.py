"""How many items iFood takes in a while: a quarter of a store's catalogue in any 35 minutes, its own golden rule."""

from __future__ import annotations

from collections import deque

from backend.channels.port.errors import ChannelUnavailable
from shared.clock import Clock

WINDOW_S = 35 * 60
SHARE = 4
KEPT_FREE = 10


class IngestionVolume:
    """What it took in the last 35 minutes. After a restart nothing is known of it: then the platform's word counts.

    `catalogue_items` 0: how large the catalogue is nobody said, and nothing is held back.
    """

    def __init__(self, catalogue_items: int, clock: Clock) -> None:
        self._most = catalogue_items // SHARE
        self._clock = clock
        self._sent: deque[tuple[float, int]] = deque()

    def admit(self, count: int, *, is_patient: bool) -> None:
        """Raises ChannelUnavailable while these are too many, with the wait until they may be fewer.

        What is patient leaves a tenth of the quarter to what is not: what is sold out does not wait for prices.
        More than a quarter at once goes when nothing else went: it could never go otherwise.
        """
        now_s = self._clock.monotonic_s()
        while self._sent and now_s - self._sent[0][0] >= WINDOW_S:
            self._sent.popleft()
        most = self._most - self._most // KEPT_FREE if is_patient else self._most
        if self._most and self._sent and sum(each for _, each in self._sent) + count > most:
            wait_s = WINDOW_S - (now_s - self._sent[0][0])
            raise ChannelUnavailable("the platform takes no more items for now", retry_after_s=int(wait_s) + 1)

    def count(self, count: int) -> None:
        """These were taken."""
        self._sent.append((self._clock.monotonic_s(), count))
