"""What a supervisor's phone asks about labels, gateways and prices; answered or refused as BackendApi says."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict

from mobile.services.backend_api import BackendApi, read_answer
from shared.ids import Id

LISTED_MAX = 100  # nobody reads further on a phone; the answer counts them all


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class TendedLabel(_Answer):
    """`battery_mv` 0: it never said; `failure_rate` of its last `commands`, 0 to 1. A newer trouble is one too."""

    external_id: str
    location_id: Id
    gateway_id: Id
    battery_mv: int = 0
    last_seen_at: datetime | None = None
    commands: int = 0
    failure_rate: float = 0.0
    troubles: list[str] = []


class StrayLabel(_Answer):
    """A label that a gateway hears and that hangs nowhere yet."""

    external_id: str
    gateway_id: Id
    model: str = ""
    battery_mv: int = 0
    last_seen_at: datetime | None = None


class LabelHealth(_Answer):
    total: int
    in_trouble: int
    strays_total: int
    labels: list[TendedLabel]
    strays: list[StrayLabel]


class Gateway(_Answer):
    id: str
    name: str
    labels: int = 0
    is_enabled: bool = True
    is_reachable: bool
    detail: str = ""
    latency_p95_s: float | None = None
    is_latency_measured: bool = False


class BoundLabel(_Answer):
    """`hung_at`: where it hung before, None for a new one; `also_here` and `taken_off` by external id."""

    external_id: str
    location: str
    hung_at: str | None = None
    also_here: list[str] = []
    taken_off: list[str] = []


class FoundLabels(_Answer):
    location: str
    label_ids: list[Id]


class LabelNotRight(_Answer):
    """Minor units; `shown_minor` None: nobody knows. `state` waiting, under_way or given_up."""

    label_id: Id
    external_id: str
    location_id: Id
    sku: str
    name: str
    price_minor: int
    shown_minor: int | None = None
    state: str
    attempts: int = 0
    problem: str = ""


class LabelToClear(_Answer):
    """Its product is gone, and it still says it. As above."""

    label_id: Id
    external_id: str
    location_id: Id
    shown_minor: int | None = None
    state: str
    attempts: int = 0
    problem: str = ""


class ShelfPrices(_Answer):
    """The counts are of both lists; an older backend knows of none that is to be cleared."""

    labels: int
    right: int
    waiting: int
    under_way: int
    given_up: int
    not_right: list[LabelNotRight]
    to_clear: list[LabelToClear] = []


class PriceDifference(_Answer):
    """Minor units; `trouble` as the backend names it."""

    product_id: Id
    sku: str
    name: str
    trouble: str
    catalogue_minor: int
    till_minor: int | None = None
    shelf_minor: int | None = None


class PriceDifferences(_Answer):
    """The worst first; `differences` counts all."""

    products: int
    differences: int
    listed: list[PriceDifference]


class _Gateways(_Answer):
    gateways: list[Gateway]


class AisleTest(_Answer):
    """How many labels blink, and how long it takes, about, until all that work have begun to."""

    labels: int
    takes_s: int = 0


class _Count(_Answer):
    labels: int


class LabelsApi:
    """One method per question. `token` is a supervisor's session, `store_id` their store."""

    def __init__(self, api: BackendApi) -> None:
        self._api = api

    async def health(self, token: str, store_id: str) -> LabelHealth:
        path = f"/stores/{store_id}/labels/health?most={LISTED_MAX}"
        return read_answer(LabelHealth, await self._api.ask("GET", path, token=token))

    async def gateways(self, token: str, store_id: str) -> list[Gateway]:
        answer = await self._api.ask("GET", f"/stores/{store_id}/gateways", token=token)
        return read_answer(_Gateways, answer).gateways

    async def bind(self, token: str, store_id: str, label: str, place: str, *, takes_off: bool) -> BoundLabel:
        """`place`: an address or the barcode of a product there. `takes_off`: whatever else hung there is gone."""
        body = {"label": label, "place": place, "takes_off": takes_off}
        return read_answer(
            BoundLabel, await self._api.ask("POST", f"/stores/{store_id}/labels/bind", body=body, token=token)
        )

    async def find(self, token: str, store_id: str, scan: str) -> FoundLabels:
        """Let it blink: a label, what hangs at an address, or at a product."""
        answer = await self._api.ask("POST", f"/stores/{store_id}/labels/find", body={"scan": scan}, token=token)
        return read_answer(FoundLabels, answer)

    async def test_aisle(self, token: str, store_id: str, aisle: str) -> AisleTest:
        """Let every label of the aisle blink, those that wake seldom in turn."""
        path = f"/stores/{store_id}/aisles/{quote(aisle, safe='')}/light-test"
        return read_answer(AisleTest, await self._api.ask("POST", path, token=token))

    async def all_off(self, token: str, store_id: str) -> int:
        """How many labels go dark."""
        answer = await self._api.ask("POST", f"/stores/{store_id}/labels/all-off", token=token)
        return read_answer(_Count, answer).labels

    async def shelf_prices(self, token: str, store_id: str) -> ShelfPrices:
        return read_answer(ShelfPrices, await self._api.ask("GET", f"/stores/{store_id}/labels/prices", token=token))

    async def try_prices_again(self, token: str, store_id: str) -> int:
        """How many labels that were given up get their picture sent anew."""
        answer = await self._api.ask("POST", f"/stores/{store_id}/labels/prices/try-again", token=token)
        return read_answer(_Count, answer).labels

    async def price_differences(self, token: str, store_id: str) -> PriceDifferences:
        answer = await self._api.ask("GET", f"/stores/{store_id}/prices/differences", token=token)
        return read_answer(PriceDifferences, answer)
