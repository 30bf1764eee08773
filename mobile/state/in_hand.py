"""What the picker has scanned and holds until the tote it goes into is shown, and whose tote a code is. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal

from shared.picking import Pick, PickList, Tote

EnteredBy = Literal["scanner", "typed"]


@dataclass(frozen=True, slots=True)
class InHand:
    """The whole quantity of one pick; `scan` is the evidence. It is kept on the device: a phone may go off here."""

    pick_id: str
    quantity: int
    scan: str
    entered_by: EnteredBy

    def to_text(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str | None) -> InHand | None:
        """None where there is nothing, or another version of the app has written it."""
        try:
            return cls(**json.loads(text)) if text else None
        except (TypeError, ValueError):
            return None


def tote_with(walk: PickList, code: str) -> Tote | None:
    """The tote this container is."""
    return next((tote for tote in walk.totes if code in tote.codes), None)


def tote_of(walk: PickList, pick: Pick) -> Tote | None:
    """The tote this pick goes into."""
    return next((tote for tote in walk.totes if tote.letter == pick.tote_letter), None)
