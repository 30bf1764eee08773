"""The native adapter: an order comes whole, and nothing is ever called."""

from __future__ import annotations

import json

import pytest

from backend.channels.adapters.native.adapter import NativeAdapter, NativeSettings
from backend.channels.port import Call, ChannelRefused, Edge, NewOrder, RawMessage, SignatureInvalid
from shared.clock import ManualClock
from shared.substitution import SubstitutionWish
from tests.backend.channels.payloads import payload


@pytest.fixture
def adapter(clock: ManualClock) -> NativeAdapter:
    return NativeAdapter(NativeSettings(), Edge(clock))


def test_an_order_is_its_own_message(adapter: NativeAdapter) -> None:
    (notice,) = adapter.parse(RawMessage(payload("native", "order.json")))
    assert isinstance(notice, NewOrder)
    assert (notice.message_id, notice.external_id) == ("web-10042", "web-10042")


def test_lines_without_a_wish_get_the_channels_own(clock: ManualClock) -> None:
    raw = json.loads(payload("native", "order.json"))
    raw["lines"][0]["substitution"] = "refuse"
    settings = NativeSettings.model_validate({"substitution": "ask"})
    (notice,) = NativeAdapter(settings, Edge(clock)).parse(RawMessage(json.dumps(raw).encode()))
    assert isinstance(notice, NewOrder)
    assert [line.substitution for line in notice.order.lines] == [SubstitutionWish.REFUSE, SubstitutionWish.ASK]


def test_there_is_no_webhook_to_forge(adapter: NativeAdapter) -> None:
    with pytest.raises(SignatureInvalid):
        adapter.verify(RawMessage(payload("native", "order.json")))


def test_it_reaches_out_nowhere(adapter: NativeAdapter, run) -> None:  # type: ignore[no-untyped-def]
    assert run(adapter.poll()) == []
    for waiting in (adapter.fetch("web-1"), adapter.send(Call("confirm", "web-1"))):
        with pytest.raises(ChannelRefused):
            run(waiting)
