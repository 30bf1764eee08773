"""Tells from the access point's label records what became of each command. Pure.

The access point never says "command 17 is delivered". It says how many things wait for a label (`pending`), how many
have arrived so far (`updatecount`), and what arrived last (`hash`, where its firmware is new enough); things arrive in
order. So a flash sent when `pending` things were waiting is the one that makes `updatecount` step for the
`pending + 1`-th time. A picture is queued only once the access point has drawn it, a moment after it was uploaded:
it has arrived when something has that was neither the flash nor what waited before.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum

from backend.labels.drivers.openepaperlink.records import TagRecord, WakeupReason


class Outcome(Enum):
    DELIVERED = "delivered"
    DROPPED = "dropped"
    REFUSED = "refused"


@dataclass(slots=True)
class _Flash:
    token: str
    base: TagRecord
    target_count: int
    digest: str
    follows_clear: bool
    was_queued: bool = False
    is_handed_over: bool = False


@dataclass(slots=True)
class _Picture:
    token: str
    base_count: int
    flashes_before: int
    others_before: int
    was_queued: bool = False
    is_handed_over: bool = False
    is_on_its_way: bool = False
    is_aside: bool = False
    is_in_doubt: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a command."""

    mac: str
    token: str
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for records, as it goes out."""

    must_know: frozenset[str]
    """The tokens that were handed over before: those commands must show in the answer."""
    heard: int
    """How many records the websocket had brought until then."""


class DeliveryTracker:
    """At most one flash and one picture under way per label; the driver's caller keeps to that."""

    def __init__(self) -> None:
        self.records: dict[str, TagRecord] = {}
        self._flashes: dict[str, _Flash] = {}
        self._pictures: dict[str, _Picture] = {}
        self._flashes_arrived: dict[str, int] = {}
        self._stale: dict[str, tuple[int, int]] = {}
        self._drawing = ""
        self._heard = 0
        self._heard_last: dict[str, int] = {}

    # What is sent

    def sending(self, mac: str, token: str, digest: str = "", *, follows_clear: bool = False) -> None:
        """About to hand over a flash; must be said before, for the answer may be slower than the label.

        `follows_clear`: the queue was emptied for it, which the websocket may tell only after this.
        """
        record = self.records[mac]
        target = record.update_count + self._pending(mac) + 1
        self._flashes[mac] = _Flash(token, record, target, digest, follows_clear)

    def sending_picture(self, mac: str, token: str) -> None:
        """About to upload a picture, for the first time or once more."""
        record = self.records[mac]
        others = max(0, self._pending(mac) - (mac in self._flashes))
        arrived = self._flashes_arrived.get(mac, 0)
        self._pictures[mac] = _Picture(token, record.update_count, arrived, others)

    def handed_over(self, mac: str, token: str) -> None:
        """The access point has it (or, after a time-out, has had time enough to get it)."""
        flash, picture = self._flashes.get(mac), self._pictures.get(mac)
        if flash is not None and flash.token == token:
            flash.is_handed_over = True
        elif picture is not None and picture.token == token:
            picture.is_handed_over = True

    def not_sent(self, mac: str, token: str) -> None:
        """The access point refused it."""
        flash, picture = self._flashes.get(mac), self._pictures.get(mac)
        if flash is not None and flash.token == token:
            del self._flashes[mac]
        elif picture is not None and picture.token == token:
            del self._pictures[mac]

    def put_picture_aside(self, mac: str) -> str | None:
        """Its token, if a picture of ours is all that waits for this label: it may then be taken out for a while."""
        picture, record = self._pictures.get(mac), self.records[mac]
        if (
            picture is None
            or picture.is_aside
            or not picture.was_queued
            or picture.is_on_its_way
            or record.pending != 1
        ):
            return None
        picture.is_aside, picture.is_handed_over = True, False
        return picture.token

    # What waits

    @property
    def waiting_macs(self) -> Sequence[str]:
        return [*{**self._flashes, **self._pictures}]

    @property
    def pictures_waiting(self) -> Collection[str]:
        return self._pictures.keys()

    def flash_alone(self, mac: str) -> str | None:
        """The token of the flash that waits for this label, if nothing else does."""
        flash, record = self._flashes.get(mac), self.records.get(mac)
        is_alone = flash is not None and mac not in self._pictures and record is not None and record.pending <= 1
        return flash.token if flash is not None and is_alone else None

    @property
    def labels_pending(self) -> set[str]:
        """Labels for which the radio keeps something, as far as records tell."""
        said = {mac for mac in self.records if self._pending(mac)}
        return said | self._flashes.keys() | self._pictures.keys()

    def ask(self) -> Asked:
        """Say this before a request for records."""
        flashes = {flash.token for flash in self._flashes.values() if flash.is_handed_over}
        pictures = {picture.token for picture in self._pictures.values() if picture.is_handed_over}
        return Asked(frozenset(flashes | pictures), self._heard)

    # What is heard

    def record_heard(
        self, record: TagRecord, asked: Asked | None = None, *, is_fresh_start: bool = False
    ) -> Sequence[Verdict]:
        """Take in a record; `asked` if it answers a request.

        Two roads lead here, the websocket and requests, and either may bring a record that is older than what the
        other has brought. Counts and times only grow, so a lower one is old, except at a fresh start: after a reboot
        the access point counts from what it had saved. An answer is not trusted about a label of which the websocket
        has brought news meanwhile: what waits for it may be newer there, with the same count. A flash is missing if
        the websocket, in its own order, had it and then had not, or if it is not in an answer that was asked for
        after it was handed over.
        """
        mac = record.mac.upper()
        if asked is not None and self._heard_last.get(mac, 0) > asked.heard:
            return ()
        if asked is None:
            self._heard += 1
            self._heard_last[mac] = self._heard
        must_know = asked.must_know if asked is not None else None
        known = self.records.get(mac)
        if known is not None and not is_fresh_start and _is_older(record, known):
            return ()
        if self._stale.get(mac) != (record.update_count, record.pending):
            self._stale.pop(mac, None)
        self.records[mac] = record
        verdicts = [
            self._flash_verdict(mac, record, known, must_know),
            self._picture_verdict(mac, record, must_know, is_fresh_start=is_fresh_start),
        ]
        return [verdict for verdict in verdicts if verdict is not None]

    def timed_out(self, mac: str) -> Sequence[Verdict]:
        """The access point gave up on a label and dropped its whole queue, but leaves `pending` as it was."""
        if mac in self.records:
            self._stale[mac] = (self.records[mac].update_count, self.records[mac].pending)
        return self._end_all(mac, "the label did not wake up")

    def lost_touch(self) -> None:
        """Nothing is heard from the access point for a while: it may restart, and forget what it had not yet drawn."""
        for picture in self._pictures.values():
            picture.is_in_doubt = picture.is_handed_over

    def drawing(self, mac: str) -> None:
        """The access point draws what this label shall show; what it says next is about that."""
        self._drawing = mac

    def transferring(self, mac: str) -> str | None:
        """A label is fetching a picture. The token of ours that it has just begun to fetch, if it is one."""
        picture = self._pictures.get(mac)
        if picture is None or picture.is_on_its_way:
            return None
        picture.is_on_its_way = True
        return picture.token

    def same_picture(self) -> Sequence[Verdict]:
        """What was drawn is what the label shows already."""
        return self._end_picture(self._drawing, Outcome.DELIVERED)

    def not_drawn(self, reason: str) -> Sequence[Verdict]:
        return self._end_picture(self._drawing, Outcome.REFUSED, reason)

    def drop_picture(self, mac: str, reason: str) -> Sequence[Verdict]:
        """Nothing more will be heard of it."""
        return self._end_picture(mac, Outcome.DROPPED, reason)

    def take_back_flash(self, mac: str) -> Sequence[Verdict]:
        """It was overwritten before the label got it."""
        if mac not in self._flashes:
            return ()
        return (Verdict(mac, self._flashes.pop(mac).token, Outcome.DROPPED, "taken back"),)

    # Deciding

    def _flash_verdict(
        self, mac: str, record: TagRecord, known: TagRecord | None, must_know: frozenset[str] | None
    ) -> Verdict | None:
        flash = self._flashes.get(mac)
        if flash is None:
            return None
        has_stepped = record.update_count > flash.base.update_count
        is_ours = record.digest == flash.digest != flash.base.digest
        is_another = known is not None and record.digest not in (known.digest, flash.digest)
        if known is not None and record.update_count == known.update_count + 1 and is_another and flash.digest:
            flash.target_count = max(flash.target_count, record.update_count + 1)  # it was overtaken
        if has_stepped and (is_ours or record.update_count >= flash.target_count or record.pending == 0):
            # The last: a `pending` left over from a timed-out transfer is stale and counted one too many.
            del self._flashes[mac]
            self._flashes_arrived[mac] = self._flashes_arrived.get(mac, 0) + 1
            return Verdict(mac, flash.token, Outcome.DELIVERED)
        is_asked_for = must_know is not None
        if record.pending > 0:
            flash.was_queued |= not is_asked_for
        elif flash.was_queued and flash.follows_clear and not is_asked_for:
            flash.was_queued = flash.follows_clear = False  # what was heard is how the queue was emptied for it
        elif flash.token in (must_know or ()) or (flash.was_queued and not is_asked_for):
            del self._flashes[mac]
            return Verdict(mac, flash.token, Outcome.DROPPED, "the access point no longer has the command")
        return None

    def _picture_verdict(
        self, mac: str, record: TagRecord, must_know: frozenset[str] | None, *, is_fresh_start: bool
    ) -> Verdict | None:
        picture = self._pictures.get(mac)
        if picture is None:
            return None
        flashes = self._flashes_arrived.get(mac, 0) - picture.flashes_before
        arrived = record.update_count - picture.base_count - flashes
        if arrived > picture.others_before or (arrived > 0 and record.pending == 0):
            del self._pictures[mac]
            return Verdict(mac, picture.token, Outcome.DELIVERED)
        is_asked_for = must_know is not None
        if picture.is_aside:
            return None
        if record.pending > (mac in self._flashes):
            picture.was_queued |= not is_asked_for
        elif is_fresh_start and picture.is_in_doubt and picture.token in (must_know or ()):
            del self._pictures[mac]
            return Verdict(mac, picture.token, Outcome.DROPPED, "the access point restarted and no longer has it")
        elif picture.was_queued and not is_asked_for and record.pending == 0:
            del self._pictures[mac]
            return Verdict(mac, picture.token, Outcome.DROPPED, "the access point no longer has the picture")
        return None

    def _pending(self, mac: str) -> int:
        """How many things wait for a label; none if what is said is left over from a timed-out transfer."""
        record = self.records[mac]
        return 0 if self._stale.get(mac) == (record.update_count, record.pending) else record.pending

    def _end_picture(self, mac: str, outcome: Outcome, reason: str = "") -> Sequence[Verdict]:
        picture = self._pictures.get(mac)
        if picture is None or (outcome is not Outcome.DROPPED and picture.is_aside):
            return ()
        del self._pictures[mac]
        return (Verdict(mac, picture.token, outcome, reason),)

    def _end_all(self, mac: str, reason: str) -> Sequence[Verdict]:
        ended = (self._flashes.pop(mac, None), self._pictures.pop(mac, None))
        return [Verdict(mac, each.token, Outcome.DROPPED, reason) for each in ended if each is not None]


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
