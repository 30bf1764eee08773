"""What a shop says about one strip: where it is, and which of its LEDs belong to which label."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from backend.labels.drivers.wled.protocol import COLOURS, Leds
from shared.labels import LightColour

LEDS_MAX = 16_384
NAME_MAX = 32  # what WLED keeps of a segment's name
HexColour = Annotated[str, StringConstraints(pattern=r"^[0-9A-F]{6}$")]
LabelName = Annotated[str, StringConstraints(min_length=1, max_length=NAME_MAX, pattern=r"^[\x21-\x7e]+$")]


class LedRun(BaseModel):
    """LEDs side by side, counted from 0 at the strip's beginning."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: int = Field(ge=0, lt=LEDS_MAX)
    count: int = Field(default=1, ge=1, le=LEDS_MAX)

    @property
    def leds(self) -> Leds:
        return Leds(self.first, self.first + self.count)


class WledSettings(BaseModel):
    """One strip. It knows no passwords: keep it in a network that only the backend reaches."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(pattern=r"^http://[^/\s?#@]+$", description="http://address[:port] of the strip's controller")
    labels: Mapping[LabelName, LedRun] = Field(min_length=1, max_length=4_096)
    brightness: int = Field(default=128, ge=1, le=255)
    colours: Mapping[LightColour, HexColour] = Field(default={}, description="RRGGBB, where the LEDs look otherwise")
    segments_max: int = Field(default=10, ge=1, le=64, description="most labels lit at one time")
    guard_min: int = Field(default=2, ge=1, le=60, description="minutes until the strip darkens without the backend")

    @model_validator(mode="after")
    def _no_led_belongs_to_two(self) -> Self:
        runs = sorted((run.first, run.first + run.count, label) for label, run in self.labels.items())
        for (_, stop, label), (start, _, other) in pairwise(runs):
            if start < stop:
                raise ValueError(f"LED {start} belongs to {label} and to {other}")
        return self

    @property
    def all_colours(self) -> Mapping[LightColour, str]:
        return {**COLOURS, **self.colours}
