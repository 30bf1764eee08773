"""What a supervisor watches: orders by promise, who picks what, and what the intake could not understand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import flet as ft
from pydantic import BaseModel, ConfigDict, ValidationError

from mobile.services.backend_api import BackendApi, BackendRefused, BackendUnreachable, IntakeException
from mobile.state.asking import caption_of
from mobile.state.shift_state import ShiftState
from shared.labels import BlinkPattern, LightColour

DISMISS_REASON = "closed by a supervisor on the live board"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class BoardOrder(_Part):
    order_id: str
    display_code: str
    channel_name: str = ""
    status: str = ""
    due_at: datetime
    lines_total: int = 0
    lines_done: int = 0
    lines_short: int = 0
    picker_name: str | None = None
    started_at: datetime | None = None
    elapsed_s: float | None = None
    target_s: float | None = None


class BoardPicker(_Part):
    person_id: str
    name: str
    colour: LightColour | None = None
    pattern: BlinkPattern | None = None
    pick_list_id: str | None = None
    units_per_hour: float | None = None


class BoardProblem(_Part):
    """Something that went wrong by itself: `order.stuck`, `command.refused`, `label.silent`, `delivery.dead`.

    `detail` is an English sentence; of what it is about, `facts` are what words in another language are made of.
    """

    at: datetime | None = None
    what: str = ""
    detail: str = ""
    facts: dict[str, str] = {}


class BoardToday(_Part):
    """Of the walks brought back today: how far, and what a walk for each order would have taken beyond that."""

    walked_m: float = 0.0
    metres_per_line: float | None = None
    saved_m: float | None = None


class Board(_Part):
    """One picture of the shop; each new one replaces the last."""

    orders: list[BoardOrder] = []
    pickers: list[BoardPicker] = []
    exceptions: list[IntakeException] = []
    problems: list[BoardProblem] = []
    today: BoardToday = BoardToday()
    server_at: datetime | None = None


class BoardState(ft.Observable):
    """The live board and the decisions that only a person can take."""

    def __init__(self, api: BackendApi, shift: ShiftState) -> None:
        self._api = api
        self._shift = shift
        self.board: Board | None = None
        self.busy_with = ""
        self.notice = ""  # names a caption
        self.released: int | None = None

    def take(self, body: dict[str, Any]) -> None:
        """A live message of the topic `board`. One we cannot read leaves the last picture."""
        try:
            self.board = Board.model_validate(body)
        except ValidationError:
            return

    async def release(self) -> None:
        """Do not wait for the next wave."""
        self.busy_with, self.notice, self.released = "release", "", None
        try:
            self.released = await self._api.release_wave(self._shift.session_token)
            self.notice = "board.released"
        except (BackendRefused, BackendUnreachable) as error:
            self.notice = caption_of(error)
        self.busy_with = ""

    async def retry(self, exception_id: str) -> None:
        """The catalogue was mended: try the held order again."""
        self.busy_with, self.notice = exception_id, ""
        try:
            if await self._api.retry_intake_exception(self._shift.session_token, exception_id):
                self._remove(exception_id)
            else:
                self.notice = "board.still_held"
        except (BackendRefused, BackendUnreachable) as error:
            self.notice = caption_of(error)
        self.busy_with = ""

    async def dismiss(self, exception_id: str) -> None:
        """Close the held order without picking it."""
        self.busy_with, self.notice = exception_id, ""
        try:
            await self._api.dismiss_intake_exception(self._shift.session_token, exception_id, DISMISS_REASON)
            self._remove(exception_id)
        except (BackendRefused, BackendUnreachable) as error:
            self.notice = caption_of(error)
        self.busy_with = ""

    def put_notice_away(self) -> None:
        self.notice = ""

    def _remove(self, exception_id: str) -> None:
        if self.board is not None:
            left = [one for one in self.board.exceptions if one.id != exception_id]
            self.board = self.board.model_copy(update={"exceptions": left})
