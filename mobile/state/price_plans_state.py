"""Prices planned for an instant: which batches there are and how far they came, planning one, withdrawing one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import ClassVar

from mobile.services.files import Files
from mobile.services.price_plans_api import BatchProgress, PlannedPrices, PriceBatch, PricePlansApi
from mobile.state.asking import AskingState
from mobile.state.shift_state import ShiftState
from shared.clock import Clock
from shared.currencies import decimals_of

CSV_EXTENSIONS = ["csv", "txt"]
STEP_MIN = 15
DAY_MIN = 24 * 60
MORNING_MIN = 6 * 60
DAYS_AHEAD_MAX = 60


class PricePlansState(AskingState):
    """`lines` are what the store's system says of single lines of a file."""

    captions: ClassVar = {"prices_rejected": "plans.rejected", "price_batch_applied": "plans.too_late"}

    def __init__(self, api: PricePlansApi, files: Files, clock: Clock, shift: ShiftState) -> None:
        super().__init__(shift)
        self._api = api
        self._files = files
        self._clock = clock
        self.batches: tuple[PriceBatch, ...] | None = None
        self.progress: Mapping[str, BatchProgress] = {}
        self.asks: str = ""
        """The batch that one tap more withdraws."""
        self.planned: PlannedPrices | None = None
        self.name = self.sku = self.price = self.file_name = ""
        self._raw = b""
        self.day: int | None = None
        """Days from today; None: at once."""
        self.minute = MORNING_MIN

    @property
    def currency(self) -> str:
        return self._shift.currency

    # What there is

    async def load(self) -> None:
        """See how they are now. What was seen before stays where this fails."""

        async def ask(token: str, store_id: str) -> None:
            batches = await self._api.batches(token, store_id)
            progress = await self._api.progress(token, store_id)
            self.batches, self.progress = tuple(batches), {each.batch_id: each for each in progress}

        await self._try(ask)

    async def withdraw(self, batch_id: str) -> None:
        """Asked first, then done: they will not hold after all."""
        if self.asks != batch_id:
            self.asks = batch_id
            return

        async def ask(token: str, store_id: str) -> None:
            await self._api.withdraw(token, store_id, batch_id)

        self.asks = ""
        await self._try(ask)
        if not self.problem:
            await self.load()

    async def report(self, batch_id: str) -> None:
        """Every label of its products that does not show its price, as a file."""
        content = b""

        async def ask(token: str, store_id: str) -> None:
            nonlocal content
            content = await self._api.report(token, store_id, batch_id)

        await self._try(ask)
        if content:
            await self._files.keep(f"prices-{batch_id}.csv", content)

    # Planning

    @property
    def begins_at(self) -> datetime | None:
        """None: at once. By the phone's own clock and zone."""
        if self.day is None:
            return None
        midnight = self._clock.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        return (midnight + timedelta(days=self.day, minutes=self.minute)).astimezone()

    @property
    def price_minor(self) -> int | None:
        """What was typed, in the currency's minor unit; None where that is no price."""
        try:
            minor = Decimal(self.price.strip().replace(",", ".")).scaleb(decimals_of(self.currency))
        except InvalidOperation:
            return None
        return int(minor) if minor.is_finite() and minor >= 0 and minor == int(minor) else None

    @property
    def may_plan(self) -> bool:
        is_one = bool(self.sku.strip()) and self.price_minor is not None
        return not self.is_busy and (bool(self._raw) or is_one)

    def set(self, **typed: str) -> None:
        """`name`, `sku` or `price`, as they are typed."""
        for name, text in typed.items():
            setattr(self, name, text)

    def at_once(self) -> None:
        self.day = None

    def later(self, days: int = 0, minutes: int = 0) -> None:
        """Move the instant: from "at once" to tomorrow morning, from there by days and quarters of an hour."""
        if self.day is None:
            self.day = 1
            return
        whole = self.day * DAY_MIN + self.minute + days * DAY_MIN + minutes * STEP_MIN
        self.day, self.minute = divmod(max(0, min(whole, DAYS_AHEAD_MAX * DAY_MIN)), DAY_MIN)

    async def choose(self) -> None:
        """A file of the phone's, in place of one product."""
        picked = await self._files.pick(CSV_EXTENSIONS)
        if picked is not None:
            self._raw, self.file_name = picked.content, picked.name
            self._put_answer_away()

    def put_file_away(self) -> None:
        self._raw, self.file_name = b"", ""
        self._put_answer_away()

    async def plan(self) -> None:
        """All of them, or none; refused, what was typed or chosen stays."""
        if not self.may_plan:
            return
        raw = self._raw or f"sku,price_minor\n{_cell(self.sku.strip())},{self.price_minor}\n".encode()

        async def ask(token: str, store_id: str) -> None:
            planned = await self._api.plan(token, store_id, raw, name=self.name.strip(), begins_at=self.begins_at)
            self._clear()
            self.planned = planned

        await self._try(ask)

    def begin(self) -> None:
        """What was said belonged to another visit; what was typed and not planned is still there."""
        self._put_answer_away()
        self.asks = ""

    def _put_answer_away(self) -> None:
        super()._put_answer_away()
        self.planned = None

    def _clear(self) -> None:
        self.name = self.sku = self.price = self.file_name = ""
        self._raw, self.day, self.minute = b"", None, MORNING_MIN


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
