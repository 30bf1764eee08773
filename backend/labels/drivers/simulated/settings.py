"""How virtual labels may be told to behave."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

DISPLAY_MAX_PX = 2_000


class SimulatedSettings(BaseModel):
    """The defaults are those of labels that answer within a second or two."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    latency_min_s: float = Field(default=0.2, ge=0, le=600)
    latency_max_s: float = Field(default=1.8, ge=0, le=600)
    loss_rate: float = Field(default=0.0, ge=0, le=1, description="share of commands that never arrive")
    answer_loss_rate: float = Field(default=0.0, ge=0, le=1, description="share of answers that never come back")
    silent_labels: frozenset[str] = Field(default=frozenset(), description="labels that never answer")
    labels: frozenset[str] = Field(default=frozenset(), description="the labels there are; empty means: any")
    expires_after_s: float = Field(default=30.0, gt=0, description="when an undelivered command is given up")
    pending_max: int = Field(default=500, ge=1)
    display_width_px: int = Field(default=296, ge=0, le=DISPLAY_MAX_PX, description="0: labels without a display")
    display_height_px: int = Field(default=128, ge=0, le=DISPLAY_MAX_PX)
    can_stop: bool = True
    can_replace: bool = True
    confirms_delivery: bool = True

    @model_validator(mode="after")
    def _latencies_fit(self) -> Self:
        if not self.latency_min_s <= self.latency_max_s < self.expires_after_s:
            raise ValueError("latency_min_s <= latency_max_s < expires_after_s must hold")
        return self

    @model_validator(mode="after")
    def _display_has_two_sides(self) -> Self:
        if bool(self.display_width_px) != bool(self.display_height_px):
            raise ValueError("display_width_px and display_height_px are both 0 (no display) or neither is")
        return self
