"""What to change about a strip so that it shows what it shall. Pure: its state and the wish in, segments out.

Every command goes this way: whatever the strip shows instead (its segments after a restart, those of somebody's own
application, a label that is over) is put right in the same request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.labels.drivers.wled.protocol import Leds, Lit, Segment, State, segment_to_drop, segment_to_light

RESTING = "rest"
REST = Leds(0, 1)


@dataclass(frozen=True, slots=True)
class Corrections:
    """`segments` to send; `without_room` are labels for which there is no segment."""

    segments: list[dict[str, Any]]
    without_room: Sequence[str] = ()


def corrections(state: State, wanted: Mapping[str, Lit], segments_max: int) -> Corrections:
    """Labels keep the segment they have, so that a flash that is armed again does not flicker."""
    keepers: dict[int, str] = {}
    for segment in state.seg:
        if segment.n in wanted and segment.n not in keepers.values() and segment.id < segments_max:
            keepers[segment.id] = segment.n
    told = {segment.id: segment for segment in state.seg}
    changed = {
        number: segment_to_light(number, label, wanted[label])
        for number, label in keepers.items()
        if not told[number].shows(label, wanted[label])
    }
    free = [number for number in range(segments_max) if number not in keepers]
    newcomers = [label for label in wanted if label not in keepers.values()]
    for number, label in zip(free, newcomers, strict=False):
        changed[number] = segment_to_light(number, label, wanted[label])
    for number, segment in told.items():
        if number not in keepers and number not in changed and not _rests(segment):
            changed[number] = segment_to_drop(number)
    return Corrections([changed[number] for number in sorted(changed)], newcomers[len(free) :])


def _rests(segment: Segment) -> bool:
    """Segment 0 while nobody needs it."""
    return segment.id == 0 and not segment.on and Leds(segment.start, segment.stop) == REST
