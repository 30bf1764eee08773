"""A Bluetooth access point's air: one packet a group and interval, and one connection at a time for pictures.

Lights go in the packets, as `packing.py` of the driver fills them. A picture needs a connection to its label: it begins
with the group's packet, so the group whose packet is next is taken first, and lasts for `picture_s`; what was sent is
shown by a command in a later packet, after the lights in it. That connections take no packets from groups is an
assumption: it is in the firmware's hands.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from backend.labels.drivers.ble_esl.packing import fill, place_along_shelf
from backend.labels.drivers.ble_esl.protocol import GROUPS_MAX
from backend.labels.port import TransferBegan
from shared.labels import Flash
from tests.simulation.gateways import Gateway

INTERVAL_S = 1.76
RESPONSE_SLOTS = 8
LED_BYTES, DISPLAY_BYTES = 13, 4


@dataclass(eq=False, slots=True)
class _Waiting:
    """A command that waits for its group's packet."""

    needed_bytes: int
    heard: Callable[[], None]
    lost: Callable[[], None]
    label: str
    ends_s: float


@dataclass(eq=False)
class BluetoothPoint(Gateway):
    """Labels have their groups by their order along the shelf, as the driver's page advises."""

    _line: dict[int, deque[_Waiting]] = field(default_factory=dict)
    _connections: list[tuple[int, Callable[[], None]]] = field(default_factory=list)
    _is_connected: bool = False
    _group_of: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._group_of = {
            label: place_along_shelf(order % (GROUPS_MAX * 255)).group
            for order, label in enumerate(sorted(self.labels))
        }

    def reboot(self) -> None:
        super().reboot()
        self._line.clear()
        self._connections.clear()
        self._is_connected = False

    def take(self, label: str, flash: Flash | None, token: str) -> None:
        self.check(label)
        self.commands += 1
        self.note("radio", f"{self.name} {label} {'off' if flash is None else flash.colour} {token}")
        self.pending[label] = self.pending.get(label, 0) + 1
        boots = self._boots
        self._queue(
            label,
            LED_BYTES,
            lambda: self._arrive(boots, label, flash, token, False),
            lambda: self._arrive(boots, label, flash, token, True),
        )

    def _send_picture(self, boots: int, label: str, png: bytes, token: str) -> None:
        group = self._group_of[label]

        def connected() -> None:
            if boots == self._boots:
                self._tell(TransferBegan, label, token)
                self.loop.in_world(self.model.picture_s, transferred)

        def transferred() -> None:
            if boots != self._boots:
                return
            self._is_connected = False
            self._next_connection()
            self._queue(
                label,
                DISPLAY_BYTES,
                lambda: self._picture_came(boots, label, token, png),
                lambda: self._picture_came(boots, label, token, None),
            )

        self._connections.append((group, connected))
        self._next_connection()

    def _next_connection(self) -> None:
        if not self._is_connected and self._connections:
            self._is_connected = True
            soonest = min(self._connections, key=lambda each: self._until_packet_s(each[0]))
            self._connections.remove(soonest)
            self.loop.in_world(self._until_packet_s(soonest[0]), soonest[1])

    def _queue(self, label: str, needed_bytes: int, heard: Callable[[], None], lost: Callable[[], None]) -> None:
        group = self._group_of[label]
        line = self._line.setdefault(group, deque())
        line.append(_Waiting(needed_bytes, heard, lost, label, self.loop.time() + self.model.expires_after_s))
        if len(line) == 1:
            self.loop.in_world(self._until_packet_s(group), self._packet, self._boots, group)

    def _until_packet_s(self, group: int) -> float:
        """From now to the group's next packet; strictly later."""
        phase_s = INTERVAL_S * group / GROUPS_MAX
        return INTERVAL_S - (self.loop.time() - phase_s) % INTERVAL_S

    def _packet(self, boots: int, group: int) -> None:
        if boots != self._boots:
            return
        line, now_s = self._line[group], self.loop.time()
        lights = [(each, each.needed_bytes) for each in line if each.needed_bytes == LED_BYTES]
        others = [(each, each.needed_bytes) for each in line if each.needed_bytes != LED_BYTES]
        for each in fill([lights, others], RESPONSE_SLOTS):
            if each.label not in self.silent_labels and self.chance.random() >= self.model.loss_rate:
                line.remove(each)
                each.heard()
        for each in [each for each in line if each.ends_s <= now_s]:
            line.remove(each)
            each.lost()
        if line:
            self.loop.in_world(INTERVAL_S, self._packet, boots, group)
