"""The WooCommerce adapter: orders come whole, by webhook or by asking; what is missing is refunded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field, SecretStr, StringConstraints

import backend.channels.adapters.woocommerce.products as products
import backend.channels.adapters.woocommerce.reports as reports
from backend.channels.adapters.woocommerce.payload import (
    CLOSED,
    Reading,
    is_ping,
    modified_at,
    notice_of,
    parse_order,
    parse_webhook,
)
from backend.channels.adapters.woocommerce.reports import ACCEPTED, ORDER_KEY, PICKED, STATE_KEY
from backend.channels.port import (
    AcceptPoint,
    AdjustMode,
    Call,
    Capability,
    ChannelRefused,
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
)
from backend.channels.port.fields import list_of, number_of, text_of
from backend.channels.port.header_calls import HeaderCalls, basic_authorization
from backend.channels.port.profiles import WOOCOMMERCE
from backend.channels.port.settings import AdapterSettings
from backend.channels.port.signatures import REFUSAL, verify

PER_PAGE = 100
PAGES_MAX = 100
OVERLAP = timedelta(minutes=10)  # an order that was being saved when it was asked for is seen the next time
# The shop answers 500 also to a refund that it will never create: more than is left, or a provider that cannot.
REFUND_REFUSED = "woocommerce_rest_cannot_create_order_refund"
TOPICS = frozenset({"order.created", "order.updated", "order.deleted", "order.restored"})
# The key and its secret go with each request: over a line that others can read they would be theirs.
_URL = r"^(https://|http://(127\.0\.0\.1|localhost)[:/])[^\s/@]*(/[^\s?#]*)?$"
Status = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,20}$")]


class WooCommerceSettings(AdapterSettings):
    """The key has the permission read/write. Two webhook secrets are good at once while one is replaced.

    `ready_status` and `handed_over_status` are what the shop's order becomes then; empty: it stays as it is.
    """

    base_url: str = Field(pattern=_URL, max_length=300, examples=["https://shop.example/wp-json/wc/v3"])
    consumer_key: str = Field(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")
    consumer_secret: SecretStr = Field(min_length=1, max_length=100)
    webhook_secret: SecretStr = Field(min_length=1, max_length=200)
    picked_statuses: tuple[Status, ...] = Field(default=("processing",), min_length=1, max_length=10)
    ready_status: Status | None = None
    handed_over_status: Status | None = "completed"
    prepared_within_min: int = Field(default=60, ge=5, le=7 * 24 * 60)
    due_meta_key: str = Field(default="", max_length=100)
    refunds_money: bool = Field(default=True, description="the payment provider sends money back for what is missing")
    poll_interval_s: int = Field(default=60, ge=0, le=3600, description="0: webhooks only, and what is lost is lost")
    look_back_h: int = Field(default=24, ge=1, le=14 * 24, description="how far back the first question goes")


class WooCommerceAdapter:
    """Speaks to one shop."""

    capability = Capability(
        intake=(Intake.PUSH_FULL, Intake.POLL),
        accept_point=AcceptPoint.BEFORE_PICK,
        adjust_mode=AdjustMode.BATCH_AT_END,
        repeat_semantics=RepeatSemantics.ACCEPTED,
        sends_calls=True,
        signs_messages=True,
        can_reduce=True,
        hears_stock=True,
        hears_prices=True,
        answer_status=200,
        poll_interval_s=60,
    )

    def __init__(self, settings: WooCommerceSettings, edge: Edge) -> None:
        self._settings = settings
        self._clock = edge.clock
        self._since: datetime | None = None
        self._newest: datetime | None = None
        self.capability = replace(type(self).capability, poll_interval_s=settings.poll_interval_s)
        self._reading = Reading(
            frozenset(settings.picked_statuses),
            timedelta(minutes=settings.prepared_within_min),
            settings.due_meta_key,
        )
        self._secrets = [settings.webhook_secret.get_secret_value()]
        self._calls = HeaderCalls(
            base_url=settings.base_url,
            headers=basic_authorization(settings.consumer_key, settings.consumer_secret.get_secret_value()),
            refusals=frozenset({REFUND_REFUSED}),
            edge=edge,
        )

    def verify(self, message: RawMessage) -> None:
        """The signature, and that it is about an order: ids of products and orders are not told apart once deleted.

        The shop's ping is not signed, wants 200, and changes nothing.
        """
        if is_ping(message.body):
            return
        verify(WOOCOMMERCE, message, secrets=self._secrets, now=self._clock.now())
        if message.headers.get("x-wc-webhook-topic", "") not in TOPICS:
            raise SignatureInvalid(REFUSAL)

    def parse(self, message: RawMessage) -> list[Notice]:
        return parse_webhook(message.body, self._reading)

    def answer(self, message: RawMessage) -> WebhookAnswer:
        return WebhookAnswer(self.capability.answer_status)

    async def fetch(self, external_id: str) -> NewOrder:
        order = await self._read(external_id)
        found = parse_order(order, self._reading)
        if found.external_id != external_id:
            raise PayloadUnknown("the shop answered with another order", external_id=external_id)
        return found

    async def poll(self) -> list[Notice]:
        """Every order that changed since the last one that is stored: the shop sends no webhook twice."""
        since = self._since or self._clock.now() - timedelta(hours=self._settings.look_back_h)
        orders: list[Any] = []
        for page in range(1, PAGES_MAX + 1):
            found = await self._calls.json("GET", "orders", parameters=_asked(since, page))
            if not isinstance(found, list):
                raise PayloadUnknown("the shop's list of orders is none")
            orders += found
            if len(found) < PER_PAGE:
                break
        else:
            raise PayloadUnknown(f"more than {PAGES_MAX * PER_PAGE} orders changed since {since:%Y-%m-%d %H:%M}")
        timed = sorted(((modified_at(order), order) for order in orders), key=lambda pair: pair[0])
        self._newest = timed[-1][0] if timed else None
        return [notice_of(order, self._reading) for _, order in timed]

    async def acknowledge(self, notices: Sequence[Notice]) -> None:
        """Nothing to tell the shop: the next question begins where this answer ended."""
        if self._newest is not None:
            self._since = self._newest - OVERLAP

    report = staticmethod(reports.report_event)

    @staticmethod
    def answer_cancellation(order: ReportedOrder, *, is_granted: bool) -> list[Call]:
        """The shop has no such question."""
        return []

    @staticmethod
    def before_deadline(kind: DeadlineKind, order: ReportedOrder) -> list[Call]:
        """The shop waits for nothing."""
        return []

    tell_stock = staticmethod(products.tell_stock)
    tell_prices = staticmethod(products.tell_prices)

    async def send(self, call: Call) -> None:
        """Make one call, unless it is made already. The shop lets any status follow any other, and a refund come
        twice: so the order is read first, and one that is closed hears nothing more.
        """
        if call.operation in products.OPERATIONS:
            await products.send(call, self._calls)
            return
        path, body = f"orders/{call.external_id}", call.body or {}
        order = await self._read(call.external_id)
        state = _states(order)
        if text_of(order, "status") in CLOSED and call.operation != reports.NOTE:
            return
        match call.operation:
            case reports.ACCEPT if ACCEPTED not in state and PICKED not in state:
                meta = {STATE_KEY: ACCEPTED, ORDER_KEY: body.get("order_id", "")}
                await self._calls.json("PUT", path, body=_meta(meta))
            case reports.REFUND if not await self._is_refunded(call, order):
                api_refund = bool(body.get("api_refund")) and self._settings.refunds_money
                await self._calls.json("POST", f"{path}/refunds", body={**body, "api_refund": api_refund})
            case reports.NOTE if not await self._is_noted(call):
                await self._calls.json("POST", f"{path}/notes", body={"note": body.get("note", "")})
            case reports.READY if PICKED not in state:
                changes = {**_meta({STATE_KEY: PICKED}), **_status(self._settings.ready_status)}
                await self._calls.json("PUT", path, body=changes)
            case reports.CANCEL:
                await self._calls.json("PUT", path, body=_status("cancelled"))
            case reports.HAND_OVER if _status(self._settings.handed_over_status):
                await self._calls.json("PUT", path, body=_status(self._settings.handed_over_status))
            case operation if operation not in reports.OPERATIONS:
                raise ChannelRefused(f"there is no call {operation}", external_id=call.external_id)

    async def aclose(self) -> None:
        await self._calls.aclose()

    async def _read(self, external_id: str) -> Any:
        order = await self._calls.json("GET", f"orders/{external_id}")
        if not text_of(order, "status"):
            raise PayloadUnknown("the shop's answer is no order", external_id=external_id)
        return order

    async def _is_refunded(self, call: Call, order: Any) -> bool:
        """Whether every line of this refund has been refunded as far, by us or by hand."""
        if not list_of(order, "refunds"):
            return False
        there: Counter[str] = Counter()
        for refund in await self._all_of(call, "refunds"):
            for item in list_of(refund, "line_items"):
                for field in list_of(item, "meta_data"):
                    if text_of(field, "key") == "_refunded_item_id":
                        there[text_of(field, "value")] -= int(number_of(item, "quantity"))
        return all(there[str(item["id"])] >= item["quantity"] for item in (call.body or {}).get("line_items", []))

    async def _is_noted(self, call: Call) -> bool:
        wanted = (call.body or {}).get("note")
        return any(text_of(note, "note", max_characters=2_000) == wanted for note in await self._all_of(call, "notes"))

    async def _all_of(self, call: Call, kind: str) -> list[dict[str, Any]]:
        found = await self._calls.json(
            "GET", f"orders/{call.external_id}/{kind}", parameters={"per_page": str(PER_PAGE)}
        )
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise PayloadUnknown(f"the shop's list of {kind} is none", external_id=call.external_id)
        return found


def _asked(since: datetime, page: int) -> dict[str, str]:
    return {
        "modified_after": f"{since:%Y-%m-%dT%H:%M:%S}",
        "dates_are_gmt": "true",
        "orderby": "id",
        "order": "asc",
        "per_page": str(PER_PAGE),
        "page": str(page),
    }


def _states(order: Any) -> set[str]:
    fields = order.get("meta_data")
    return {
        str(field.get("value"))
        for field in (fields if isinstance(fields, list) else [])
        if isinstance(field, dict) and field.get("key") == STATE_KEY
    }


def _meta(values: dict[str, str]) -> dict[str, Any]:
    return {"meta_data": [{"key": key, "value": value} for key, value in values.items()]}


def _status(status: str | None) -> dict[str, str]:
    return {"status": status} if status else {}
