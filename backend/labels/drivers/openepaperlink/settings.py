"""What a supervisor says about one access point."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class OpenEPaperLinkSettings(BaseModel):
    """It knows no passwords: keep it in a network that only the backend reaches."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(pattern=r"^http://[^/\s]+$", description="http://address[:port] of the access point")
    check_in_s: float = Field(default=40.0, ge=4, le=600, description="how often its labels wake up")
    brightness: int = Field(default=8, ge=1, le=15, description="on-time of each flash: about 0.7 to 1 ms a step")
    attempts_min: int = Field(default=20, ge=1, le=60, description="minutes the access point keeps trying a label")
    picture_s: float = Field(
        default=2.0, ge=0.1, le=60, description="how long one picture takes the radio: a block of 4 kB a second or so"
    )
    pictures_as: Literal["image", "template"] = Field(
        default="image", description="template: drawn by the access point, exact to the pixel, where short enough"
    )
