"""The fake access point's memory and rules, as the firmware has them. Pure; time in seconds since its start."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from backend.labels.drivers.openepaperlink.fake_queue import BLOCK_BYTES, LabelQueue
from backend.labels.drivers.openepaperlink.fake_tags import VirtualTag
from backend.labels.drivers.openepaperlink.protocol import PATTERN_BYTES
from backend.labels.drivers.openepaperlink.sync_packets import DATA_TYPE_IMAGE, PendingItem, led_command

PAGE_BYTES = 5_000
DRAWN_AFTER_S = 1.0  # what was uploaded is drawn on the content loop's next turn
START_EPOCH_S = 1_767_600_000
IDLE_BATTERY_MV = 2_900
NO_DIGEST = "0" * 32
DAY_S = 24 * 3600
NIGHTLY_REBOOT_S = 3 * 3600 + 56 * 60  # seconds of the day

TAG_TYPES: dict[int, dict[str, Any]] = {
    0x33: {
        "version": 3,
        "name": 'M3 2.9"',
        "width": 384,
        "height": 168,
        "rotatebuffer": 3,
        "bpp": 2,
        "colortable": {"white": [255, 255, 255], "black": [0, 0, 0], "red": [255, 0, 0]},
        "options": ["button", "led"],
    },
    0x34: {
        "version": 3,
        "name": 'M3 2.9" yellow',
        "width": 384,
        "height": 168,
        "rotatebuffer": 3,
        "bpp": 2,
        "colortable": {"white": [255, 255, 255], "black": [0, 0, 0], "yellow": [255, 255, 0]},
        "options": ["button", "led"],
    },
    0x35: {
        "version": 3,
        "name": 'M3 2.9" black and white',
        "width": 384,
        "height": 168,
        "rotatebuffer": 3,
        "bpp": 1,
        "colortable": {"white": [255, 255, 255], "black": [0, 0, 0]},
        "options": ["button", "led"],
    },
}

Answer = tuple[int, str]


@dataclass
class _Slot:
    """One label in the access point's database."""

    tag: VirtualTag
    queue: LabelQueue = field(default_factory=LabelQueue)
    uploaded: bytes | None = None
    drawn_at_s: float = float("inf")
    update_count: int = 0
    last_seen_s: float = 0.0
    wakeup_reason: int = 0
    digest: str = NO_DIGEST


class FakeAccessPointState:
    """Labels, their queues, and what the real one would say. Messages for the websocket gather in `messages`."""

    def __init__(self, tags: list[VirtualTag], attempts_min: int = 20) -> None:
        self._slots = {tag.mac: _Slot(tag) for tag in tags}
        self._attempts = attempts_min
        self.now_s = 0.0
        self.messages: list[str] = []
        self.commands_taken: dict[str, list[bytes]] = {tag.mac: [] for tag in tags}
        self.most_queued = 0
        self.most_labels_pending = 0
        self.refusing: set[str] = set()
        """Labels somebody takes out of the database just before the next command for them, and puts back after it."""
        self.has_space = True
        """Without free space nothing that was uploaded is ever drawn."""

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
        slot.queue.count += 1
        self._say_tag(slot)  # before it is queued, as the firmware does: a stale count shows one too many here
        self._queue(slot, led_command(slot.tag.mac, payload, self._attempts), None)
        return 200, "ok, request transmitted"

    def upload(self, mac: str, content: bytes) -> Answer:
        """`POST /imgupload` and `/jsonupload`: kept, and drawn a moment later."""
        slot = self._slots.get(mac.upper().zfill(16))
        if slot is None or self._is_refused(slot):
            return 400, "mac not found"
        slot.uploaded, slot.drawn_at_s = content, self.now_s + DRAWN_AFTER_S
        self._say_tag(slot)
        return 200, "Ok, saved"

    def tag_command(self, mac: str, command: str) -> Answer:
        """`POST /tag_cmd`, as far as it concerns queues."""
        slot = self._slots.get(mac.upper().zfill(16))
        if slot is None:
            return 400, "Error: mac not found"
        if command == "clear":
            slot.queue.clear()
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

    def backup(self) -> str:
        """`GET /backup_db`: every record, each in a list of its own."""
        return json.dumps([[self._record(slot)] for slot in self._slots.values()])

    # Time

    def advance(self, seconds: float) -> None:
        """Let check-ins and time-outs happen, each at its instant."""
        end_s = self.now_s + seconds
        while (at_s := self.next_instant_s()) <= end_s:
            self.now_s = max(self.now_s, at_s)
            for slot in self._slots.values():
                if self.has_space and slot.drawn_at_s <= self.now_s:
                    self._draw(slot)
                if slot.queue.gives_up_at_s <= self.now_s:
                    self._time_out(slot)
                if not slot.tag.is_asleep and slot.tag.next_check_in_s <= self.now_s:
                    self._check_in(slot, wakeup_reason=0)
        self.now_s = end_s

    def next_instant_s(self) -> float:
        instants = [slot.tag.next_check_in_s for slot in self._slots.values() if not slot.tag.is_asleep]
        instants += [slot.queue.gives_up_at_s for slot in self._slots.values()]
        if self.has_space:
            instants += [slot.drawn_at_s for slot in self._slots.values()]
        return min(instants, default=float("inf"))

    def next_night_s(self) -> float:
        """When it is 03:56 again."""
        return self.now_s + DAY_S - (START_EPOCH_S + self.now_s - NIGHTLY_REBOOT_S) % DAY_S

    def press_button(self, mac: str, button: int) -> None:
        """Somebody presses a button on the shelf: the label wakes, its flash ends, it checks in at once."""
        slot = self._slots[mac]
        slot.tag.led.wake()
        self._check_in(slot, wakeup_reason=3 + button)

    def hold_to_nfc(self, mac: str) -> None:
        """Somebody holds a phone to the label."""
        slot = self._slots[mac]
        slot.tag.led.wake()
        self._check_in(slot, wakeup_reason=3)

    def forget_queues(self) -> None:
        """A reboot: queues live in memory only, the database of labels survives."""
        for slot in self._slots.values():
            slot.queue.forget()
            slot.drawn_at_s = float("inf")

    def colours(self) -> dict[str, int]:
        """What a person in front of the shelf would see now: label -> RGB332, the first of several."""
        seen = {mac: slot.tag.led.colours_at(self.now_s) for mac, slot in self._slots.items()}
        return {mac: colours[0] for mac, colours in seen.items() if colours}

    def tag(self, mac: str) -> VirtualTag:
        return self._slots[mac].tag

    def delivered(self, mac: str) -> int:
        """How many commands a label has got."""
        return self._slots[mac].update_count

    def _is_refused(self, slot: _Slot) -> bool:
        is_refused = slot.tag.mac in self.refusing
        self.refusing.discard(slot.tag.mac)
        return is_refused

    def _queue(self, slot: _Slot, pending: PendingItem, content: bytes | None) -> None:
        slot.queue.add(pending, content, self.now_s)
        self.most_queued = max(self.most_queued, len(slot.queue))
        self.most_labels_pending = max(
            self.most_labels_pending, sum(len(each.queue) > 0 for each in self._slots.values())
        )

    def _draw(self, slot: _Slot) -> None:
        """Turn what was uploaded into what waits for the label, unless the label has it already."""
        assert slot.uploaded is not None, "nothing is drawn that was not uploaded"
        mac, slot.drawn_at_s = slot.tag.mac, float("inf")
        self.messages.append(json.dumps({"logMsg": f"Updating {mac}"}))
        version = hashlib.md5(slot.uploaded, usedforsecurity=False).digest()[:8]
        pending = PendingItem(mac, version, len(slot.uploaded), DATA_TYPE_IMAGE, attempts_left=self._attempts)
        if pending.digest == slot.digest:
            line = "new image is the same as current image. not updating tag."
            self.messages.append(json.dumps({"logMsg": line}))
        else:
            self._queue(slot, pending, slot.uploaded)
        self._say_tag(slot)

    def _check_in(self, slot: _Slot, wakeup_reason: int) -> None:
        tag = slot.tag
        tag.check_ins += 1
        slot.last_seen_s, slot.wakeup_reason = self.now_s, wakeup_reason
        self._say_tag(slot)
        fetched = slot.queue.fetch(self.now_s)
        check_in_s = None
        if fetched is not None and fetched.is_cancelled:
            self._say_tag(slot)
        elif fetched is not None:
            check_in_s = fetched.pending.check_in_s
            self._hand_over(slot, fetched.pending, fetched.content)
        tag.fall_asleep(self.now_s, check_in_s)

    def _hand_over(self, slot: _Slot, pending: PendingItem, content: bytes | None) -> None:
        tag, pattern = slot.tag, pending.led_pattern
        if pattern is not None:
            tag.take(pattern, self.now_s)
        elif content is not None:
            for block in range(-(-len(content) // BLOCK_BYTES)):
                line = f"{tag.mac} block request /current/{tag.mac}.pending block {block}, len {BLOCK_BYTES} checksum 0"
                self.messages.append(json.dumps({"logMsg": line}))
            tag.shown = content
        self.messages.append(json.dumps({"logMsg": f"{tag.mac} reports xfer complete\r\n"}))
        slot.digest, slot.wakeup_reason = pending.digest, 0
        slot.update_count += 1
        self._say_tag(slot)

    def _time_out(self, slot: _Slot) -> None:
        slot.queue.give_up()
        self.messages.append(json.dumps({"errMsg": f"< {slot.tag.mac} xfer timeout\r\n"}))
        self._say_tag(slot)

    def _say_tag(self, slot: _Slot) -> None:
        self.messages.append(json.dumps({"tags": [self._record(slot)]}))

    def _record(self, slot: _Slot) -> dict[str, Any]:
        return {
            "mac": slot.tag.mac,
            "hash": slot.digest,
            "lastseen": int(START_EPOCH_S + slot.last_seen_s),
            "nextupdate": 0,
            "nextcheckin": int(START_EPOCH_S + slot.tag.next_check_in_s),
            "pending": slot.queue.count,
            "alias": "",
            "contentMode": 0,
            "LQI": 100,
            "RSSI": -60,
            "temperature": 21,
            "batteryMv": IDLE_BATTERY_MV,
            "hwType": slot.tag.hardware_type,
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
