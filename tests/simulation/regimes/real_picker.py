"""A picker with a real phone, who walks the store's real distances and sees what its labels really show."""

from __future__ import annotations

import asyncio

from mobile.services.backend_link import LinkStatus
from mobile.state.app_state import AppState
from mobile.state.scan_state import PRIMARY_ACTION_SCAN
from mobile.state.screens import Screen
from shared.picking import Pick, PickList
from tests.simulation.phone import SimulatedPhone
from tests.simulation.regimes.demand import Chance, Floor
from tests.simulation.regimes.walks import Stop, Walk
from tests.simulation.shops import Person
from tests.simulation.world import World

LOOKS_EVERY_S = 0.25  # how soon a picker in front of the shelf notices a label that begins to blink
ASKS_EVERY_S = 1.0  # how often an idle picker looks at the phone
CONNECTS_WITHIN_LOOKS = 600
SETTLES_S = 0.1  # until the phone has answered; the touch itself is in the handling


class RealPicker:
    """Signs in, then takes the most pressing trolley nobody has claimed, again and again."""

    def __init__(
        self, number: int, world: World, phone: SimulatedPhone, floor: Floor, chance: Chance, claimed: set[str]
    ) -> None:
        self._number = number
        self._world = world
        self._phone = phone
        self._floor = floor
        self._chance = chance
        self._claimed = claimed
        self._here = floor.entrance
        self.walks: list[Walk] = []

    @property
    def _app(self) -> AppState:
        assert self._phone.app is not None
        return self._phone.app

    async def sign_in(self, code: str, person: Person) -> None:
        app = self._phone.start()
        self._person = person
        assert await app.shift.enrol(code), app.shift.problem
        await self._unlock()

    async def work(self) -> None:
        while True:
            await asyncio.sleep(ASKS_EVERY_S)
            await self._unlock()
            ready = [one for one in self._app.work.to_do if one.id not in self._claimed]
            if ready:
                self._claimed.add(ready[0].id)
                await self._walk(ready[0])

    async def _unlock(self) -> None:
        """A phone that gave no command for a quarter of an hour has locked itself."""
        app = self._app
        if app.shift.is_signed_in:
            return
        app.shift.show_badge(self._person.badge)
        assert await app.shift.sign_in(self._person.pin), app.shift.problem
        for _ in range(CONNECTS_WITHIN_LOOKS):
            if app.link.status is LinkStatus.ONLINE:
                return
            await asyncio.sleep(SETTLES_S)
        raise AssertionError("the phone did not connect")

    async def _walk(self, pick_list: PickList) -> None:
        pace, loop = self._chance.pace, self._world.loop
        taken_s = loop.time()
        await self._go_to(self._floor.entrance)
        await asyncio.sleep(pace.start_s)
        await self._unlock()
        self._app.work.choose(pick_list.id)
        await self._press(Screen.START)
        started_s, stops, before = loop.time(), [], ""
        while (pick := self._app.pick.current) is not None:
            walked_m = await self._go_to(pick.location.node)
            stops.append(await self._pick(pick, walked_m, is_in_hand=pick.location.address == before))
            before = pick.location.address
        to_desk_m = await self._go_to(self._floor.desk)
        await asyncio.sleep(pace.finish_s)
        walked = self._app.work.active
        assert walked is not None, "the trolley is still in hand"
        orders = tuple(tote.display_code for tote in walked.totes)  # some may have come along on the way
        await self._press(Screen.FINISH)
        self.walks.append(
            Walk(self._number, orders, taken_s, started_s, loop.time(), tuple(stops), to_desk_m, pick_list.id)
        )

    async def _go_to(self, node: int) -> float:
        metres = self._floor.graph.distance_m(self._here, node)
        await asyncio.sleep(self._chance.pace.walk_s(metres))
        self._here = node
        return metres

    async def _pick(self, pick: Pick, walked_m: float, *, is_in_hand: bool) -> Stop:
        """Search, handle, scan."""
        order, was_lit = self._order_of(pick), self._is_lit(pick)
        search_s = 0.0 if is_in_hand else await self._search(pick, order)
        ware = self._world.shop.wares[pick.product.sku]
        units = 1 if ware.is_weighed else pick.quantity_ordered
        handle_s = self._chance.handle_s(order, ware.sku, units)
        await asyncio.sleep(handle_s)
        self._phone.scans.scan(ware.scan(pick.quantity_ordered))
        await self._settle(pick, more=units > 1)
        return Stop(order, ware.sku, was_lit, is_in_hand, walked_m, search_s, handle_s)

    async def _search(self, pick: Pick, order: str) -> float:
        """In the dark until the label blinks, if it does before the product is found; returns how long it took."""
        loop = self._world.loop
        began_s = loop.time()
        found_s = began_s + self._chance.search_s(order, pick.product.sku, is_lit=False)
        while loop.time() < found_s:
            if self._is_lit(pick):
                lit_s = self._chance.search_s(order, pick.product.sku, is_lit=True)
                await asyncio.sleep(min(lit_s, found_s - loop.time()))
                break
            await asyncio.sleep(min(LOOKS_EVERY_S, found_s - loop.time()))
        return loop.time() - began_s

    def _is_lit(self, pick: Pick) -> bool:
        walk = self._app.work.active
        return walk is not None and self._world.blinks(pick.location.address, walk.colour)

    async def _settle(self, pick: Pick, *, more: bool) -> None:
        """The scan is judged within a blink; where more than one piece is ordered, the big button takes them all."""
        await asyncio.sleep(SETTLES_S)
        if more:
            self._phone.scans.scan(PRIMARY_ACTION_SCAN)
            await asyncio.sleep(SETTLES_S)
        current = self._app.pick.current
        assert current is None or current.id != pick.id, self._app.pick.outcome

    async def _press(self, screen: Screen) -> None:
        assert self._app.screen is screen, f"{self._app.screen} instead of {screen}"
        self._phone.scans.scan(PRIMARY_ACTION_SCAN)
        await asyncio.sleep(SETTLES_S)

    def _order_of(self, pick: Pick) -> str:
        walk = self._app.work.active
        assert walk is not None
        return next(tote.display_code for tote in walk.totes if tote.letter == pick.tote_letter)
