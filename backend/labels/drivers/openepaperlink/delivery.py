"""Tells from the access point's label records what became of each command. Pure.

The access point never says "command 17 is delivered". It says how many things wait for a label (`pending`) and how many
have arrived so far (`updatecount`); things arrive in order. So a command sent when `pending` things were waiting is the
one that makes `updatecount` step for the `pending + 1`-th time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from backend.labels.drivers.openepaperlink.protocol import TagRecord, WakeupReason


class Outcome(Enum):
    DELIVERED = "delivered"
    DROPPED = "dropped"


@dataclass(slots=True)
class _UnderWay:
    token: str
    base_count: int
    target_count: int
    was_queued: bool = False
    is_handed_over: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a command."""

    mac: str
    token: str
    outcome: Outcome
    reason: str = ""


class DeliveryTracker:
    """At most one command under way per label; the driver's caller keeps to that."""

    def __init__(self) -> None:
        self.records: dict[str, TagRecord] = {}
        self._under_way: dict[str, _UnderWay] = {}

    @property
    def waiting_macs(self) -> Sequence[str]:
        return [*self._under_way]

    def sending(self, mac: str, token: str) -> None:
        """About to hand over a command; must be said before, for the answer may be slower than the label."""
        record = self.records[mac]
        target = record.update_count + record.pending + 1
        self._under_way[mac] = _UnderWay(token, record.update_count, target)

    def handed_over(self, mac: str, token: str) -> None:
        """The access point has it (or, after a time-out, has had time enough to get it)."""
        if mac in self._under_way and self._under_way[mac].token == token:
            self._under_way[mac].is_handed_over = True

    @property
    def handed_over_tokens(self) -> frozenset[str]:
        """Ask for this before a request for records: those commands must show in the answer."""
        return frozenset(each.token for each in self._under_way.values() if each.is_handed_over)

    def not_sent(self, mac: str, token: str) -> None:
        """The access point refused it."""
        if mac in self._under_way and self._under_way[mac].token == token:
            del self._under_way[mac]

    def record_heard(
        self, record: TagRecord, must_know: frozenset[str] | None = None, *, is_fresh_start: bool = False
    ) -> Verdict | None:
        """Take in a record. `must_know`: for one that was asked for, the tokens handed over before asking.

        Two roads lead here, the websocket and requests, and either may bring a record that is older than what the
        other has brought. Counts and times only grow, so a lower one is old, except at a fresh start: after a reboot
        the access point counts from what it had saved. A command is missing if the websocket, in its own order, had
        it and then had not, or if it is not in an answer that was asked for after it was handed over.
        """
        mac = record.mac.upper()
        known = self.records.get(mac)
        if known is not None and not is_fresh_start and _is_older(record, known):
            return None
        self.records[mac] = record
        under_way = self._under_way.get(mac)
        if under_way is None:
            return None
        has_stepped = record.update_count > under_way.base_count
        if record.update_count >= under_way.target_count or (record.pending == 0 and has_stepped):
            # The second half: a `pending` left over from a timed-out transfer is stale and counted one too many.
            return self._end(mac, Outcome.DELIVERED)
        is_asked_for = must_know is not None
        if record.pending > 0:
            under_way.was_queued |= not is_asked_for
        elif under_way.token in (must_know or ()) or (under_way.was_queued and not is_asked_for):
            return self._end(mac, Outcome.DROPPED, "the access point no longer has the command")
        return None

    def timed_out(self, mac: str) -> Verdict | None:
        """The access point gave up on a label and dropped its whole queue, but leaves `pending` as it was."""
        if mac in self.records:
            self.records[mac] = self.records[mac].model_copy(update={"pending": 0})
        return self._end(mac, Outcome.DROPPED, "the label did not wake up") if mac in self._under_way else None

    def _end(self, mac: str, outcome: Outcome, reason: str = "") -> Verdict:
        return Verdict(mac, self._under_way.pop(mac).token, outcome, reason)


def _is_older(record: TagRecord, known: TagRecord) -> bool:
    return record.update_count < known.update_count or record.last_seen_s < known.last_seen_s


def pressed_button(before: TagRecord | None, record: TagRecord) -> int | None:
    """The button (1 to 3; 0 for NFC) that woke the label. Said once per press: the reason stays in the record."""
    if before is not None and record.last_seen_s <= before.last_seen_s:
        return None
    if record.wakeup_reason == WakeupReason.NFC:
        return 0
    if WakeupReason.BUTTON_1 <= record.wakeup_reason <= WakeupReason.BUTTON_3:
        return record.wakeup_reason - WakeupReason.BUTTON_1 + 1
    return None
