"""A picker who looks for another product where one is missing, waits at the desk for shoppers, and puts things back."""

from __future__ import annotations

import asyncio

from mobile.state.app_state import AppState
from mobile.state.scan_state import PRIMARY_ACTION_SCAN
from mobile.state.screens import Screen
from shared.picking import Pick, ShortReason
from shared.products import UnitOfMeasure
from tests.simulation.actors.picker import LOOK_EVERY_S, REACT_S, Picker
from tests.simulation.recognising import how_it_is_lit

LEAVES_IT_SHARE = 0.15  # of the missing products for which nothing else is looked for
TAKES_FEWER_SHARE = 0.2
PUTS_BACK_AT_ONCE_SHARE = 0.5


class SubstitutingPicker(Picker):
    """Does what the app offers; the world's shelves may lack the substitute as well."""

    substitutes_given = 0
    substitutes_sought = 0
    substitutes_lit = 0

    async def _stop(self, pick: Pick) -> None:
        if self.chance.random() < PUTS_BACK_AT_ONCE_SHARE:
            await self._put_back()
        await super()._stop(pick)

    async def _report_short(self, pick: Pick) -> None:
        if not await self._give_another(pick):
            await super()._report_short(pick)

    async def _finish(self) -> None:
        await self._walk_to(self.world.shop.store_map.desk)
        await self._put_back()
        app = self.phone.app
        if app is None or app.screen is not Screen.FINISH:
            return
        if app.substitute.undecided or app.substitute.to_put_back:
            await asyncio.sleep(LOOK_EVERY_S)
            return
        await super()._finish()

    async def _give_another(self, pick: Pick) -> bool:
        """Whether another product lies in the tote now."""
        app = self._at(pick)
        if app is None or self.chance.random() < LEAVES_IT_SHARE:
            return False
        self.phone.tap(_look)
        for candidate in app.substitute.candidates(pick):
            sku, product_id = candidate.product.sku, candidate.product.id
            self.phone.tap(lambda app, product_id=product_id: app.substitute.seek(product_id))  # type: ignore[misc]
            await self._walk_to(candidate.location.node)
            is_lit = how_it_is_lit(self.world, app, candidate.location) is not None
            await asyncio.sleep(self.pace.search_s(self.chance, is_lit=is_lit))
            app = self._at(pick)
            if app is None:
                return False
            if app.substitute.pick is None:
                self.phone.tap(_look)  # the phone died on the way, and has forgotten what we were about
            self.substitutes_sought += 1
            self.substitutes_lit += is_lit
            if self.is_empty(sku):
                continue
            ware = self.world.shop.wares[candidate.product.sku]
            quantity = pick.quantity_ordered if pick.product.unit is UnitOfMeasure.GRAM else 1
            await self._scan(ware.scan(quantity))
            if pick.quantity_ordered > 1 and self.chance.random() < TAKES_FEWER_SHARE:
                self.phone.tap(lambda app: app.substitute.change_quantity(-1))
            await self._scan(PRIMARY_ACTION_SCAN)
            self._note_done(pick)
            self.substitutes_given += pick.id in self._done
            return self._at(pick) is None  # else the phone died, or could not store it: it is tried again
        self.phone.tap(_leave)
        return False

    async def _put_back(self) -> None:
        app = self.phone.app
        for pick in app.substitute.to_put_back if app is not None else ():
            await self.phone.do(lambda app, pick_id=pick.id: app.substitute.put_back(pick_id))  # type: ignore[misc]
            await asyncio.sleep(REACT_S)

    def _at(self, pick: Pick) -> AppState | None:
        """The app, if it still asks for this stop."""
        app = self.phone.app
        is_here = app is not None and app.pick.current is not None and app.pick.current.id == pick.id
        return app if is_here else None


def _look(app: AppState) -> None:
    """From the screen for what is missing to the one for what else there is."""
    if app.substitute.look(ShortReason.NOT_ON_SHELF, 0):
        app.open(Screen.SUBSTITUTE)


def _leave(app: AppState) -> None:
    if app.aside is Screen.SUBSTITUTE:
        app.back()
