"""The Deliveroo adapter: orders come whole, picking is begun, amended at once, and ended by accepting the order."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import quote, urlencode

from pydantic import Field, SecretStr

import backend.channels.adapters.deliveroo.products as products
import backend.channels.adapters.deliveroo.reports as reports
from backend.channels.adapters.deliveroo.payload import active_orders, opened, parse_order, parse_push
from backend.channels.port import (
    AcceptPoint,
    AdjustMode,
    Call,
    Capability,
    ChannelRefused,
    CountsFrom,
    Deadline,
    DeadlineKind,
    Edge,
    Intake,
    NewOrder,
    Notice,
    PayloadUnknown,
    RawMessage,
    RepeatSemantics,
    ReportedOrder,
    SignatureInvalid,
    WebhookAnswer,
    read_json,
)
from backend.channels.port.fields import list_of, text_of, whole_of
from backend.channels.port.profiles import DELIVEROO
from backend.channels.port.push_only import PushOnly
from backend.channels.port.settings import AdapterSettings, Url
from backend.channels.port.signatures import REFUSAL, NonceMemory, equal, verify
from backend.channels.port.token_calls import TokenCalls, TokenSource

PAGE_ORDERS, PAGES_MAX = 50, 20
SUBSTITUTES_MAX = 20
NEEDLE_MAX_CHARACTERS = 10  # as the platform advises
WORDS_MAX_CHARACTERS = 100
_REPEATED = frozenset({400, 409, 422})


class DeliverooSettings(AdapterSettings):
    """`site_id` is the store as the platform knows it (its `location_id` in orders); the webhook secret is another one
    than the client's.

    `brand_id` is the brand whose menu the site sells; empty: products are not told. `menu_site_id` is the site as menus
    name it, where that is another name. What is sold out as unavailable is put back by the platform every morning.
    """

    base_url: Url = "https://api.developers.deliveroo.com"
    token_url: Url = "https://auth.developers.deliveroo.com/oauth2/token"  # noqa: S105
    client_id: str = Field(min_length=1, max_length=200)
    client_secret: SecretStr = Field(min_length=1, max_length=400)
    webhook_secret: SecretStr = Field(min_length=1, max_length=400)
    site_id: str = Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9\-]+$")
    brand_id: str = Field(default="", max_length=80)
    menu_site_id: str = Field(default="", max_length=80)
    sold_out_as: Literal["unavailable", "hidden"] = "hidden"


class DeliverooAdapter(PushOnly):
    """Speaks for one site."""

    capability = Capability(
        intake=(Intake.PUSH_FULL,),
        accept_point=AcceptPoint.AFTER_PICK,
        adjust_mode=AdjustMode.BATCH_AT_END,
        repeat_semantics=RepeatSemantics.ERROR,
        sends_calls=True,
        signs_messages=True,
        can_reduce=True,
        can_substitute=True,
        hears_stock=True,
        answer_status=200,
        deadlines=(
            Deadline(DeadlineKind.START, within_s=600, act_before_s=120),
            Deadline(DeadlineKind.ACCEPT, within_s=900, counts_from=CountsFrom.STARTED, act_before_s=120),
        ),
        min_interval_per_order_s=30,
    )

    def __init__(self, settings: DeliverooSettings, edge: Edge) -> None:
        self._settings = settings
        self._clock = edge.clock
        self._nonces = NonceMemory()
        source = TokenSource(
            url=settings.token_url,
            client_id=settings.client_id,
            client_secret=settings.client_secret.get_secret_value(),
            is_basic=True,
        )
        self._client = TokenCalls(base_url=settings.base_url, source=source, edge=edge)

    def verify(self, message: RawMessage) -> None:
        """The digest over guid and body, that a guid stands for one message, and that it is for this site."""
        secrets = [self._settings.webhook_secret.get_secret_value()]
        found = verify(DELIVEROO, message, secrets=secrets, now=self._clock.now())
        self._nonces.admit(found)
        try:
            site_id = text_of(opened(message)[1], "location_id", max_characters=80)
        except PayloadUnknown:
            raise SignatureInvalid(REFUSAL) from None
        if not equal(site_id, self._settings.site_id):
            raise SignatureInvalid(REFUSAL)

    def parse(self, message: RawMessage) -> list[Notice]:
        return parse_push(message)

    def answer(self, message: RawMessage) -> WebhookAnswer:
        return WebhookAnswer(self.capability.answer_status)

    async def fetch(self, external_id: str) -> NewOrder:
        """Find the order among the active ones: the API shows single orders in no other way."""
        found = await self._active(external_id)
        if found is None:
            raise ChannelRefused("the order is not among the active ones", external_id=external_id)
        return parse_order(found, message_id=f"order:{external_id}")

    report = staticmethod(reports.report_event)
    answer_cancellation = staticmethod(reports.answer_cancellation)

    @staticmethod
    def before_deadline(kind: DeadlineKind, order: ReportedOrder) -> list[Call]:
        """An order nobody has begun is begun, one that is not picked in time is accepted: a rejected order is lost, and
        three of them close the shop. What is missing of it then is settled at the desk.
        """
        if kind is DeadlineKind.START:
            return [reports.start(order)]
        return [reports.accept(order)] if kind is DeadlineKind.ACCEPT else []

    tell_stock = staticmethod(products.tell_stock)

    async def send(self, call: Call) -> None:
        """Make one call. Where the platform refuses it, what is active says whether it was applied before."""
        body: dict[str, Any] = dict(call.body or {})
        match call.operation:
            case reports.AMEND:
                await self._amend(call.external_id, body["changed"])
            case products.UNAVAILABILITIES:
                await self._tell_product(call)
            case reports.STAGE:
                body["occurred_at"] = self._clock.now().isoformat()
                await self._make("POST", f"/order/v1/orders/{quote(call.external_id, safe='')}/prep_stage", body)
            case _:
                await self._move(call, body or None)

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _tell_product(self, call: Call) -> None:
        """What is not on the menu is nothing to tell. Any other refusal is one."""
        brand_id, site_id = self._settings.brand_id, self._settings.menu_site_id or self._settings.site_id
        if brand_id:
            body = products.body_of(call, sold_out_as=self._settings.sold_out_as)
            response = await self._client.post(products.path_of(brand_id, site_id), body)
            status = response.status_code
            if not response.is_success and not products.is_not_on_menu(call, status, response.text):
                words = response.text[:WORDS_MAX_CHARACTERS]
                raise ChannelRefused(f"the platform answered {status} to an item's availability", words=words)

    async def _move(self, call: Call, body: dict[str, Any] | None) -> None:
        """A repeat is refused as any wrong step is. A start that is refused has been made before, for nothing else can
        be wrong with an order that is placed; what is no longer placed has been accepted, or needs nothing any more.
        """
        response = await self._client.request("PUT", f"{_order(call.external_id)}/{call.operation}", body=body)
        if response.is_success:
            return
        is_repeat = response.status_code in _REPEATED and (
            call.operation == reports.START or await self._active(call.external_id) is None
        )
        if not is_repeat:
            raise ChannelRefused(f"the platform answered {response.status_code} to {call.operation}")

    async def _amend(self, external_id: str, changed: list[dict[str, Any]]) -> None:
        """Say in one call what is missing and what is given instead; items that are amended have other ids already.

        A substitute is one that the platform allows for the item. Where it does not, the item is taken out, and a
        supervisor hears of it.
        """
        order = await self._active(external_id)
        if order is None:
            raise ChannelRefused("the order is no longer placed: nothing of it can be amended", external_id=external_id)
        there = {text_of(item, "id", max_characters=80): whole_of(item, "quantity") for item in list_of(order, "items")}
        amendments, unknown = [], 0
        for change in changed:
            quantity = there.get(change["id"], 0)
            if quantity <= change["final"]:
                continue
            amendment: dict[str, Any] = {
                "amends": {"id": change["id"], "quantity": quantity},
                "final_quantity": change["final"],
            }
            if change.get("substituted"):
                substitution = await self._substitution(external_id, change)
                unknown += substitution is None
                if substitution is not None:
                    amendment |= {"final_quantity": change["substituted"], "substitution_id": substitution}
            amendments.append(amendment)
        if amendments:
            await self._make("POST", f"{_order(external_id)}/amendments", {"item_amendments": amendments})
        if unknown:
            raise ChannelRefused("the platform does not allow what was given instead", external_id=external_id)

    async def _substitution(self, external_id: str, change: dict[str, Any]) -> str | None:
        """The platform's id for a product in place of an item; None where it does not allow it."""
        asked = {"limit": SUBSTITUTES_MAX, "quantity": change["substituted"]}
        for needle in (change["plu"][:NEEDLE_MAX_CHARACTERS], ""):
            query = urlencode({**asked, **({"needle": needle} if needle else {})})
            path = f"{_order(external_id)}/items/{quote(change['id'], safe='')}/substitute?{query}"
            response = await self._client.get(path)
            found = read_json(response.content) if response.is_success else []
            for each in found if isinstance(found, list) else []:
                if text_of(each, "plu") == change["plu"]:
                    return text_of(each, "substitution_id", max_characters=100) or None
        return None

    async def _active(self, external_id: str) -> Any | None:
        """The order while it is placed; None where it is not. Raises ChannelRefused, ChannelUnavailable."""
        for page in range(PAGES_MAX):
            query = urlencode({"page": page, "per_page": PAGE_ORDERS})
            response = await self._client.get(f"/picking/v1/sites/{self._settings.site_id}/orders/active?{query}")
            if not response.is_success:
                raise ChannelRefused(f"the platform answered {response.status_code} to our question for active orders")
            orders = active_orders(read_json(response.content))
            for order in orders:
                if text_of(order, "id", max_characters=100) == external_id:
                    return order
            if len(orders) < PAGE_ORDERS:
                return None
        return None

    async def _make(self, method: str, path: str, body: dict[str, Any]) -> None:
        response = await self._client.request(method, path, body=body)
        if not response.is_success:
            raise ChannelRefused(f"the platform answered {response.status_code}")


def _order(external_id: str) -> str:
    return f"/picking/v1/orders/{quote(external_id, safe='')}"
