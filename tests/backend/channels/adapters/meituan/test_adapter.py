"""The Meituan adapter: which refusals mean that it is done, which that it is too early, and for whom a push is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from backend.channels.adapters.meituan.adapter import MeituanAdapter, MeituanSettings
from backend.channels.adapters.meituan.reports import LEFT
from backend.channels.port import Call, ChannelRefused, ChannelUnavailable, Edge, RawMessage, SignatureInvalid
from shared.clock import ManualClock
from tests.backend.channels.payloads import cases, payload

Run = Callable[..., Any]


class Platform:
    """Answers each operation as the test says; `ok` where it says nothing."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        operation = request.url.path.removeprefix("/api/v1/")
        text = request.content.decode() if request.method == "POST" else request.url.query.decode()
        self.asked.append((operation, {name: values[0] for name, values in parse_qs(text).items()}))
        return httpx.Response(200, json=self.answers.get(operation, {"data": "ok"}))


def refused(code: int, words: str) -> dict[str, Any]:
    return {"data": "ng", "error": {"code": code, "msg": words}}


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def adapter(platform: Platform, clock: ManualClock, run: Run) -> Iterator[MeituanAdapter]:
    settings = MeituanSettings.model_validate(cases("meituan")["settings"])
    adapter = MeituanAdapter(settings, Edge(clock, httpx.MockTransport(platform)))
    yield adapter
    run(adapter.aclose())


class TestSend:
    def test_a_call_is_signed_and_names_the_order(self, adapter: MeituanAdapter, platform: Platform, run: Run) -> None:
        run(adapter.send(Call("order/confirm", "77", {})))
        [(operation, parameters)] = platform.asked
        assert (operation, parameters["order_id"], parameters["app_id"]) == ("order/confirm", "77", "409")
        assert len(parameters["sig"]) == 32

    @pytest.mark.parametrize(
        ("operation", "words", "status", "is_done"),
        [
            ("order/confirm", "操作失败,订单已经确认过了", 2, True),
            ("order/confirm", "操作失败", 4, True),
            ("order/confirm", "操作失败", 2, False),
            ("order/cancel", "操作失败", 9, True),
            ("order/cancel", "操作失败", 4, False),
            ("order/preparationMealComplete", "商家已完成备货，不能重复备货", 4, True),
            ("order/preparationMealComplete", "不适用", 4, False),
            ("order/preparationMealComplete", "不适用", 9, True),
        ],
    )
    def test_a_refusal_is_done_where_the_order_says_so(
        self,
        adapter: MeituanAdapter,
        platform: Platform,
        run: Run,
        operation: str,
        words: str,
        status: int,
        is_done: bool,
    ) -> None:
        platform.answers = {operation: refused(808, words), "order/getOrderDetail": {"data": {"status": status}}}
        sending = adapter.send(Call(operation, "77", {}))
        if is_done:
            run(sending)
        else:
            with pytest.raises(ChannelRefused):
                run(sending)

    @pytest.mark.parametrize(
        ("words", "wait_s"), [("商家接单后1分钟内不能确认已完成出货", 60), ("系统繁忙，请稍后再试", 0)]
    )
    def test_what_passes_is_tried_again(
        self, adapter: MeituanAdapter, platform: Platform, run: Run, words: str, wait_s: int
    ) -> None:
        platform.answers = {"order/preparationMealComplete": refused(1, words)}
        with pytest.raises(ChannelUnavailable) as later:
            run(adapter.send(Call("order/preparationMealComplete", "77", {})))
        assert later.value.facts.get("retry_after_s", 0) == wait_s

    @pytest.mark.parametrize(("there", "is_sent"), [(3, True), (1, False)])
    def test_a_refund_is_sent_once_even_when_it_is_sent_twice(
        self, adapter: MeituanAdapter, platform: Platform, run: Run, there: int, is_sent: bool
    ) -> None:
        platform.answers["order/getPartRefundFoods"] = {"data": [{"app_food_code": "M", "sku_id": "K", "count": there}]}
        left = [{"app_food_code": "M", "sku_id": "K", "count": 1}]
        body = {"reason": "sold out", "food_data": json.dumps([{"sku_id": "K", "count": 2}]), LEFT: left}
        run(adapter.send(Call("order/applyPartRefund", "77", body)))
        sent = [parameters for operation, parameters in platform.asked if operation == "order/applyPartRefund"]
        assert len(sent) == is_sent
        assert all(LEFT not in parameters for parameters in sent)


class TestVerify:
    @pytest.mark.parametrize("changes", [{"app_id": "410"}, {"app_poi_code": "store_2"}])
    def test_another_application_or_store_of_the_same_secret_is_refused(
        self, clock: ManualClock, changes: dict[str, str]
    ) -> None:
        settings = MeituanSettings.model_validate({**cases("meituan")["settings"], **changes})
        other = MeituanAdapter(settings, Edge(clock, httpx.MockTransport(lambda _: httpx.Response(500))))
        with pytest.raises(SignatureInvalid):
            other.verify(RawMessage(payload("meituan", "order_push.txt"), path="order"))

    def test_a_push_to_another_path_is_refused(self, adapter: MeituanAdapter) -> None:
        message = RawMessage(payload("meituan", "refund_push.txt"), path="refund")
        adapter.verify(message)
        with pytest.raises(SignatureInvalid):
            adapter.verify(replace(message, path="cancel"))

    def test_a_push_may_come_in_the_query(self, adapter: MeituanAdapter) -> None:
        adapter.verify(RawMessage(b"", path="cancel", query=payload("meituan", "cancel_push.txt").decode()))

    def test_the_answer_is_what_the_platform_wants_to_read(self, adapter: MeituanAdapter) -> None:
        assert json.loads(adapter.answer(RawMessage(b"")).body) == {"data": "ok"}
