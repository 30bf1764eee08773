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


class KeptWalk(Protocol):
    """A trolley that is kept for a picker who has not taken it yet, in the light they will have."""

    @property
    def stops(self) -> Sequence[OpenStop]: ...
    @property
    def picks_left(self) -> int:
        """Of the walk that its picker is still on."""
        ...

    @property
    def walk_left_m(self) -> float:
        """Of that walk, to the desk; 0 for the idle."""
        ...


class OpenStops(Protocol):
    """Reads only."""

    def open_stops(self, session: Session, pick_list_id: str, at_most: int) -> Sequence[OpenStop]:
        """The next `at_most`, in walking order; empty for a pick list nobody walks with."""
        ...

    def started_pick_lists(self, session: Session) -> Sequence[str]:
        """Every pick list somebody walks with, in every store."""
        ...

    def kept_walk(self, session: Session, pick_list_id: str) -> KeptWalk | None:
        """None for a pick list that is not kept for anybody."""
        ...

    def kept_after(self, session: Session, pick_list_id: str) -> str | None:
        """The pick list that is kept for whoever walks, or walked, with this one."""
        ...

    def kept_pick_lists(self, session: Session) -> Sequence[str]:
        """Every pick list that is kept for somebody, in every store."""
        ...
