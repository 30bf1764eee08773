"""Labels and their lights, in the words both the shelf and the phone use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from shared.ids import Id


class LightColour(StrEnum):
    """The colours a colour-blind picker can still tell apart come first: they are given to shifts in this order.

    White is nobody's: it stands for several pickers at one label, and their phones say so.
    """

    BLUE = "blue"
    YELLOW = "yellow"
    CYAN = "cyan"
    WHITE = "white"


class BlinkPattern(StrEnum):
    """How a light blinks; a second mark besides the colour once more than three pickers work at a time.

    Never more than three flashes in a second. They differ in how many flashes come together, or in how long these last.
    """

    STEADY = "steady"
    SLOW = "slow"
    DOUBLE = "double"
    TRIPLE = "triple"
    QUICK = "quick"
    LONG_SHORT = "long_short"
    LONG = "long"


PICKER_COLOURS = frozenset({LightColour.BLUE, LightColour.YELLOW, LightColour.CYAN})


@dataclass(frozen=True, slots=True)
class Look:
    """What a person sees: the colour and the rhythm of a light."""

    colour: LightColour
    pattern: BlinkPattern


class Sharing(StrEnum):
    """How one light serves several pickers at one time."""

    IN_TURN = "in_turn"
    """It shows each one's colour, one after the other, within a few seconds."""
    JOINT = "joint"
    """It blinks white for all of them."""
    ONE_BY_ONE = "one_by_one"
    """It is one picker's until that one has found by it, then the next one's."""
    SIMPLER = "simpler"
    """It is one picker's, but knows not their rhythm: it shows their colour in one that may be another's too."""
    STILL = "still"
    """It blinks as somebody needed it who does not any more, until the label wakes: it is for those who come now."""


class Flash(BaseModel):
    """A timed blink of one label's light. `also`: other colours that it shows in turn with the first."""

    model_config = ConfigDict(frozen=True)

    colour: LightColour
    pattern: BlinkPattern = BlinkPattern.SLOW
    duration_s: int = Field(ge=1, le=600)
    also: tuple[LightColour, ...] = ()


class LightPhase(StrEnum):
    """How far a wish for light has come."""

    DARK = "dark"
    WANTED = "wanted"
    SENT = "sent"
    LIT = "lit"
    SILENT = "silent"


class LabelLight(BaseModel):
    """One label as the shelf view shows it.

    `shared_by`: the looks of those who share its light now; `colour` and `pattern` are then the look of whoever comes
    first, with `ONE_BY_ONE` of whom it shines for, with `SIMPLER` and `STILL` how it blinks.
    """

    model_config = ConfigDict(frozen=True)

    label_id: Id
    location_id: Id
    phase: LightPhase = LightPhase.DARK
    colour: LightColour | None = None
    pattern: BlinkPattern | None = None
    changed_at: datetime | None = None
    sharing: Sharing | None = None
    shared_by: tuple[Look, ...] = ()


class LabelPressed(BaseModel):
    """Somebody pressed a label's own button, or held a phone to its NFC."""

    model_config = ConfigDict(frozen=True)

    label_id: Id
    location_id: Id
    pressed_at: datetime


PRESS_LASTS_S = 10.0  # so long after it a press still means the stop one is at
_PRESS = "LABEL:"  # no barcode begins like this


def press_evidence(label_id: str) -> str:
    """What stands in the place of a scan where a label was pressed instead."""
    return f"{_PRESS}{label_id}"


def pressed_label(evidence: str) -> str | None:
    """The label that was pressed; None where something was scanned or typed."""
    return evidence.removeprefix(_PRESS) if evidence.startswith(_PRESS) else None


class LabelTrouble(StrEnum):
    """Why somebody should look after a label, the worst first."""

    UNKNOWN_TO_GATEWAY = "unknown_to_gateway"
    UNSEEN = "unseen"
    OFTEN_DARK = "often_dark"
    LOW_BATTERY = "low_battery"
