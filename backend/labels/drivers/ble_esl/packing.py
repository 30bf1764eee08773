"""What goes together into one packet, and which group a label should listen in. Pure.

A group hears one packet in each interval: its own number and up to 47 bytes of commands, so three LED commands or two
timed ones. The command in place n is answered in response slot n.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from backend.labels.drivers.ble_esl.protocol import EVERY_LABEL, GROUPS_MAX, EslAddress
from backend.labels.drivers.ble_esl.rows import split_rows
from backend.labels.port import AnswerMalformed

PAYLOAD_MAX_BYTES = 48
COMMANDS_MAX_BYTES = PAYLOAD_MAX_BYTES - 1
SLOTS_MAX = COMMANDS_MAX_BYTES // 2
T = TypeVar("T")


def fill(lines: Iterable[Sequence[tuple[T, int]]], slots: int) -> list[T]:
    """Who goes into the next packet. `lines`: who waits and how many bytes each needs, the most urgent line first.

    Nobody in a line is overtaken by somebody behind; a later line gets what an earlier one leaves. So what comes late,
    or matters less, never delays what was there before.
    """
    chosen: list[T] = []
    room_bytes = COMMANDS_MAX_BYTES
    for line in lines:
        for each, needed_bytes in line:
            if needed_bytes > room_bytes or len(chosen) >= slots:
                break
            chosen.append(each)
            room_bytes -= needed_bytes
    return chosen


def sync_payload(group: int, commands: bytes) -> bytes:
    """The payload of a packet to a group. Raises AnswerMalformed if it is too long."""
    if len(commands) > COMMANDS_MAX_BYTES:
        raise AnswerMalformed(f"{len(commands)} bytes of commands; a packet holds {COMMANDS_MAX_BYTES}")
    return bytes([group]) + commands


def parse_sync_payload(payload: bytes) -> tuple[int, Sequence[bytes]]:
    """The group and the commands' rows: the inverse of `sync_payload`. Raises AnswerMalformed."""
    if not 1 <= len(payload) <= PAYLOAD_MAX_BYTES or payload[0] >= GROUPS_MAX:
        raise AnswerMalformed("a packet begins with its group and has at most 48 bytes")
    return payload[0], split_rows(payload[1:])


def place_along_shelf(order: int, groups: int = GROUPS_MAX) -> EslAddress:
    """The address for the label that is number `order` (from 0) along the shelves.

    Neighbours come into different groups: what one picker or several want next to each other then goes out in one
    interval, where one group would need one for every three labels. Raises AnswerMalformed beyond the last place.
    """
    if not 1 <= groups <= GROUPS_MAX:
        raise AnswerMalformed(f"an access point has 1 to {GROUPS_MAX} groups, not {groups}")
    if not 0 <= order < groups * EVERY_LABEL:
        raise AnswerMalformed(f"{groups} groups have places 0 to {groups * EVERY_LABEL - 1}, not {order}")
    return EslAddress(order % groups, order // groups)
