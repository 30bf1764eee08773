"""What a shop says about its AIMS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from shared.labels import BlinkPattern


class AimsSettings(BaseModel):
    """One store of one company. The latency is not published: measure it with a light test and say it here."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: str = Field(pattern=r"^https?://[^\s?#@]+[^\s?#@/]$", description="https://server, or https://server/c1")
    username: str = Field(min_length=1, max_length=200)
    password: SecretStr = Field(min_length=1, max_length=500)
    company: str = Field(min_length=1, max_length=60)
    store: str = Field(min_length=1, max_length=60)
    patterns: Mapping[BlinkPattern, int] = Field(
        default={BlinkPattern.SLOW: 0}, min_length=1, description="AIMS's number of each LED pattern"
    )
    latency_p95_s: float = Field(default=15.0, gt=0, le=300)
    lost_after_s: float = Field(default=180.0, ge=10, le=3_600)
    confirms: bool = Field(default=False, description="whether this AIMS has the LED status list")
    can_stop: bool = Field(default=True, description="whether a duration of 0s puts the LED out")
    batch_max: int = Field(default=50, ge=1, le=500, description="most labels in one call")
    calls_per_s: float = Field(
        default=10.0, gt=0, le=1_000, description="how many calls a second AIMS takes from us; lights go first"
    )
    pick_page: int | None = Field(default=None, ge=1, le=7, description="the page a label shows while it is lit")
    home_page: int = Field(default=1, ge=1, le=7)
    picture_page: int | None = Field(default=None, ge=1, le=7, description="the page pictures of ours are put on")

    @model_validator(mode="after")
    def _times_fit(self) -> Self:
        if self.lost_after_s < self.latency_p95_s * 2:
            raise ValueError("lost_after_s must be twice latency_p95_s or more")
        return self
