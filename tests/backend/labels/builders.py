"""Valid wishes and capabilities, of which a test changes one part."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from backend.labels.port import Capability
from backend.labels.wishes import LightWish
from shared.labels import BlinkPattern, LightColour, Look

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
BLUE = Look(LightColour.BLUE, BlinkPattern.SLOW)
YELLOW = Look(LightColour.YELLOW, BlinkPattern.SLOW)

INSTANT = Capability(
    latency_p50_s=1,
    latency_p95_s=2,
    silent_after_s=5,
    lost_after_s=20,
    duration_min_s=1,
    duration_max_s=600,
    pending_max=100,
    commands_in_parallel=8,
    can_stop=True,
    can_replace=True,
    confirms_delivery=True,
)
POLLING = replace(
    INSTANT,
    latency_p50_s=20,
    latency_p95_s=38,
    silent_after_s=90,
    lost_after_s=1260,
    duration_min_s=2,
    duration_max_s=34,
    can_stop=False,
    can_replace=False,
)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def wish(label: str = "L1", look: Look = BLUE, *, name: str = "pick-1", light_s: float = 0, **parts: Any) -> LightWish:
    """`expected_s` and `ends_s` are seconds from the start, like `light_s`."""
    expected_s = parts.pop("expected_s", light_s + 5)
    ends_s = parts.pop("ends_s", None)
    assert not parts, parts
    return LightWish(name, label, look, at(expected_s), at(light_s), at(ends_s) if ends_s is not None else None)
