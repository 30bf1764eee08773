"""Whether shelves say the prices they should, and where till, catalogue and shelf say different ones."""

from __future__ import annotations

import flet as ft

from mobile.services.backend_api import BackendRefused, BackendUnreachable
from mobile.services.labels_api import LabelsApi, PriceDifferences, ShelfPrices
from mobile.state.asking import caption_of
from mobile.state.shift_state import ShiftState


class PricesState(ft.Observable):
    """`problem` names a caption; `tried`: how many labels the last "try again" sent anew; `shows_till`: which of the
    two lists is up.
    """

    def __init__(self, api: LabelsApi, shift: ShiftState) -> None:
        self._api = api
        self._shift = shift
        self.shelf: ShelfPrices | None = None
        self.differences: PriceDifferences | None = None
        self.is_loading = False
        self.is_busy = False
        self.problem = ""
        self.tried: int | None = None
        self.shows_till = False

    @property
    def currency(self) -> str:
        """The store's, ISO 4217; "" where the backend has not said it yet."""
        return self._shift.currency

    async def load(self) -> None:
        """See how it is now. What was seen before stays where this fails."""
        if self.is_loading:
            return
        self.is_loading, self.problem = True, ""
        token, store_id = self._shift.session_token, self._shift.store_id
        try:
            self.shelf = await self._api.shelf_prices(token, store_id)
            self.differences = await self._api.price_differences(token, store_id)
        except (BackendRefused, BackendUnreachable) as error:
            self.problem = caption_of(error)
        finally:
            self.is_loading = False

    async def try_again(self) -> None:
        """Send anew what was given up, and look again."""
        if self.is_busy:
            return
        self.is_busy, self.problem, self.tried = True, "", None
        try:
            self.tried = await self._api.try_prices_again(self._shift.session_token, self._shift.store_id)
        except (BackendRefused, BackendUnreachable) as error:
            self.problem = caption_of(error)
        finally:
            self.is_busy = False
        if not self.problem:
            await self.load()

    def show_till(self, shows_till: bool) -> None:
        """Where the till differs, or what is not right on the shelf."""
        self.shows_till = shows_till

    def begin(self) -> None:
        """What was said belonged to another visit of the screen."""
        self.problem, self.tried = "", None
