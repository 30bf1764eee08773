"""The Ele.me adapter: one ticket is one message, answers are signed, and a refund is made once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode

import httpx
import pytest

from backend.channels.adapters.eleme.adapter import ElemeAdapter, ElemeSettings
from backend.channels.adapters.eleme.envelope import fields_of
from backend.channels.adapters.eleme.reports import answer_cancellation
from backend.channels.port import (
    Call,
    ChannelRefused,
    ChannelUnavailable,
    Edge,
    PayloadUnknown,
    RawMessage,
    ReportedOrder,
    SignatureInvalid,
)
from backend.channels.port.profiles import ELEME
from backend.channels.port.signatures import sign
from shared.clock import ManualClock
from tests.backend.channels.payloads import cases, payload

Run = Callable[..., Any]
SECRET = "not-a-secret-only-a-test"


class Platform:
    """Answers each command as the test says: data, or an error's words."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        fields = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        self.asked.append((fields["cmd"], json.loads(fields["body"])))
        answer = self.answers.get(fields["cmd"], True)
        body = (
            {"errno": 1, "error": answer}
            if isinstance(answer, str)
            else {"errno": 0, "error": "success", "data": answer}
        )
        return httpx.Response(200, json={"body": body, "cmd": f"resp.{fields['cmd']}"})


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def adapter(platform: Platform, clock: ManualClock, run: Run) -> Iterator[ElemeAdapter]:
    settings = ElemeSettings.model_validate(cases("eleme")["settings"])
    adapter = ElemeAdapter(settings, Edge(clock, httpx.MockTransport(platform)))
    yield adapter
    run(adapter.aclose())


def pushed(order_id: str, ticket: str, clock: ManualClock, source: str = "62863") -> RawMessage:
    fields = fields_of(
        "order.create", {"order_id": order_id}, source=source, secret=SECRET, ticket=ticket, now=clock.now()
    )
    return RawMessage(urlencode(fields).encode(), {}, "push")


class TestVerify:
    def test_one_ticket_is_one_message(self, adapter: ElemeAdapter, clock: ManualClock) -> None:
        adapter.verify(pushed("1", "T-1", clock))
        clock.advance(60)
        adapter.verify(pushed("1", "T-1", clock))
        with pytest.raises(SignatureInvalid):
            adapter.verify(pushed("2", "T-1", clock))

    def test_another_partner_is_refused(self, adapter: ElemeAdapter, clock: ManualClock) -> None:
        with pytest.raises(SignatureInvalid):
            adapter.verify(pushed("1", "T-1", clock, source="62864"))

    def test_the_answer_is_signed_and_repeats_the_ticket(self, adapter: ElemeAdapter, clock: ManualClock) -> None:
        answer = json.loads(adapter.answer(pushed("1", "T-1", clock)).body)
        assert (answer["cmd"], answer["ticket"], answer["body"]["errno"]) == ("resp.order.create", "T-1", 0)
        fields = {**answer, "body": json.dumps(answer["body"], separators=(",", ":")), "sign": ""}
        assert sign(ELEME, RawMessage(urlencode(fields).encode()), secret=SECRET) == answer["sign"]


class TestFetch:
    def test_an_order_is_read_by_its_number(self, adapter: ElemeAdapter, platform: Platform, run: Run) -> None:
        platform.answers["order.get"] = json.loads(payload("eleme", "order_answer.json"))["body"]["data"]
        assert run(adapter.fetch("15397181282021")).order.total_minor == 3480
        with pytest.raises(PayloadUnknown):
            run(adapter.fetch("1"))

    def test_an_order_of_another_store_is_not_ours(self, platform: Platform, clock: ManualClock, run: Run) -> None:
        settings = ElemeSettings.model_validate({**cases("eleme")["settings"], "shop_id": "elsewhere"})
        other = ElemeAdapter(settings, Edge(clock, httpx.MockTransport(platform)))
        platform.answers["order.get"] = json.loads(payload("eleme", "order_answer.json"))["body"]["data"]
        with pytest.raises(PayloadUnknown, match="another store"):
            run(other.fetch("15397181282021"))


class TestSend:
    @pytest.mark.parametrize(
        ("operation", "status", "is_done"),
        [
            ("order.confirm", "1", False),
            ("order.confirm", "5", True),
            ("order.confirm", "10", True),
            ("order.pickcomplete", "5", False),
            ("order.pickcomplete", "7", True),
            ("order.cancel", "5", False),
            ("order.agreerefund", "10", True),
            ("order.agreerefund", "5", False),
        ],
    )
    def test_a_refusal_is_done_where_the_order_says_so(
        self, adapter: ElemeAdapter, platform: Platform, run: Run, operation: str, status: str, is_done: bool
    ) -> None:
        platform.answers = {operation: "订单状态不正确", "order.status.get": {"status": status}}
        sending = adapter.send(Call(operation, "77", {}))
        if is_done:
            run(sending)
        else:
            with pytest.raises(ChannelRefused):
                run(sending)

    @pytest.mark.parametrize("refunded", [[], [[{"sku_id": "S", "number": 1}]], [[{"sku_id": "T", "number": 2}]]])
    def test_what_was_not_refunded_yet_is(
        self, adapter: ElemeAdapter, platform: Platform, run: Run, refunded: list[Any]
    ) -> None:
        self._send_refund(adapter, platform, run, refunded)
        assert [cmd for cmd, _ in platform.asked] == ["order.partrefund.get", "order.partrefund"]

    def test_what_was_is_not_again(self, adapter: ElemeAdapter, platform: Platform, run: Run) -> None:
        self._send_refund(adapter, platform, run, [[{"sku_id": "S", "number": 1}], [{"sku_id": "S", "number": 1}]])
        assert [cmd for cmd, _ in platform.asked] == ["order.partrefund.get"]

    def test_what_passes_is_tried_again(self, adapter: ElemeAdapter, platform: Platform, run: Run) -> None:
        platform.answers = {"order.confirm": "系统繁忙"}
        with pytest.raises(ChannelUnavailable):
            run(adapter.send(Call("order.confirm", "77", {})))

    def _send_refund(self, adapter: ElemeAdapter, platform: Platform, run: Run, refunded: list[Any]) -> None:
        platform.answers = {"order.partrefund.get": {"history_refund_detail": refunded}}
        run(adapter.send(Call("order.partrefund", "77", {"products": [{"sku_id": "S", "number": 2}]})))


@pytest.mark.parametrize(("is_granted", "operation"), [(True, "order.agreerefund"), (False, "order.disagreerefund")])
def test_an_answer_names_the_refund(is_granted: bool, operation: str) -> None:
    [call] = answer_cancellation(ReportedOrder("77", memory={"refund_order_id": "9"}), is_granted=is_granted)
    assert (call.operation, (call.body or {})["refund_order_id"]) == (operation, "9")
