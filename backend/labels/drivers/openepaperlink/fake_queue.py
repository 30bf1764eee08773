"""What waits for one label of the fake access point: its queue, and the one thing its radio announces. Pure.

As in `newproto.cpp` and the radio's `main.c`: the queue is first in, first out; queueing anything hands the first of
the queue to the radio, in place of what it had; clearing the queue does not reach the radio; a label that asks for a
picture which is no longer in the queue makes the access point cancel everything for it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from backend.labels.drivers.openepaperlink.sync_packets import SECONDS_BIT, PendingItem, decode_pending, encode_pending

SHORT_CHECK_IN = SECONDS_BIT | 5
BLOCK_BYTES = 4_096


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a label got at one check-in. `content` is a picture's, None for a command."""

    pending: PendingItem
    content: bytes | None
    is_cancelled: bool = False


@dataclass
class LabelQueue:
    """`count` is what the access point says: it is not always how many things wait."""

    count: int = 0
    _items: deque[tuple[PendingItem, bytes | None]] = field(default_factory=deque)
    _radio: bytes | None = None
    """The 27 bytes that the radio keeps."""
    gives_up_at_s: float = float("inf")

    def add(self, pending: PendingItem, content: bytes | None, now_s: float) -> None:
        self._items.append((pending, content))
        self.count = len(self._items)
        self._announce(now_s)

    def clear(self) -> None:
        self._items.clear()
        self.count = 0

    def forget(self) -> None:
        """A reboot: neither half remembers."""
        self.clear()
        self._radio, self.gives_up_at_s = None, float("inf")

    def fetch(self, now_s: float) -> Fetched | None:
        """A label checks in and takes what the radio announces; None if that is nothing."""
        if self._radio is None:
            return None
        announced = decode_pending(self._radio)
        content = next((content for item, content in self._items if item.digest == announced.digest), None)
        if announced.led_pattern is None and content is None:
            self.forget()
            return Fetched(announced, None, is_cancelled=True)
        self._radio, self.gives_up_at_s = None, float("inf")
        if self._items:
            self._items.popleft()
        self.count = len(self._items)
        if self._items:
            self._announce(now_s)
        return Fetched(announced, content)

    def give_up(self) -> None:
        """The whole queue of the label goes, but `count` stays as it was: so does the firmware."""
        self._items.clear()
        self._radio, self.gives_up_at_s = None, float("inf")

    def __len__(self) -> int:
        return len(self._items)

    def _announce(self, now_s: float) -> None:
        first, _ = self._items[0]
        is_alone = len(self._items) == 1
        self._radio = encode_pending(first if is_alone else replace(first, next_check_in=SHORT_CHECK_IN))
        self.gives_up_at_s = now_s + first.attempts_left * 60
