"""What labels need to know of the walks: which stops are still open. The picking room answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sqlmodel import Session

from shared.labels import BlinkPattern, LightColour


class OpenStop(Protocol):
    """A pick still to be done. `distance_m` is the walk from the open stop before, or from where the picker stands."""

    @property
    def pick_id(self) -> str: ...
    @property
    def location_id(self) -> str: ...
    @property
    def sought_location_id(self) -> str | None:
        """Where the picker looks for a substitute for it."""
        ...

    @property
    def position(self) -> int: ...
    @property
    def distance_m(self) -> float: ...
    @property
    def colour(self) -> LightColour: ...
    @property
    def pattern(self) -> BlinkPattern: ...


class OpenStops(Protocol):
    """Reads only."""

    def open_stops(self, session: Session, pick_list_id: str, at_most: int) -> Sequence[OpenStop]:
        """The next `at_most`, in walking order; empty for a pick list nobody walks with."""
        ...

    def started_pick_lists(self, session: Session) -> Sequence[str]:
        """Every pick list somebody walks with, in every store."""
        ...
