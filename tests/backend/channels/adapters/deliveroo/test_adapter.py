"""The Deliveroo adapter against the played platform: amendments once, repeats that are done, and what is too late."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from backend.channels.adapters.deliveroo.adapter import DeliverooAdapter, DeliverooSettings
from backend.channels.adapters.deliveroo_host.simulator import DeliverooHost, HostSettings
from backend.channels.port import Call, ChannelRefused, DeadlineKind, Edge, RawMessage, ReportedOrder, SignatureInvalid
from backend.channels.port.playing import SoldProduct
from backend.channels.port.profiles import DELIVEROO
from backend.channels.port.signatures import sign
from shared.clock import ManualClock
from tests.backend.channels.payloads import cases, payload

Run = Callable[..., Any]
MILK, TEA = SoldProduct("MILK-1L", "Milk", Decimal("12.90")), SoldProduct("TEA", "Tea", Decimal("2.00"))


@pytest.fixture
def host(clock: ManualClock) -> DeliverooHost:
    return DeliverooHost(HostSettings(), Edge(clock))


@pytest.fixture
def adapter(host: DeliverooHost, clock: ManualClock, run: Run) -> Iterator[DeliverooAdapter]:
    settings = DeliverooSettings.model_validate(host.channel_settings(""))
    adapter = DeliverooAdapter(settings, Edge(clock, httpx.ASGITransport(host.application)))
    yield adapter
    run(adapter.aclose())


def change(host: DeliverooHost, order_id: str, number: int, final: int, **more: Any) -> dict[str, Any]:
    item = host.platform.orders[order_id].items[number]
    return {"id": item.item_id, "ordered": item.quantity, "final": final, **more}


class TestSend:
    def test_a_start_that_is_refused_was_made_before(
        self, host: DeliverooHost, adapter: DeliverooAdapter, clock: ManualClock, run: Run
    ) -> None:
        order_id = host.place([(MILK, 1)])
        for _ in range(2):
            run(adapter.send(Call("start_picking", order_id)))
            clock.advance(31)
        assert host.heard(order_id) == {"start_picking": 1}

    def test_amendments_are_made_once_and_a_substitute_is_one_the_platform_allows(
        self, host: DeliverooHost, adapter: DeliverooAdapter, clock: ManualClock, run: Run
    ) -> None:
        order_id = host.place([(MILK, 3), (TEA, 2)])
        eggs = change(host, order_id, 1, 0, plu="EGGS-10", substituted=2)
        call = Call("amendments", order_id, {"changed": [change(host, order_id, 0, 1), eggs]})
        for _ in range(2):
            run(adapter.send(call))
            clock.advance(31)
        assert host.quantities(order_id) == {"MILK-1L": 1, "EGGS-10": 2}
        assert host.heard(order_id) == {"amendments": 1}

    def test_a_substitute_it_does_not_allow_is_taken_out_and_said(
        self, host: DeliverooHost, adapter: DeliverooAdapter, run: Run
    ) -> None:
        order_id = host.place([(MILK, 3), (TEA, 2)])
        changed = [change(host, order_id, 1, 0, plu="UNHEARD-OF", substituted=2)]
        with pytest.raises(ChannelRefused, match="given instead"):
            run(adapter.send(Call("amendments", order_id, {"changed": changed})))
        assert host.quantities(order_id) == {"MILK-1L": 3}

    def test_after_the_acceptance_nothing_can_be_amended(
        self, host: DeliverooHost, adapter: DeliverooAdapter, run: Run
    ) -> None:
        order_id = host.place([(MILK, 3)])
        changed = [change(host, order_id, 0, 1)]
        run(adapter.send(Call("accept", order_id)))
        with pytest.raises(ChannelRefused, match="no longer placed"):
            run(adapter.send(Call("amendments", order_id, {"changed": changed})))

    def test_what_is_no_longer_placed_needs_no_acceptance(
        self, host: DeliverooHost, adapter: DeliverooAdapter, clock: ManualClock, run: Run
    ) -> None:
        order_id = host.place([(MILK, 3)])
        for _ in range(2):
            run(adapter.send(Call("accept", order_id)))
            clock.advance(31)
        assert host.heard(order_id) == {"accept": 1}
        with pytest.raises(ChannelRefused):
            run(adapter.send(Call("prep_stage", order_id, {"stage": "eaten"})))

    def test_ready_and_collected_are_said_with_the_instant_of_saying(
        self, host: DeliverooHost, adapter: DeliverooAdapter, run: Run
    ) -> None:
        order_id = host.place([(MILK, 3)])
        for call in (Call("accept", order_id), Call("prep_stage", order_id, {"stage": "ready_for_collection"})):
            run(adapter.send(call))
        assert host.heard(order_id) == {"accept": 1, "ready_for_collection": 1}


class TestFetch:
    def test_an_order_is_found_among_many_active_ones(
        self, host: DeliverooHost, adapter: DeliverooAdapter, run: Run
    ) -> None:
        placed = [host.place([(MILK, 1)]) for _ in range(60)]
        assert run(adapter.fetch(placed[55])).external_id == placed[55]
        with pytest.raises(ChannelRefused):
            run(adapter.fetch("gb:nobody"))


def test_what_keeps_an_order_alive(adapter: DeliverooAdapter) -> None:
    calls = [adapter.before_deadline(kind, ReportedOrder("77")) for kind in DeadlineKind]
    assert [[call.operation for call in each] for each in calls] == [["accept"], ["start_picking"], []]


def test_an_order_of_another_site_and_a_guid_used_twice_are_refused(clock: ManualClock) -> None:
    secret = cases("deliveroo")["settings"]["webhook_secret"]

    def signed(body: bytes) -> RawMessage:
        headers = {"x-deliveroo-sequence-guid": "173153b95651b2a5"}
        headers["x-deliveroo-hmac-sha256"] = sign(DELIVEROO, RawMessage(body, headers), secret=secret)
        return RawMessage(body, headers, "picking")

    here = DeliverooSettings.model_validate(cases("deliveroo")["settings"])
    elsewhere = here.model_copy(update={"site_id": "elsewhere"})
    placed = signed(payload("deliveroo", "placed.json"))
    with pytest.raises(SignatureInvalid):
        DeliverooAdapter(elsewhere, Edge(clock)).verify(placed)
    adapter = DeliverooAdapter(here, Edge(clock))
    for _ in range(2):
        adapter.verify(placed)
    with pytest.raises(SignatureInvalid):
        adapter.verify(signed(payload("deliveroo", "accepted.json")))


class TestProducts:
    def told(self, host: DeliverooHost, clock: ManualClock, run: Run, **settings: str) -> None:
        made = DeliverooSettings.model_validate({**host.channel_settings(""), **settings})
        adapter = DeliverooAdapter(made, Edge(clock, httpx.ASGITransport(host.application)))
        (call,) = adapter.tell_stock("MILK-1L", is_available=False)
        try:
            run(adapter.send(call))
        finally:
            run(adapter.aclose())

    def test_without_a_brand_nothing_is_told(self, host: DeliverooHost, clock: ManualClock, run: Run) -> None:
        host.put_on_sale("MILK-1L", "12.90")
        self.told(host, clock, run, brand_id="")
        assert host.is_on_sale("MILK-1L")
        self.told(host, clock, run)
        assert not host.is_on_sale("MILK-1L")

    def test_another_brand_is_said(self, host: DeliverooHost, clock: ManualClock, run: Run) -> None:
        with pytest.raises(ChannelRefused):
            self.told(host, clock, run, brand_id="another")

    def test_what_is_not_on_the_menu_is_nothing_to_tell(self, host: DeliverooHost, clock: Any, run: Run) -> None:
        self.told(host, clock, run)
        assert not host.shelf.knows("MILK-1L")

    @pytest.mark.parametrize("answer", ['{"message": "item_id must be a text"}', "<html>MILK-1L</html>", ""])
    def test_another_400_is_an_error(self, clock: ManualClock, run: Run, answer: str) -> None:
        def refuse(request: httpx.Request) -> httpx.Response:
            is_token = "token" in request.url.path
            return httpx.Response(200, json={"access_token": "t"}) if is_token else httpx.Response(400, text=answer)

        made = DeliverooSettings.model_validate({**cases("deliveroo")["settings"], "brand_id": "brand"})
        adapter = DeliverooAdapter(made, Edge(clock, httpx.MockTransport(refuse)))
        (call,) = adapter.tell_stock("MILK-1L", is_available=False)
        with pytest.raises(ChannelRefused) as refused:
            run(adapter.send(call))
        run(adapter.aclose())
        assert refused.value.facts["words"] == answer
