"""The JD Daojia adapter: encrypted pushes, answers within answers, and which refusals mean that it is done."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode

import httpx
import pytest
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from backend.channels.adapters.jddj.adapter import JddjAdapter, JddjSettings
from backend.channels.adapters.jddj.client import opened
from backend.channels.port import (
    Call,
    ChannelRefused,
    ChannelUnavailable,
    Edge,
    OrderAvailable,
    PayloadUnknown,
    RawMessage,
    SignatureInvalid,
)
from backend.channels.port.profiles import JDDJ
from backend.channels.port.reading import read_form
from backend.channels.port.signatures import sign
from shared.clock import ManualClock
from tests.backend.channels.payloads import cases, payload

Run = Callable[..., Any]
LONG_SECRET = "0123456789abcdeffedcba9876543210"


def inner(code: str, words: str, result: Any = None) -> dict[str, Any]:
    return {"code": "0", "msg": "ok", "data": json.dumps({"code": code, "msg": words, "result": result})}


class Platform:
    """Answers each operation as the test says; success where it says nothing."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        operation = request.url.path.removeprefix("/djapi/")
        fields = parse_qs(request.content.decode())
        self.asked.append((operation, json.loads(fields["jd_param_json"][0])))
        return httpx.Response(200, json=self.answers.get(operation, inner("0", "ok")))


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def adapter(platform: Platform, clock: ManualClock, run: Run) -> Iterator[JddjAdapter]:
    settings = JddjSettings.model_validate(cases("jddj")["settings"])
    adapter = JddjAdapter(settings, Edge(clock, httpx.MockTransport(platform)))
    yield adapter
    run(adapter.aclose())


class TestFetch:
    def test_an_order_within_an_answer_within_an_answer(
        self, adapter: JddjAdapter, platform: Platform, run: Run
    ) -> None:
        platform.answers["order/es/query"] = json.loads(payload("jddj", "order_answer.json"))
        found = run(adapter.fetch("2400000000000001"))
        assert [line.sku for line in found.order.lines] == ["MILK-1L", "BANANA"]
        assert platform.asked == [("order/es/query", {"orderId": 2400000000000001})]

    def test_an_order_of_another_store_is_not_ours(self, platform: Platform, clock: ManualClock, run: Run) -> None:
        settings = JddjSettings.model_validate({**cases("jddj")["settings"], "station_no": "elsewhere"})
        other = JddjAdapter(settings, Edge(clock, httpx.MockTransport(platform)))
        platform.answers["order/es/query"] = json.loads(payload("jddj", "order_answer.json"))
        with pytest.raises(PayloadUnknown, match="another store"):
            run(other.fetch("2400000000000001"))


class TestSend:
    @pytest.mark.parametrize(
        ("operation", "status", "is_done"),
        [
            ("ocs/orderAcceptOperate", 41000, False),
            ("ocs/orderAcceptOperate", 32000, True),
            ("ocs/orderAcceptOperate", 20020, True),
            ("orderAdjust/adjustOrder", 32000, False),
            ("bm/open/api/order/OrderJDZBDelivery", 33040, True),
            ("bm/open/api/order/OrderSelfMention", 32000, False),
            ("orderStatus/cancelAndRefund", 33040, False),
        ],
    )
    def test_a_refusal_is_done_where_the_order_says_so(
        self, adapter: JddjAdapter, platform: Platform, run: Run, operation: str, status: int, is_done: bool
    ) -> None:
        shown = {"resultList": [{"orderId": 77, "orderStatus": status}]}
        platform.answers = {operation: inner("-1", "订单状态已改变"), "order/es/query": inner("0", "ok", shown)}
        sending = adapter.send(Call(operation, "77", {}))
        if is_done:
            run(sending)
        else:
            with pytest.raises(ChannelRefused):
                run(sending)

    @pytest.mark.parametrize("answer", [inner("-3", "系统错误"), {"code": "-3", "msg": "x"}, inner("9", "请稍后重试")])
    def test_what_passes_is_tried_again(
        self, adapter: JddjAdapter, platform: Platform, run: Run, answer: dict[str, Any]
    ) -> None:
        platform.answers = {"ocs/orderAcceptOperate": answer}
        with pytest.raises(ChannelUnavailable):
            run(adapter.send(Call("ocs/orderAcceptOperate", "77", {})))


class TestEncrypted:
    def message(self, content: bytes, **changes: str) -> RawMessage:
        """As the platform would send it with its content encrypted; the sign is over the content in plain."""
        padder = padding.PKCS7(128).padder()
        encryptor = Cipher(algorithms.AES(LONG_SECRET[:16].encode()), modes.CBC(LONG_SECRET[16:].encode())).encryptor()
        sealed = encryptor.update(padder.update(content) + padder.finalize()) + encryptor.finalize()
        fields = {
            "token": "token-for-nobody",
            "app_key": "key_1",
            "timestamp": "2026-01-05 16:00:00",
            "format": "json",
            "v": "1.0",
            "jd_param_json": content.decode(),
            "sign": "",
        }
        fields["sign"] = sign(JDDJ, RawMessage(urlencode(fields).encode()), secret=LONG_SECRET)
        fields |= {"jd_param_json": "", "encrypt_jd_param_json": base64.b64encode(sealed).decode(), **changes}
        return RawMessage(urlencode(fields).encode(), {}, "djsw/newOrder")

    @pytest.fixture
    def long(self, clock: ManualClock) -> JddjAdapter:
        settings = JddjSettings.model_validate({**cases("jddj")["settings"], "app_secret": LONG_SECRET})
        return JddjAdapter(settings, Edge(clock, httpx.MockTransport(lambda _: httpx.Response(500))))

    def test_it_is_opened_and_verified(self, long: JddjAdapter) -> None:
        message = self.message(b'{"billId":"77","statusId":"41000","timestamp":"t"}')
        long.verify(message)
        assert isinstance(long.parse(message)[0], OrderAvailable)
        assert "encrypt_jd_param_json" not in read_form(opened(message, LONG_SECRET).body)

    @pytest.mark.parametrize("sealed", ["", "AAAA", "not base64", base64.b64encode(b"0" * 16).decode()])
    def test_a_forged_content_is_an_ordinary_refusal(self, long: JddjAdapter, sealed: str) -> None:
        with pytest.raises(SignatureInvalid):
            long.verify(self.message(b'{"billId":"77"}', encrypt_jd_param_json=sealed))


def test_the_answer_is_what_the_platform_wants_to_read(adapter: JddjAdapter) -> None:
    assert json.loads(adapter.answer(RawMessage(b"")).body) == {"code": "0", "msg": "success", "data": ""}
