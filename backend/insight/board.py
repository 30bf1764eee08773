"""The live board: one picture of the shop, whole each time, so that a lost one costs nothing."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from shared.labels import BlinkPattern, LightColour
from shared.picking import ShortReason


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class BoardOrder(_Part):
    """One order. `elapsed_s` and `target_s` are those of the whole walk it is picked on, comparable with each other."""

    order_id: str
    display_code: str
    channel_name: str
    status: str
    due_at: datetime
    lines_total: int
    lines_done: int
    lines_short: int
    picker_name: str | None = None
    started_at: datetime | None = None
    elapsed_s: float | None = None
    target_s: float | None = None
    is_late: bool


class BoardPicker(_Part):
    """Somebody on shift. `units_per_hour` of the pick lists due today; None before the first pick."""

    person_id: str
    name: str
    colour: LightColour
    pattern: BlinkPattern
    pick_list_id: str | None = None
    units_per_hour: float | None = None


class BoardException(_Part):
    """An order the intake could not accept; it waits for a person."""

    id: str
    channel_name: str
    external_id: str
    reason: str
    created_at: datetime


class BoardProblem(_Part):
    """Something that went wrong by itself: `command.refused`, `label.silent` or `delivery.dead`.

    `order.stuck`: an order waits that nobody can walk for; `trolley.left`: one stands in the shop and nobody walks
    with it. These stay for as long as that is so. `deadline.accept`, `.start`, `.finish`: a platform waits for a person
    until that instant; `deadline.missed`: it waited in vain. `cold.over`: something cold is out of the cold too long.
    `detail` is an English sentence; `facts` are what it is about, for whoever says it in another language. `evidence`
    among them are the words of something outside: a driver's, a platform's, or why a command was refused.
    """

    at: datetime
    what: str
    detail: str
    facts: dict[str, str] = {}


class KeyFigures(_Part):
    """The day in figures. Today's orders and pick lists are those due since midnight in the store's own time zone.

    `lines_per_hour`: lines picked or short, over the hours walked; a walk lasts from its start to its finish, or to its
    latest pick while it is under way. None before the first pick.
    `short_share_by_reason`: short lines of each reason, over lines picked or short: 0 to 1.
    `on_time_share`: orders ready at `due_at` or before, over orders ready or overdue: 0 to 1; None without any.
    `walked_m`: of the walks brought back, entrance to desk, as planned; `metres_per_line`: over their lines.
    `saved_m`: what a walk for each of their orders would have taken beyond that; None before the first is back.
    """

    lines_done: int = 0
    lines_per_hour: float | None = None
    short_share: float = 0.0
    short_share_by_reason: dict[ShortReason, float] = {}
    orders_ready: int = 0
    on_time_share: float | None = None
    walked_m: float = 0.0
    metres_per_line: float | None = None
    saved_m: float | None = None


class Board(_Part):
    """Orders that still need somebody, and those ready lately, most pressing first."""

    orders: list[BoardOrder]
    pickers: list[BoardPicker]
    exceptions: list[BoardException]
    problems: list[BoardProblem]
    today: KeyFigures
    server_at: datetime
