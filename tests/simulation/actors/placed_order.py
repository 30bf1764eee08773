"""An order as its shop remembers it: of what was sent and heard only what somebody still asks about it later."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

PROPOSED = "order.line.substitution_proposed"
DONE = ("order.ready", "order.cancelled", "order.dismissed")


@dataclass(slots=True)
class PlacedOrder:
    """A thousand of them live through a day.

    asked   external line id -> pieces or grams, as it was said last
    body    as it was said last, until the shop has nothing more to post
    names   of the events heard, in their order
    told    the lines (external ids) that were said to be done, in their order
    proposed  those for which a substitute was offered
    """

    external_id: str
    placed_at: datetime
    due_at: datetime
    asked: Mapping[str, int]
    body: dict[str, Any] | None
    answer: dict[str, Any] | None = None
    cancel_answer: int | None = None
    names: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    proposed: list[str] = field(default_factory=list)
    ready_at: datetime | None = None
    is_done: bool = False
    amendments: int = 0
    amended_too_late: bool = False

    def amend(self, body: dict[str, Any], asked: Mapping[str, int], due_at: datetime) -> None:
        """The store has taken it as it is now."""
        self.body, self.asked, self.due_at = body, asked, due_at
        self.amendments += 1

    def hear(self, event: Mapping[str, Any]) -> None:
        name = sys.intern(str(event["name"]))
        self.names.append(name)
        self.is_done = self.is_done or name in DONE
        if name == PROPOSED:
            self.proposed.append(str(event["body"]["external_line_id"]))
        elif ".line." in name:
            self.told.append(sys.intern(str(event["body"]["external_line_id"])))
        if name == "order.ready" and self.ready_at is None:
            self.ready_at = datetime.fromisoformat(event["at"])
