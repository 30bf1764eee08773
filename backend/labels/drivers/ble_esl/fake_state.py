"""The fake access point's shell, buffers and radio, as the firmware has them. Pure; time in seconds since its start.

What it says gathers in `said`, each piece with the instant it was said. Faults that can be switched on: answers that
are slow on the line, packets the radio loses, answers of one packet that run into each other, damaged lines.
"""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from backend.labels.drivers.ble_esl.absolute_time import ROUND_MS
from backend.labels.drivers.ble_esl.encrypted import KEY_BYTES, KeyMaterial, decrypt, draw_randomizer, encrypt, wrap
from backend.labels.drivers.ble_esl.fake_labels import VirtualLabel
from backend.labels.drivers.ble_esl.led import Gamut
from backend.labels.drivers.ble_esl.packing import sync_payload
from backend.labels.drivers.ble_esl.protocol import GROUPS_MAX
from backend.labels.port import AnswerMalformed

SUBEVENT_S = 0.01375
PROMPT = "\x1b[1;32mESL_AP:~$ \x1b[m"
GREETING = "*** Booting Zephyr OS build v3.5.99 ***\r\nController version: 1\r\n"
WIDTH = 80
ARGUMENTS_MAX = 48
INVALID, BUSY = -22, -16


class BufferState(Enum):
    EMPTY = 0
    READY = 1
    PUSHED = 2
    ANSWERED = 3


@dataclass
class _Buffer:
    """One group's packet, the keys of its slots, and the last answer."""

    state: BufferState = BufferState.EMPTY
    packet: bytes = b""
    goes_at_s: float = math.inf
    keys: list[KeyMaterial] = field(default_factory=list)
    answer: tuple[int, bytes] | None = None


class FakeAccessPointState:
    """An access point with its labels. `resync_s`: how long a label that lost touch needs to be let in; None: never."""

    def __init__(
        self,
        labels: Sequence[VirtualLabel],
        access_point_key: KeyMaterial,
        chance: random.Random,
        *,
        interval_s: float = 1.76,
        slots: int = 8,
        resync_s: float | None = 8.0,
    ) -> None:
        self.labels = {label.name: label for label in labels}
        self.now_s = 0.0
        self.interval_s = interval_s
        self.role = "AP"
        self.line_delay_s = 0.0
        self.loss_rate = 0.0
        self.runs_answers_together = False
        self.damages_answers = 0
        """How many of the next answers are printed with something in between."""
        self.said: deque[tuple[float, str]] = deque()
        self.packets = 0
        """How many have been in the air."""
        self.busy_answers = 0
        self._key, self._chance, self._slots, self._resync_s = access_point_key, chance, slots, resync_s
        self._groups: dict[int, list[VirtualLabel]] = {}
        for label in labels:
            self._groups.setdefault(label.address.group, []).append(label)
        self._buffers: dict[int, _Buffer] = {}
        self._started_s = 0.0
        self._absolute_at_start_ms = 0
        self._lets_in_at_s: dict[str, float] = {}
        self.taken: list[tuple[int, bytes]] = []
        """The commands of every packet it has accepted, with the group."""

    # The shell

    def type(self, line: str) -> None:
        """Somebody typed a line and pressed enter: it is echoed, wrapped as on a terminal, and obeyed."""
        wrapped = "\r\n".join(line[at : at + WIDTH] for at in range(0, max(1, len(line)), WIDTH))
        self._say(f"{wrapped}\r\n")
        arguments = line.split()[:ARGUMENTS_MAX]
        match arguments:
            case []:
                pass
            case ["WHOAMI", *_]:
                self._say(f"WHOAMI:{self.role}\r\n")
            case ["esl_c", "ap_abs", *rest]:
                self._say(f"#ABSTIME:{self.absolute_ms}\r\n")
                if rest:
                    self._absolute_at_start_ms += int(rest[0]) - self.absolute_ms
            case ["esl_c", "pawr", "push_sync_buf", group, commands, *keys]:
                self._push(group, commands, keys)
            case ["esl_c", "pawr", "dump_resp_buf", group, *_]:
                self._dump(self._hexadecimal(group) % GROUPS_MAX)
            case ["fake", "shelf", *_]:
                for name, gamut in self.colours().items():
                    self._say(f"{name} blinks, red green blue {gamut}\r\n")
            case _:
                self._say(f"{arguments[0]}: command not found\r\n")
        self._say(PROMPT)

    @property
    def absolute_ms(self) -> int:
        return (self._absolute_at_start_ms + round((self.now_s - self._started_s) * 1000)) % ROUND_MS

    def _push(self, group_text: str, commands: str, keys: Sequence[str]) -> None:
        group = self._hexadecimal(group_text) % GROUPS_MAX
        try:
            payload = sync_payload(group, bytes.fromhex(commands))
        except (ValueError, AnswerMalformed):
            self._say(f"#PUSH_SYNC_BUF:{group:03d} failed ({INVALID})\r\n")
            return
        buffer = self._buffers.setdefault(group, _Buffer())
        if len(keys) >= 2:  # a single one is passed over
            buffer.keys = [self._key_of(text) for text in keys[: self._slots]]
        if buffer.state in (BufferState.READY, BufferState.ANSWERED):
            self.busy_answers += 1
            self._say(f"#PUSH_SYNC_BUF:{group:03d} failed ({BUSY})\r\n")
            return
        self.taken.append((group, payload[1:]))
        buffer.packet = encrypt(wrap(payload), self._key, draw_randomizer(self._chance))
        buffer.state, buffer.goes_at_s = BufferState.READY, self._next_turn_s(group)
        self._say(f"#PUSH_SYNC_BUF:{group:03d} len {len(payload)}\r\n")

    def _dump(self, group: int) -> None:
        buffer = self._buffers.setdefault(group, _Buffer())
        if buffer.answer is not None:
            answered_slot, encrypted = buffer.answer
            self._say(f"#RESPONSESLOT:{answered_slot:02d},0x{encrypted.hex()}\r\n")
            buffer.state = BufferState.EMPTY

    # Time

    def next_instant_s(self) -> float:
        """When something happens by itself next, or something said leaves the line."""
        return min(self._next_event_s(), self.said[0][0] + self.line_delay_s if self.said else math.inf)

    def advance_to(self, to_s: float) -> None:
        """Let everything happen up to then, each at its instant."""
        while (at_s := self._next_event_s()) <= to_s:
            self._at(max(at_s, self.now_s))
        self.now_s = max(to_s, self.now_s)

    def _next_event_s(self) -> float:
        instants = [buffer.goes_at_s for buffer in self._buffers.values()]
        instants += [label.loses_sync_at_s() for label in self.labels.values()]
        instants += [label.led.next_instant_s() for label in self.labels.values()]
        return min([*instants, *self._lets_in_at_s.values()], default=math.inf)

    def _at(self, now_s: float) -> None:
        self.now_s = now_s
        for group, buffer in self._buffers.items():
            if buffer.goes_at_s <= now_s:
                buffer.state, buffer.goes_at_s = BufferState.PUSHED, math.inf
                self._transmit(group, buffer)
        for label in self.labels.values():
            label.led.settle(now_s)
            if label.loses_sync_at_s() <= now_s:
                self._lose(label)
        for name in [name for name, at_s in self._lets_in_at_s.items() if at_s <= now_s]:
            del self._lets_in_at_s[name]
            self.labels[name].synchronize(now_s)

    def _next_turn_s(self, group: int) -> float:
        """When the group's subevent comes next, counted from the access point's start."""
        offset_s = self._started_s + group * min(SUBEVENT_S, self.interval_s / GROUPS_MAX)
        rounds = math.floor((self.now_s - offset_s) / self.interval_s) + 1
        return offset_s + rounds * self.interval_s

    # The radio

    def _transmit(self, group: int, buffer: _Buffer) -> None:
        self.packets += 1
        answers = []
        for label in self._groups.get(group, ()):
            if self._chance.random() < self.loss_rate:
                continue
            answer = label.hear(buffer.packet, self.now_s, self.absolute_ms)
            if answer is not None and answer[0] < self._slots and self._chance.random() >= self.loss_rate:
                answers.append(answer)
        answers.sort()
        for slot, encrypted in answers[-1:] if self.runs_answers_together else answers:
            buffer.state, buffer.answer = BufferState.ANSWERED, (slot, encrypted)
            self._print_answer(group, slot, encrypted, buffer)

    def _print_answer(self, group: int, slot: int, answer: bytes, buffer: _Buffer) -> None:
        """Printed even if it cannot be decrypted: then, what lies in memory."""
        key = buffer.keys[slot] if slot < len(buffer.keys) else KeyMaterial(bytes(16), bytes(8))
        try:
            plain = decrypt(answer, key)
        except AnswerMalformed:
            plain = self._chance.randbytes(len(answer) - 11)
        text = f"#RESPONSE:{group:03d}#SLOT:{slot},0x{plain.hex()}\r\n"
        if self.damages_answers:
            self.damages_answers -= 1
            text = text[:20] + PROMPT + text[20:]
            text = text.replace("SLOT", "SL")
        self._say(text)

    def _lose(self, label: VirtualLabel) -> None:
        label.is_synchronized = False
        if self._resync_s is not None and not label.is_silent:
            self._lets_in_at_s[label.name] = self.now_s + self._resync_s

    def reboot(self, *, greets: bool = True) -> None:
        """Buffers are gone and the labels lose touch; what is stored (the labels, the keys) is kept."""
        self._buffers.clear()
        self.said.clear()
        self._started_s, self._absolute_at_start_ms = self.now_s, 0
        for label in self.labels.values():
            self._lose(label)
        self._say(GREETING + PROMPT if greets else PROMPT)

    # What there is to see

    def colours(self) -> dict[str, Gamut]:
        """What a person in front of the shelf would see blink now: label -> red, green, blue."""
        seen = {name: label.gamut_at(self.now_s) for name, label in self.labels.items()}
        return {name: gamut for name, gamut in seen.items() if gamut is not None}

    def take_said(self) -> str:
        """What leaves the line by now."""
        pieces = []
        while self.said and self.said[0][0] + self.line_delay_s <= self.now_s:
            pieces.append(self.said.popleft()[1])
        return "".join(pieces)

    def _say(self, text: str) -> None:
        if text:
            self.said.append((self.now_s, text))

    @staticmethod
    def _hexadecimal(text: str) -> int:
        try:
            return int(text, 16)
        except ValueError:
            return 0

    @staticmethod
    def _key_of(text: str) -> KeyMaterial:
        try:
            raw = bytes.fromhex(text)[:KEY_BYTES].ljust(KEY_BYTES, b"\0")
        except ValueError:
            raw = bytes(KEY_BYTES)
        return KeyMaterial(raw[:16], raw[16:])
