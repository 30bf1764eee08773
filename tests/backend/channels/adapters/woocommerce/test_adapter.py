"""The WooCommerce adapter: nothing twice where the shop would do it twice, nothing lost where it sends once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from backend.channels.adapters.woocommerce.adapter import (
    OVERLAP,
    PAGES_MAX,
    PER_PAGE,
    WooCommerceAdapter,
    WooCommerceSettings,
)
from backend.channels.port import Call, ChannelRefused, Edge, PayloadUnknown, RawMessage, SignatureInvalid
from backend.channels.port.profiles import WOOCOMMERCE
from backend.channels.port.signatures import sign
from shared.clock import ManualClock
from tests.backend.channels.payloads import cases, payload

Run = Callable[..., Any]
SETTINGS: dict[str, Any] = cases("woocommerce")["settings"]
ORDER: dict[str, Any] = json.loads(payload("woocommerce", "order_created.json"))
REFUND = {"amount": "1.39", "api_refund": True, "line_items": [{"id": 315, "quantity": 1, "refund_total": "1.39"}]}


class Shop:
    """Answers with what a test puts into it, and keeps what it was asked."""

    def __init__(self) -> None:
        self.order: dict[str, Any] = dict(ORDER)
        self.lists: dict[str, list[Any]] = {"refunds": [], "notes": [], "orders": []}
        self.asked: list[tuple[str, str, Any]] = []
        self.questions: list[dict[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/wp-json/wc/v3/")
        if request.method != "GET":
            self.asked.append((request.method, path, json.loads(request.content)))
            return httpx.Response(200, json=self.order)
        if path == "orders":
            asked = dict(request.url.params)
            self.questions.append(asked)
            first = (int(asked["page"]) - 1) * int(asked["per_page"])
            return httpx.Response(200, json=self.lists["orders"][first : first + int(asked["per_page"])])
        kind = path.rpartition("/")[2]
        return httpx.Response(200, json=self.lists.get(kind, self.order))


@pytest.fixture
def shop() -> Shop:
    return Shop()


def made(clock: ManualClock, shop: Any, **changes: Any) -> WooCommerceAdapter:
    settings = WooCommerceSettings.model_validate({**SETTINGS, **changes})
    return WooCommerceAdapter(settings, Edge(clock, httpx.MockTransport(shop)))


@pytest.fixture
def adapter(shop: Shop, clock: ManualClock, run: Run) -> Iterator[WooCommerceAdapter]:
    adapter = made(clock, shop)
    yield adapter
    run(adapter.aclose())


def refunded(quantity: int) -> dict[str, Any]:
    item = {"id": 1, "quantity": -quantity, "meta_data": [{"key": "_refunded_item_id", "value": "315"}]}
    return {"id": 9, "line_items": [item]}


class TestVerify:
    def pushed(self, secret: str, topic: str = "order.created", body: bytes = b'{"id":1}') -> RawMessage:
        signature = sign(WOOCOMMERCE, RawMessage(body), secret=secret)
        return RawMessage(body, {"x-wc-webhook-signature": signature, "x-wc-webhook-topic": topic})

    @pytest.mark.parametrize("topic", ["product.deleted", "coupon.deleted", "action.woocommerce_add_to_cart", ""])
    def test_what_is_about_no_order_is_refused(self, adapter: WooCommerceAdapter, topic: str) -> None:
        with pytest.raises(SignatureInvalid):
            adapter.verify(self.pushed(SETTINGS["webhook_secret"], topic))

    def test_the_ping_of_a_new_webhook_is_answered_and_says_nothing(self, adapter: WooCommerceAdapter) -> None:
        ping = RawMessage(b"webhook_id=142", {"content-type": "application/x-www-form-urlencoded"})
        adapter.verify(ping)
        assert adapter.parse(ping) == []
        assert adapter.answer(ping).status == 200


class TestSettings:
    @pytest.mark.parametrize("url", ["http://shop.example/wp-json/wc/v3", "ftp://shop.example/", "https://a@b/"])
    def test_the_key_goes_over_no_line_that_others_read(self, url: str) -> None:
        with pytest.raises(ValidationError):
            WooCommerceSettings.model_validate({**SETTINGS, "base_url": url})

    def test_a_shop_on_this_machine_needs_no_certificate(self) -> None:
        WooCommerceSettings.model_validate({**SETTINGS, "base_url": "http://127.0.0.1:8080/wp-json/wc/v3"})


class TestSend:
    def test_an_acceptance_is_kept_with_the_order_once(self, adapter: WooCommerceAdapter, shop: Shop, run: Run) -> None:
        call = Call("accept", "727", {"order_id": "ord_1"})
        run(adapter.send(call))
        [(method, path, body)] = shop.asked
        assert (method, path) == ("PUT", "orders/727")
        shop.order = {**ORDER, "meta_data": body["meta_data"]}
        run(adapter.send(call))
        assert len(shop.asked) == 1

    @pytest.mark.parametrize(("there", "is_sent"), [([], True), ([1], False), ([3], False)])
    def test_a_refund_is_made_once(
        self, adapter: WooCommerceAdapter, shop: Shop, run: Run, there: list[int], is_sent: bool
    ) -> None:
        shop.lists["refunds"] = [refunded(quantity) for quantity in there]
        shop.order = {**ORDER, "refunds": [{"id": 9}] * len(there)}
        run(adapter.send(Call("refund", "727", REFUND)))
        assert [path for _, path, _ in shop.asked] == ["orders/727/refunds"] * is_sent

    def test_less_refunded_by_hand_is_not_this_refund(self, adapter: WooCommerceAdapter, shop: Shop, run: Run) -> None:
        shop.lists["refunds"] = [refunded(1)]
        shop.order = {**ORDER, "refunds": [{"id": 9}]}
        wanted = {**REFUND, "line_items": [{"id": 315, "quantity": 2, "refund_total": "2.78"}]}
        run(adapter.send(Call("refund", "727", wanted)))
        assert len(shop.asked) == 1

    @pytest.mark.parametrize("refunds_money", [True, False])
    def test_whether_money_goes_back_is_the_store_s(
        self, clock: ManualClock, shop: Shop, run: Run, refunds_money: bool
    ) -> None:
        adapter = made(clock, shop, refunds_money=refunds_money)
        run(adapter.send(Call("refund", "727", REFUND)))
        run(adapter.aclose())
        assert shop.asked[0][2]["api_refund"] is refunds_money

    def test_a_note_is_written_once(self, adapter: WooCommerceAdapter, shop: Shop, run: Run) -> None:
        call = Call("note", "727", {"note": "MILK: 1 of 3 found"})
        run(adapter.send(call))
        shop.lists["notes"] = [{"id": 1, "note": "MILK: 1 of 3 found"}]
        run(adapter.send(call))
        assert [path for _, path, _ in shop.asked] == ["orders/727/notes"]

    @pytest.mark.parametrize(
        ("operation", "changes", "status"),
        [
            ("ready", {}, None),
            ("ready", {"ready_status": "ready-for-pickup"}, "ready-for-pickup"),
            ("hand_over", {}, "completed"),
            ("cancel", {}, "cancelled"),
        ],
    )
    def test_statuses_are_the_store_s(
        self, clock: ManualClock, shop: Shop, run: Run, operation: str, changes: dict[str, str], status: str | None
    ) -> None:
        adapter = made(clock, shop, **changes)
        run(adapter.send(Call(operation, "727", {})))
        run(adapter.aclose())
        assert shop.asked[0][2].get("status") == status

    @pytest.mark.parametrize("operation", ["accept", "refund", "ready", "cancel", "hand_over"])
    def test_a_closed_order_is_not_opened_again(
        self, adapter: WooCommerceAdapter, shop: Shop, run: Run, operation: str
    ) -> None:
        shop.order = {**ORDER, "status": "cancelled"}
        run(adapter.send(Call(operation, "727", {})))
        assert shop.asked == []

    def test_a_call_nobody_knows_is_refused(self, adapter: WooCommerceAdapter, run: Run) -> None:
        with pytest.raises(ChannelRefused):
            run(adapter.send(Call("dance", "727", {})))


class TestPoll:
    def test_what_a_lost_webhook_said_is_asked_for(
        self, adapter: WooCommerceAdapter, shop: Shop, clock: ManualClock, run: Run
    ) -> None:
        shop.lists["orders"] = [ORDER, {**ORDER, "id": 728, "status": "pending", "date_paid_gmt": None}]
        notices = run(adapter.poll())
        assert [notice.message_id for notice in notices] == ["order:727", "pending:728:2026-01-05T08:00:08"]
        asked = shop.questions[0]
        first = clock.now() - timedelta(hours=24)
        assert (asked["modified_after"], asked["dates_are_gmt"]) == (f"{first:%Y-%m-%dT%H:%M:%S}", "true")

    def test_the_next_question_begins_where_what_is_stored_ends(
        self, adapter: WooCommerceAdapter, shop: Shop, run: Run
    ) -> None:
        shop.lists["orders"] = [ORDER]
        run(adapter.poll())
        notices = run(adapter.poll())
        run(adapter.acknowledge(notices))
        run(adapter.poll())
        begins = [datetime.fromisoformat(asked["modified_after"]).replace(tzinfo=UTC) for asked in shop.questions]
        assert begins[0] == begins[1], "not stored yet"
        assert begins[2] == datetime(2026, 1, 5, 8, 0, 8, tzinfo=UTC) - OVERLAP

    def test_every_page_is_read(self, adapter: WooCommerceAdapter, shop: Shop, run: Run) -> None:
        shop.lists["orders"] = [{**ORDER, "id": number} for number in range(1, 2 * PER_PAGE + 6)]
        assert len({notice.external_id for notice in run(adapter.poll())}) == 2 * PER_PAGE + 5
        assert len(shop.questions) == 3

    def test_a_flood_is_said(self, adapter: WooCommerceAdapter, shop: Shop, run: Run) -> None:
        shop.lists["orders"] = [{"id": 1}] * (PER_PAGE * PAGES_MAX)
        with pytest.raises(PayloadUnknown, match="10000"):
            run(adapter.poll())

    def test_one_that_cannot_be_picked_does_not_stop_the_others(
        self, adapter: WooCommerceAdapter, shop: Shop, run: Run
    ) -> None:
        shop.lists["orders"] = [{**ORDER, "total": "x"}, {**ORDER, "id": 728}]
        assert [type(notice).__name__ for notice in run(adapter.poll())] == ["OrderAvailable", "NewOrder"]


def test_another_order_than_the_one_asked_for_is_not_taken(adapter: WooCommerceAdapter, run: Run) -> None:
    with pytest.raises(PayloadUnknown):
        run(adapter.fetch("728"))
