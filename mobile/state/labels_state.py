"""How the store's labels and gateways do, and what a supervisor does to all of them or to an aisle at once."""

from __future__ import annotations

from collections.abc import Iterable

import flet as ft

from mobile.services.backend_api import BackendRefused, BackendUnreachable, LabelledLocation
from mobile.services.labels_api import Gateway, LabelHealth, LabelsApi, TendedLabel
from mobile.state.asking import caption_of
from mobile.state.shift_state import ShiftState

AT_ONCE_S = 10  # nobody needs to be told to wait for so long
ROUGHLY_S = 10  # longer waits are told in steps of this


class LabelsState(ft.Observable):
    """`problem` and `notice` name captions, "" where there is none.

    `count`, `aisle` and `seconds` belong to the notice.
    """

    def __init__(self, api: LabelsApi, shift: ShiftState) -> None:
        self._api = api
        self._shift = shift
        self.health: LabelHealth | None = None
        self.gateways: tuple[Gateway, ...] = ()
        self.is_loading = False
        self.is_busy = False
        self.problem = ""
        self.notice = ""
        self.count = 0
        self.aisle = ""
        self.seconds = 0

    @property
    def in_trouble(self) -> list[TendedLabel]:
        """Those to look after, the worst first; only the first hundred are known here."""
        return [label for label in self.health.labels if label.troubles] if self.health is not None else []

    async def load(self) -> None:
        """See how they do now. What was seen before stays where this fails."""
        if self.is_loading:
            return
        self.is_loading, self.problem = True, ""
        token, store_id = self._shift.session_token, self._shift.store_id
        try:
            self.gateways = tuple(await self._api.gateways(token, store_id))
            self.health = await self._api.health(token, store_id)
        except (BackendRefused, BackendUnreachable) as error:
            self.problem = caption_of(error)
        finally:
            self.is_loading = False

    async def all_off(self) -> None:
        """Every light goes dark until its walk comes further."""
        if self.is_busy:
            return
        self._begin()
        try:
            self.count = await self._api.all_off(self._shift.session_token, self._shift.store_id)
            self.notice = "labels.darkened"
        except (BackendRefused, BackendUnreachable) as error:
            self.problem = caption_of(error)
        finally:
            self.is_busy = False

    async def test_aisle(self, aisle: str) -> None:
        """Every label of the aisle blinks for a while, for somebody who walks along it."""
        if self.is_busy:
            return
        self._begin()
        try:
            test = await self._api.test_aisle(self._shift.session_token, self._shift.store_id, aisle)
            self.count, self.aisle = test.labels, aisle
            self.seconds = -(-test.takes_s // ROUGHLY_S) * ROUGHLY_S
            self.notice = "labels.tested_in_turn" if test.takes_s > AT_ONCE_S else "labels.tested"
        except (BackendRefused, BackendUnreachable) as error:
            self.problem = caption_of(error, {"place_not_found": "labels.no_such_aisle"})
        finally:
            self.is_busy = False

    def put_notice_away(self) -> None:
        """It was about another visit of the screen."""
        self.problem, self.notice = "", ""

    def _begin(self) -> None:
        self.is_busy, self.problem, self.notice = True, "", ""


def aisles_of(locations: Iterable[LabelledLocation]) -> list[str]:
    """The aisles of these places, A2 before A10."""
    aisles = {location.address.partition("-")[0] for location in locations} - {""}
    return sorted(aisles, key=_in_order)


def _in_order(aisle: str) -> tuple[str, int, str]:
    letters = aisle.rstrip("0123456789")
    digits = aisle[len(letters) :]
    return letters, int(digits or 0), aisle
