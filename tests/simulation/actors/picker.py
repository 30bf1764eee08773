"""A picker: signs in, takes the next trolley, walks, looks, scans, and copes with what the phone and the shelf do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from mobile.state.app_state import AppState
from mobile.state.scan_state import PRIMARY_ACTION_SCAN
from mobile.state.screens import Screen
from shared.picking import Pick, PickList, ShortReason
from shared.products import UnitOfMeasure
from tests.simulation.pace import Pace
from tests.simulation.phone import SimulatedPhone
from tests.simulation.recognising import how_it_is_lit
from tests.simulation.shops import STORE_ID, Person
from tests.simulation.world import World

LOOK_EVERY_S = 1.0
LOOK_ANYWAY_EVERY_S = 60.0  # a phone says so long before it locks
REACT_S = 0.4  # from a scan to the next look at the screen
SWITCH_ON_AFTER_S = (8.0, 40.0)
SIGN_IN_AGAIN_S = 5.0
STUCK_TRIES_MAX = 12  # scans of one product that bring nothing before the picker reports it as missing


@dataclass(frozen=True, slots=True)
class Habits:
    """What a picker does besides the right thing, as shares of the stops.

    leaves_kept  a trolley that the screen says is kept for somebody else is left to them
    """

    wrong_product: float = 0.03
    double_scan: float = 0.05
    skips: float = 0.03
    break_after_walk: float = 0.1
    break_s: tuple[float, float] = (60.0, 300.0)
    leaves_kept: bool = False


CAREFUL = Habits(0.0, 0.0, 0.0, 0.0)


class Picker:
    """`work` for a shift. Stands at a node of the floor; the world's shelves may be empty."""

    def __init__(
        self,
        world: World,
        person: Person,
        phone: SimulatedPhone,
        *,
        pace: Pace | None = None,
        habits: Habits = CAREFUL,
        empty_shelves: Callable[[str], bool] = lambda sku: False,
    ) -> None:
        self.world = world
        self.person = person
        self.phone = phone
        self.pace = pace or Pace()
        self.habits = habits
        self.is_empty = empty_shelves
        self.chance = world.chance(f"picker {person.badge}")
        self.node = world.shop.store_map.entrance
        self.stops = 0
        self.stops_lit = 0
        self.walks = 0
        self.walked_m = 0.0
        self.walking_s = 0.0
        self._began_at_s = 0.0
        self.complaints: list[str] = []
        self.refused: set[str] = set()
        self._done: set[str] = set()
        self._tries: dict[str, int] = {}

    async def work(self) -> None:
        """For as long as the world lasts."""
        while True:
            app = await self._app_in_hand()
            screen = app.screen
            if screen is Screen.ENROL:
                await self._enrol()
            elif screen is Screen.SIGN_IN:
                await self._sign_in()
            elif screen is Screen.WORK and (trolley := self._next_trolley(app)) is not None:
                await self._take_trolley(app, trolley)
            elif screen is Screen.STOP and app.pick.current is not None:
                await self._stop(app.pick.current)
            elif screen is Screen.FINISH:
                await self._finish()
            elif screen is Screen.WORK:
                if app.presence.is_warning:
                    self.phone.tap(lambda app: app.presence.touched())  # or the phone locks under waiting eyes
                await self.phone.news(at_most_s=LOOK_ANYWAY_EVERY_S)
                await asyncio.sleep(LOOK_EVERY_S)
            elif screen in (Screen.STOP, Screen.START):
                await asyncio.sleep(LOOK_EVERY_S)
            else:
                app.back()
                await asyncio.sleep(LOOK_EVERY_S)

    # One thing after another

    async def _app_in_hand(self) -> AppState:
        """The app; a phone that went off is switched on again after a while."""
        while (app := self.phone.app) is None:
            await asyncio.sleep(self.chance.uniform(*SWITCH_ON_AFTER_S))
            if self.phone.app is None:
                self.phone.start()
                await asyncio.sleep(LOOK_EVERY_S)
        app.link.put_problem_away()
        return app

    async def _enrol(self) -> None:
        house = self.world.server.house
        if house is None or self.world.server.application is None:
            await asyncio.sleep(LOOK_EVERY_S)
            return
        code = await self.world.server.do(lambda house: house.people.create_enrolment_code(STORE_ID, "supervisor"))
        if code is not None:
            await self.phone.do(lambda app: app.shift.enrol(code.code))
        await asyncio.sleep(LOOK_EVERY_S)

    async def _sign_in(self) -> None:
        app = self.phone.app
        assert app is not None
        app.shift.show_badge(self.person.badge)
        is_in = await self.phone.do(lambda app: app.shift.sign_in(self.person.pin))
        await asyncio.sleep(LOOK_EVERY_S if is_in else SIGN_IN_AGAIN_S)

    def _next_trolley(self, app: AppState) -> PickList | None:
        """The first on the screen that this picker would take."""
        leaves = self.habits.leaves_kept
        return next((one for one in app.work.to_do if not (leaves and app.work.kept_for_other(one))), None)

    async def _take_trolley(self, app: AppState, trolley: PickList) -> None:
        self.phone.tap(lambda app: app.work.choose(trolley.id))
        self._began_at_s = self.world.loop.time()
        await asyncio.sleep(self.pace.start_s)
        if self.phone.app is not app or app.screen is not Screen.START:
            return
        first = self._next_trolley(app)  # what was first may have gone to somebody else meanwhile
        if first is None:
            self.phone.tap(lambda app: app.back())
            return
        self.phone.tap(lambda app: app.work.choose(first.id))
        await self._scan(PRIMARY_ACTION_SCAN)

    async def _stop(self, pick: Pick) -> None:
        await self._walk_to(pick.location.node)
        app = self.phone.app
        if app is None or app.pick.current is None or app.pick.current.id != pick.id:
            return  # cancelled, or done elsewhere, while we walked
        if pick.id in self._done and pick.id not in self.refused:
            self.complaints.append(f"{self.person.badge}: pick {pick.id} was done, and is open again")
        if self.chance.random() < self.habits.skips and len(app.pick.open_picks) > 1:
            self.phone.tap(lambda app: app.pick.choose(app.pick.open_picks[1].id))
            await asyncio.sleep(REACT_S)
            return
        was_lit = self._is_lit(pick, app)
        await asyncio.sleep(self.pace.search_s(self.chance, is_lit=was_lit))
        self.stops += 1
        self.stops_lit += was_lit
        self._tries[pick.id] = self._tries.get(pick.id, 0) + 1
        if self.is_empty(pick.product.sku) or self._tries[pick.id] > STUCK_TRIES_MAX:
            await self._report_short(pick)
            return
        if self.chance.random() < self.habits.wrong_product:
            await self._scan_wrong(pick)
        await self._take(pick)

    async def _take(self, pick: Pick) -> None:
        is_weighed = pick.product.unit is UnitOfMeasure.GRAM
        pieces = 1 if is_weighed else pick.quantity_ordered
        ware = self.world.shop.wares[pick.product.sku]
        await asyncio.sleep(self.pace.handle_s(self.chance, pieces))
        code = ware.scan(pick.quantity_ordered if is_weighed else 1)
        for _ in range(pieces):
            app = self.phone.app
            if app is None or app.pick.current is None or app.pick.current.id != pick.id:
                return
            await self._scan(code)
        self._note_done(pick)
        if self.chance.random() < self.habits.double_scan:
            await self._scan(code)

    async def _report_short(self, pick: Pick) -> None:
        await asyncio.sleep(self.pace.report_short_s)
        app = self.phone.app
        if app is not None and app.pick.current is not None and app.pick.current.id == pick.id:
            await self.phone.do(lambda app: app.pick.report_short(ShortReason.NOT_ON_SHELF, 0))
            await asyncio.sleep(REACT_S)
            self._note_done(pick)

    def _note_done(self, pick: Pick) -> None:
        """The phone has gone on to the next: from now on this one must never be asked for again."""
        app = self.phone.app
        if app is not None and pick.id not in {one.id for one in app.pick.open_picks}:
            self._done.add(pick.id)

    async def _finish(self) -> None:
        await self._walk_to(self.world.shop.store_map.desk)
        await asyncio.sleep(self.pace.finish_s)
        app = self.phone.app
        if app is None or app.screen is not Screen.FINISH:
            return
        await self._scan(PRIMARY_ACTION_SCAN)
        self.walks += 1
        self.walking_s += self.world.loop.time() - self._began_at_s
        self._tries.clear()
        await self._read_refusals(app)
        if self.chance.random() < self.habits.break_after_walk:
            await asyncio.sleep(self.chance.uniform(*self.habits.break_s))

    async def _read_refusals(self, app: AppState) -> None:
        """What the backend did not accept is read at the desk and put away: most was begun by two at a time."""
        for refused in app.link.problems:
            await self.phone.do(lambda app, name=refused.command.id: app.link.forget_problem(name))  # type: ignore[misc]

    # Hands, feet and eyes

    async def _walk_to(self, node: int) -> None:
        length_m = self.world.shop.graph.distance_m(self.node, node)
        await asyncio.sleep(self.pace.walk_s(length_m))
        self.node = node
        self.walked_m += length_m

    async def _scan(self, raw: str) -> None:
        self.phone.scans.scan(raw)
        await asyncio.sleep(REACT_S)

    async def _scan_wrong(self, pick: Pick) -> None:
        others = [ware for ware in self.world.shop.wares.values() if ware.gtins and ware.sku != pick.product.sku]
        await self._scan(self.chance.choice(others).scan(1))
        app = self.phone.app
        if app is not None:
            app.pick.put_outcome_away()

    def _is_lit(self, pick: Pick, app: AppState) -> bool:
        """In a way that this picker knows for theirs."""
        return how_it_is_lit(self.world, app, pick.location) is not None
