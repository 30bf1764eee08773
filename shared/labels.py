"""Labels and their lights, in the words both the shelf and the phone use."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from shared.ids import Id


class LightColour(StrEnum):
    """The colours a colour-blind picker can still tell apart come first: they are given to shifts in this order."""

    BLUE = "blue"
    YELLOW = "yellow"
    CYAN = "cyan"


class BlinkPattern(StrEnum):
    """How a light blinks; a second mark besides the colour once more than three pickers work at a time."""

    STEADY = "steady"
    SLOW = "slow"
    DOUBLE = "double"


class Flash(BaseModel):
    """A timed blink of one label's light."""

    model_config = ConfigDict(frozen=True)

    colour: LightColour
    pattern: BlinkPattern = BlinkPattern.SLOW
    duration_s: int = Field(ge=1, le=600)


class LightPhase(StrEnum):
    """How far a wish for light has come."""

    DARK = "dark"
    WANTED = "wanted"
    SENT = "sent"
    LIT = "lit"
    SILENT = "silent"


class LabelLight(BaseModel):
    """One label as the shelf view shows it."""

    model_config = ConfigDict(frozen=True)

    label_id: Id
    location_id: Id
    phase: LightPhase = LightPhase.DARK
    colour: LightColour | None = None
    pattern: BlinkPattern | None = None
    changed_at: datetime | None = None


class LabelTrouble(StrEnum):
    """Why somebody should look after a label, the worst first."""

    UNKNOWN_TO_GATEWAY = "unknown_to_gateway"
    UNSEEN = "unseen"
    OFTEN_DARK = "often_dark"
    LOW_BATTERY = "low_battery"
