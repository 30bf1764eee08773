"""The fake access point's memory and rules, as the firmware has them. Pure; time in seconds since its start."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from backend.labels.drivers.openepaperlink.fake_tags import VirtualTag
from backend.labels.drivers.openepaperlink.protocol import PATTERN_BYTES

PAGE_BYTES = 5_000
SHORT_CHECK_IN_S = 5.0
START_EPOCH_S = 1_767_600_000
IDLE_BATTERY_MV = 2_900

Answer = tuple[int, str]


@dataclass
class _Slot:
    """One label in the access point's database."""

    tag: VirtualTag
    queue: deque[tuple[bytes, float]] = field(default_factory=deque)  # payload, when it is given up
    pending: int = 0
    update_count: int = 0
    last_seen_s: float = 0.0
    wakeup_reason: int = 0


class FakeAccessPointState:
    """Labels, their queues, and what the real one would say. Messages for the websocket gather in `messages`."""

    def __init__(self, tags: list[VirtualTag], attempts_min: int = 20) -> None:
        self._slots = {tag.mac: _Slot(tag) for tag in tags}
        self._attempts_s = attempts_min * 60.0
        self.now_s = 0.0
        self.messages: list[str] = []
        self.commands_taken: dict[str, list[bytes]] = {tag.mac: [] for tag in tags}
        self.most_queued = 0
        self.refusing: set[str] = set()
        """Labels somebody takes out of the database just before the next command for them, and puts back after it."""

    # HTTP

    def led_flash(self, mac: str, pattern: str | None) -> Answer:
        """`GET /led_flash`. Without a pattern: all zero, which is meant as stop."""
        slot = self._slots.get(mac.upper().zfill(16))
        if slot is None or self._is_refused(slot):
            return 400, "parameters are missing"
        try:
            payload = bytes.fromhex(pattern)[:PATTERN_BYTES] if pattern is not None else bytes(PATTERN_BYTES)
        except ValueError:
            payload = b""
        if len(payload) != PATTERN_BYTES:
            return 400, "Error: expects 12 hex bytes in pattern"
        self.commands_taken[slot.tag.mac].append(payload)
        slot.pending += 1
        self._say_tag(slot)  # before it is queued, as the firmware does: a stale `pending` shows one too many here
        slot.queue.append((payload, self.now_s + self._attempts_s))
        slot.pending = len(slot.queue)
        self.most_queued = max(self.most_queued, len(slot.queue))
        return 200, "ok, request transmitted"

    def tag_command(self, mac: str, command: str) -> Answer:
        """`POST /tag_cmd`, as far as it concerns queues."""
        slot = self._slots.get(mac.upper().zfill(16))
        if slot is None:
            return 400, "Error: mac not found"
        if command == "clear":
            slot.queue.clear()
            slot.pending = 0
            self._say_tag(slot)
        return 200, "Ok, done"

    def database(self, position: int, mac: str | None) -> str:
        """`GET /get_db`: pages of about 5,000 bytes; the position is kept in one byte, so 256 is 0."""
        slots = list(self._slots.values())
        if mac is not None:
            slots = [slot for slot in slots if slot.tag.mac == mac.upper().zfill(16)][:1]
            return json.dumps({"tags": [self._record(slot) for slot in slots]})
        page: dict[str, Any] = {"tags": []}
        for index in range(position % 256, len(slots)):
            page["tags"].append(self._record(slots[index]))
            if len(json.dumps(page)) > PAGE_BYTES:
                page["continu"] = index + 1
                break
        return json.dumps(page)

    # Time

    def advance(self, seconds: float) -> None:
        """Let check-ins and time-outs happen, each at its instant."""
        end_s = self.now_s + seconds
        while (at_s := self.next_instant_s()) <= end_s:
            self.now_s = max(self.now_s, at_s)
            for slot in self._slots.values():
                if slot.queue and slot.queue[0][1] <= self.now_s:
                    self._time_out(slot)
                if not slot.tag.is_asleep and slot.tag.next_check_in_s <= self.now_s:
                    self._check_in(slot, wakeup_reason=0)
        self.now_s = end_s

    def next_instant_s(self) -> float:
        instants = [slot.tag.next_check_in_s for slot in self._slots.values() if not slot.tag.is_asleep]
        instants += [slot.queue[0][1] for slot in self._slots.values() if slot.queue]
        return min(instants, default=float("inf"))

    def press_button(self, mac: str, button: int) -> None:
        """Somebody presses a button on the shelf: the label wakes, its flash ends, it checks in at once."""
        slot = self._slots[mac]
        slot.tag.led.wake()
        self._check_in(slot, wakeup_reason=3 + button)

    def forget_queues(self) -> None:
        """A reboot: queues live in memory only, the database of labels survives."""
        for slot in self._slots.values():
            slot.queue.clear()
            slot.pending = 0

    def colours(self) -> dict[str, int]:
        """What a person in front of the shelf would see now: label -> RGB332."""
        seen = {mac: slot.tag.led.colour_at(self.now_s) for mac, slot in self._slots.items()}
        return {mac: colour for mac, colour in seen.items() if colour is not None}

    def tag(self, mac: str) -> VirtualTag:
        return self._slots[mac].tag

    def delivered(self, mac: str) -> int:
        """How many commands a label has got."""
        return self._slots[mac].update_count

    def _is_refused(self, slot: _Slot) -> bool:
        is_refused = slot.tag.mac in self.refusing
        self.refusing.discard(slot.tag.mac)
        return is_refused

    def _check_in(self, slot: _Slot, wakeup_reason: int) -> None:
        tag = slot.tag
        tag.check_ins += 1
        slot.last_seen_s, slot.wakeup_reason = self.now_s, wakeup_reason
        self._say_tag(slot)
        had_more = len(slot.queue) > 1
        if slot.queue:
            payload, _ = slot.queue.popleft()
            tag.take(payload, self.now_s)
            self.messages.append(json.dumps({"logMsg": f"{tag.mac} reports xfer complete\r\n"}))
            slot.pending, slot.wakeup_reason = len(slot.queue), 0
            slot.update_count += 1
            self._say_tag(slot)
        tag.fall_asleep(self.now_s, SHORT_CHECK_IN_S if had_more else None)

    def _time_out(self, slot: _Slot) -> None:
        """The whole queue of the label goes, but `pending` stays as it was: so does the firmware."""
        slot.queue.clear()
        self.messages.append(json.dumps({"errMsg": f"< {slot.tag.mac} xfer timeout\r\n"}))
        self._say_tag(slot)

    def _say_tag(self, slot: _Slot) -> None:
        self.messages.append(json.dumps({"tags": [self._record(slot)]}))

    def _record(self, slot: _Slot) -> dict[str, Any]:
        return {
            "mac": slot.tag.mac,
            "hash": "0" * 32,
            "lastseen": int(START_EPOCH_S + slot.last_seen_s) if slot.tag.check_ins else 0,
            "nextupdate": 0,
            "nextcheckin": int(START_EPOCH_S + slot.tag.next_check_in_s),
            "pending": slot.pending,
            "alias": "",
            "contentMode": 0,
            "LQI": 100,
            "RSSI": -60,
            "temperature": 21,
            "batteryMv": IDLE_BATTERY_MV,
            "hwType": 0x33,
            "wakeupReason": slot.wakeup_reason,
            "capabilities": 0x01 | 0x20,
            "modecfgjson": "",
            "isexternal": False,
            "apip": "0.0.0.0",  # noqa: S104
            "rotate": 0,
            "lut": 0,
            "invert": 0,
            "updatecount": slot.update_count,
            "updatelast": 0,
            "ch": 11,
            "ver": 0x28,
        }
