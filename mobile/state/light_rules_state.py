"""When no label of the store may blink, and how long a day one may: as it is, and as a supervisor wants it."""

from __future__ import annotations

from enum import StrEnum

import flet as ft

from mobile.services.backend_api import BackendRefused, BackendUnreachable
from mobile.services.light_rules_api import LightRules, LightRulesApi
from mobile.state.asking import caption_of
from mobile.state.shift_state import ShiftState

STEP_MIN = 15
DAY_MIN = 24 * 60
BUDGET_STEP_MIN = 10
SECONDS_PER_MINUTE = 60
BUDGET_MAX_MIN = DAY_MIN


class Quiet(StrEnum):
    USUAL = "usual"
    NEVER = "never"
    HOURS = "hours"


class LightRulesState(ft.Observable):
    """`problem` names a caption. What is set here holds once it is saved."""

    def __init__(self, api: LightRulesApi, shift: ShiftState) -> None:
        self._api = api
        self._shift = shift
        self.kept: LightRules | None = None
        self.quiet = Quiet.USUAL
        self.begins_min, self.ends_min = 22 * 60, 6 * 60
        self.budget_min: int | None = None
        """None: as the store's system has it."""
        self.is_busy = self.is_saved = False
        self.problem = ""

    @property
    def quiet_hours(self) -> str | None:
        if self.quiet is Quiet.USUAL:
            return None
        return f"{clock(self.begins_min)}-{clock(self.ends_min)}" if self.quiet is Quiet.HOURS else ""

    @property
    def is_changed(self) -> bool:
        kept = self.kept
        return kept is not None and (self.quiet_hours, self._budget_s) != (kept.quiet_hours, kept.lit_max_s_per_day)

    @property
    def _budget_s(self) -> int | None:
        return self.budget_min * SECONDS_PER_MINUTE if self.budget_min is not None else None

    async def load(self) -> None:
        """As they are now. What was set and not saved stays."""
        is_first = not self.is_changed
        await self._try(None)
        if is_first and self.kept is not None:
            self._show(self.kept)

    async def save(self) -> None:
        await self._try((self.quiet_hours, self._budget_s))
        self.is_saved = not self.problem

    def choose(self, quiet: Quiet) -> None:
        self.quiet, self.is_saved = quiet, False

    def move(self, begins: int = 0, ends: int = 0) -> None:
        """By quarters of an hour, round the clock; never both at one time."""
        begins_min = (self.begins_min + begins * STEP_MIN) % DAY_MIN
        ends_min = (self.ends_min + ends * STEP_MIN) % DAY_MIN
        if begins_min != ends_min:
            self.begins_min, self.ends_min, self.is_saved = begins_min, ends_min, False

    def spend(self, steps: int) -> None:
        """Ten minutes of light a day more or fewer."""
        before = self.budget_min
        if before is None and self.kept is not None:
            before = self.kept.usual_lit_max_s_per_day // SECONDS_PER_MINUTE
        moved = (before or 0) + steps * BUDGET_STEP_MIN
        self.budget_min, self.is_saved = max(BUDGET_STEP_MIN, min(moved, BUDGET_MAX_MIN)), False

    def usual_budget(self) -> None:
        self.budget_min, self.is_saved = None, False

    def begin(self) -> None:
        """What was said belonged to another visit, and so did what was set and not saved."""
        self.problem, self.is_saved = "", False
        if self.kept is not None:
            self._show(self.kept)

    def _show(self, kept: LightRules) -> None:
        self.quiet = Quiet.USUAL if kept.quiet_hours is None else Quiet.HOURS if kept.quiet_hours else Quiet.NEVER
        hours = kept.quiet_hours or kept.usual_quiet_hours
        if hours:
            self.begins_min, self.ends_min = (_minutes(part) for part in hours.split("-"))
        budget_s = kept.lit_max_s_per_day
        self.budget_min = budget_s // SECONDS_PER_MINUTE if budget_s is not None else None

    async def _try(self, change: tuple[str | None, int | None] | None) -> None:
        """Ask, or change and ask."""
        if self.is_busy:
            return
        self.is_busy, self.problem, self.is_saved = True, "", False
        token, store_id = self._shift.session_token, self._shift.store_id
        try:
            if change is None:
                self.kept = await self._api.rules(token, store_id)
            else:
                self.kept = await self._api.change(token, store_id, *change)
        except (BackendRefused, BackendUnreachable) as error:
            self.problem = caption_of(error)
        finally:
            self.is_busy = False


def clock(minutes: int) -> str:
    """`06:30`."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)
