"""What the backend says of waiting orders, as the phone reads it."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from mobile.services.backend_api import BackendApi, BackendRefused, BackendUnreachable
from mobile.services.handover_api import HandoverApi, WaitingOrder
from mobile.settings import PhoneSettings
from tests.mobile.builders import START


def api(answer: httpx.Response) -> HandoverApi:
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answer))
    return HandoverApi(BackendApi(PhoneSettings(backend_url="http://backend.test"), http))


def test_an_order_with_only_what_must_be_said() -> None:
    body = {"orders": [{"id": "ord_1", "display_code": "#1", "due_at": START.isoformat(), "new_word": 1}]}
    (order,) = asyncio.run(api(httpx.Response(200, json=body)).waiting("ses"))
    assert order == WaitingOrder(id="ord_1", display_code="#1", due_at=START)
    assert order.answers_to("#1")
    assert order.answers_to("1 ")
    assert not order.answers_to("")


def test_it_answers_to_what_a_courier_shows_and_to_its_bags() -> None:
    order = WaitingOrder(id="ord_1", display_code="a7", external_id="o1", due_at=START, bag_codes=["BAG-1", "BAG-2"])
    assert all(order.answers_to(code) for code in (" O1 ", "A7", "bag-2"))
    assert not order.answers_to("BAG-3")


def test_what_is_no_answer_of_ours_is_no_network() -> None:
    with pytest.raises(BackendUnreachable):
        asyncio.run(api(httpx.Response(200, json={"other": 1})).waiting("ses"))


def test_a_refusal_says_its_code() -> None:
    refusal = httpx.Response(409, json={"code": "hand_over_locked", "title": "no", "detail": "no", "status": 409})
    with pytest.raises(BackendRefused) as refused:
        asyncio.run(api(refusal).hand_over("ses", "ord_1", {}))
    assert refused.value.problem_code == "hand_over_locked"
