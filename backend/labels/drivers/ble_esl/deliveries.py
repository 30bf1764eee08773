"""What each label shall hear, what is in the air, and what became of it. Pure: instants in seconds in, verdicts out.

A group has one packet in the air at a time. Its commands are answered in their slots; what is not answered goes out
again (an LED command takes the place of its elder, so twice is no harm, and a repeated flash is shortened by the time
gone), until it is answered, refused for good, or too old. Silent labels wait behind the others from the third try on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from backend.labels.drivers.ble_esl.errands import Errand, Outcome, Verdict, fits
from backend.labels.drivers.ble_esl.packing import fill
from backend.labels.drivers.ble_esl.protocol import encode_command
from backend.labels.drivers.ble_esl.responses import PASSING_ERRORS, BasicState, Refusal, Response

REFUSED_TRIES_MAX = 3
PING_TRIES_MAX = 3
ANSWERS_TOGETHER_S = 0.5
"""Answers of one packet come within milliseconds of each other; the serial line needs a little longer."""
AIR_SHARE, AIR_MARGIN_S = 1.1, 0.2
"""A packet leaves within an interval of being handed over; the controller may fetch it a little ahead."""


@dataclass(eq=False, slots=True)
class Packet:
    """Commands that go to a group together; the one in place n is answered in slot n."""

    group: int
    errands: Sequence[Errand]
    commands: bytes
    closes_s: float
    open_slots: set[int] = field(default_factory=set)


class Deliveries:
    """All groups of one access point."""

    def __init__(self, interval_s: float, slots: int) -> None:
        self._interval_s = interval_s
        self._slots = slots
        self._waiting: dict[int, list[Errand]] = {}
        self._in_air: dict[int, Packet] = {}
        self._not_before_s: dict[int, float] = {}
        self._count = 0

    @property
    def pending(self) -> int:
        """How many commands (not pings) have no outcome yet."""
        return sum(errand.token is not None for errand in self._all())

    def goes_at_once(self, group: int, now_s: float) -> bool:
        """Whether the group's next packet can be handed over now."""
        return group not in self._in_air and self._not_before_s.get(group, 0.0) <= now_s

    def waiting_tokens(self, group: int) -> list[str]:
        """The commands that wait for the group's turn."""
        return [errand.token for errand in self._line(group) if errand.token is not None]

    def add(self, errand: Errand) -> list[Verdict]:
        """Take on an errand; one of the same label that still waits is not wanted any more."""
        withdrawn = [each for each in self._line(errand.address.group) if each.label == errand.label]
        if errand.token is None and withdrawn:
            return []  # it will be heard of anyway
        self._count += 1
        errand.number = self._count
        for each in withdrawn:
            self._line(errand.address.group).remove(each)
        self._line(errand.address.group).append(errand)
        return [_dropped(each, "another command took its place") for each in withdrawn if each.token is not None]

    def forget(self, errand: Errand) -> None:
        """It could not be sent, and whoever wanted it knows."""
        if errand in self._line(errand.address.group):
            self._line(errand.address.group).remove(errand)

    def next_packet(self, now_s: float) -> Packet | None:
        """The most urgent packet that can be handed over now; it counts as in the air from here on."""
        heads = [
            (min(line, key=_urgency), group)
            for group, line in self._waiting.items()
            if line and self.goes_at_once(group, now_s)
        ]
        if not heads:
            return None
        _, group = min(heads, key=lambda head: _urgency(head[0]))
        line = sorted(self._line(group), key=_urgency)
        rows = {id(errand): encode_command(errand.command(now_s)) for errand in line}
        lines = [[(each, len(rows[id(each)])) for each in line if each.rank == rank] for rank in (0, 1, 2)]
        # All of a packet is heard at once; but where answers run into each other, the last slot's is the one printed.
        chosen = sorted(fill(lines, self._slots), key=lambda errand: (errand.token is not None, errand.tries))
        for errand in chosen:
            self._line(group).remove(errand)
            errand.tries += 1
            errand.first_sent_s = now_s if errand.first_sent_s is None else errand.first_sent_s
        commands = b"".join(rows[id(errand)] for errand in chosen)
        packet = Packet(group, chosen, commands, math.inf, set(range(len(chosen))))
        self._in_air[group] = packet
        return packet

    def handed_over(self, packet: Packet, now_s: float) -> None:
        """The access point has it, or may have it: it is in the air within an interval."""
        packet.closes_s = now_s + self._interval_s * AIR_SHARE + AIR_MARGIN_S

    def not_taken(self, packet: Packet, now_s: float) -> list[Verdict]:
        """The access point was not ready for it; once more after an interval."""
        self._not_before_s[packet.group] = now_s + self._interval_s
        for errand in packet.errands:
            errand.tries -= 1
            errand.first_sent_s = None if errand.tries == 0 else errand.first_sent_s
        return self._put_back(packet)

    def answered(self, group: int, slot: int, responses: Sequence[Response], now_s: float) -> list[Verdict]:
        """A label answered. What fits no command that was sent changes nothing."""
        packet = self._in_air.get(group)
        if packet is None or slot not in packet.open_slots:
            return []
        errand = packet.errands[slot]
        fitting = [each for each in responses if fits(errand, each)]
        if not fitting:
            return []
        packet.closes_s = min(packet.closes_s, now_s + ANSWERS_TOGETHER_S)
        packet.open_slots.discard(slot)
        if not packet.open_slots:
            self._in_air.pop(group)
        return self._judge(errand, fitting[-1])

    def settle(self, now_s: float) -> list[Verdict]:
        """Let time do its work: packets that are over, errands that are too old."""
        verdicts = []
        for packet in [each for each in self._in_air.values() if each.closes_s <= now_s]:
            verdicts += self._put_back(packet)
        for line in self._waiting.values():
            for errand in [each for each in line if each.ends_s <= now_s]:
                line.remove(errand)
                verdicts.append(_dropped(errand, f"no answer in {errand.tries} tries"))
        return verdicts

    def start_anew(self) -> list[Verdict]:
        """The access point started anew, or the line to it: nothing is in the air any more."""
        self._not_before_s.clear()
        verdicts = []
        for packet in [*self._in_air.values()]:
            verdicts += self._put_back(packet)
        return verdicts

    def next_instant_s(self, now_s: float) -> float:
        """When time alone changes something next."""
        instants = [packet.closes_s for packet in self._in_air.values()]
        instants += [errand.ends_s for line in self._waiting.values() for errand in line]
        instants += [at_s for group, at_s in self._not_before_s.items() if self._line(group)]
        return min((at_s for at_s in instants if at_s > now_s), default=math.inf)

    def _put_back(self, packet: Packet) -> list[Verdict]:
        """Everything unanswered waits again, unless something newer waits for its label."""
        self._in_air.pop(packet.group, None)
        verdicts = []
        line = self._line(packet.group)
        for slot in sorted(packet.open_slots):
            errand = packet.errands[slot]
            if any(each.label == errand.label for each in line):
                verdicts += [_dropped(errand, "another command took its place")] if errand.token is not None else []
            elif errand.token is not None or errand.tries < PING_TRIES_MAX:
                line.append(errand)
        return verdicts

    def _judge(self, errand: Errand, response: Response) -> list[Verdict]:
        match response:
            case BasicState():
                return [Verdict(errand, Outcome.STATE, state=response)]
            case Refusal(code=code) if code in PASSING_ERRORS and errand.tries < REFUSED_TRIES_MAX:
                if not any(each.label == errand.label for each in self._line(errand.address.group)):
                    self._line(errand.address.group).append(errand)
                    return []
                return [_dropped(errand, "another command took its place")]
            case Refusal():
                return [Verdict(errand, Outcome.REFUSED, response.reason)]
            case _:
                return [Verdict(errand, Outcome.DELIVERED)]

    def _line(self, group: int) -> list[Errand]:
        return self._waiting.setdefault(group, [])

    def _all(self) -> Iterator[Errand]:
        for line in self._waiting.values():
            yield from line
        for packet in self._in_air.values():
            yield from (packet.errands[slot] for slot in packet.open_slots)


def _urgency(errand: Errand) -> tuple[int, int]:
    return errand.rank, errand.number


def _dropped(errand: Errand, reason: str) -> Verdict:
    return Verdict(errand, Outcome.DROPPED, reason)
