"""How each store wants its labels lit: when not at all, and how long a day at most. Kept; effective at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from backend.core.database import Database
from backend.core.writer import Transaction
from backend.labels import repository
from backend.labels.commands import SaveLightRules
from backend.labels.models import LightRulesRow
from backend.labels.quiet import QuietHours

Handle = Callable[[Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class StoreRules:
    """`quiet_hours` None: never. `lit_max_s_per_day`: of each label, its battery's budget."""

    quiet_hours: QuietHours | None
    lit_max_s_per_day: int


@dataclass(frozen=True, slots=True)
class OwnRules:
    """What a store has said itself; None: as the program's settings say. `quiet_hours` "" for never."""

    quiet_hours: str | None = None
    lit_max_s_per_day: int | None = None


class LightRules:
    """`usual` is what holds where a store has said nothing. `on_change` is called on the event loop once kept."""

    def __init__(
        self, database: Database, handle: Handle, usual: StoreRules, on_change: Callable[[], Awaitable[None]]
    ) -> None:
        self._database = database
        self._handle = handle
        self._on_change = on_change
        self._own: Mapping[str, OwnRules] = {}
        self.usual = usual

    def of(self, store_id: str) -> StoreRules:
        """What holds in a store now."""
        own = self._own.get(store_id)
        if own is None:
            return self.usual
        hours = self.usual.quiet_hours if own.quiet_hours is None else QuietHours.read(own.quiet_hours)
        return StoreRules(hours, own.lit_max_s_per_day or self.usual.lit_max_s_per_day)

    def own(self, store_id: str) -> OwnRules:
        """What a store has said itself."""
        return self._own.get(store_id, OwnRules())

    async def change(self, store_id: str, rules: OwnRules) -> None:
        """From now on these. Raises ValueError where the quiet hours are none."""
        if rules.quiet_hours is not None:
            QuietHours.read(rules.quiet_hours)
        await self._handle(SaveLightRules(store_id, rules.quiet_hours, rules.lit_max_s_per_day))
        await self.restore()
        await self._on_change()

    async def restore(self) -> None:
        """Read what every store has said."""
        self._own = await asyncio.to_thread(self._read)

    def save(self, command: SaveLightRules, tx: Transaction) -> None:
        tx.session.merge(
            LightRulesRow(
                store_id=command.store_id,
                quiet_hours=command.quiet_hours,
                lit_max_s_per_day=command.lit_max_s_per_day,
                changed_at=tx.now(),
            )
        )

    def _read(self) -> Mapping[str, OwnRules]:
        with self._database.reading() as session:
            return {
                row.store_id: OwnRules(row.quiet_hours, row.lit_max_s_per_day)
                for row in repository.get_light_rules(session)
            }
