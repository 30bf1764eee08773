"""A phone that is online sees every trolley that waits: checked while the world goes on, not only when all is calm."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mobile.services.backend_link import LinkStatus
from tests.simulation.actors.picker import Picker
from tests.simulation.phone import SimulatedPhone
from tests.simulation.world import World

SEES_WITHIN_S = 20.0  # a greeting, a catch-up, and two looks


class Sight:
    """`look` every few seconds."""

    def __init__(self, world: World, pickers: Sequence[Picker], require: Callable[[bool, str], None]) -> None:
        self._world = world
        self._pickers = pickers
        self._require = require
        self._ready_since_s: dict[str, float] = {}
        self._online_since_s: dict[str, float] = {}

    def look(self, ready: set[str]) -> None:
        """`ready`: the pick lists that wait now for whoever takes them."""
        now_s = self._world.loop.time()
        self._ready_since_s = {one: self._ready_since_s.get(one, now_s) for one in ready}
        waiting = {one for one, since_s in self._ready_since_s.items() if now_s - since_s > SEES_WITHIN_S}
        for picker in self._pickers:
            phone = picker.phone
            if not self._is_online(phone):
                self._online_since_s.pop(phone.name, None)
                continue
            since_s = max(self._online_since_s.setdefault(phone.name, now_s), phone.air.mended_at_s)
            if now_s - since_s > SEES_WITHIN_S and waiting:
                assert phone.app is not None
                unseen = waiting - {one.id for one in phone.app.work.pick_lists}
                self._require(not unseen, f"{phone.name} is online and does not know of {sorted(unseen)}")

    def _is_online(self, phone: SimulatedPhone) -> bool:
        """With today's app, over a network that carries."""
        is_today = phone.app is not None and phone.app_version is None
        is_carried = phone.air.is_up and phone.air.slow_by == 1.0 and self._world.server.application is not None
        return is_today and is_carried and phone.app.link.status is LinkStatus.ONLINE  # type: ignore[union-attr]
