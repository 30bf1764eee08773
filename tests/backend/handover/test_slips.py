"""The delivery slip: read by its id in its own store, printed whole three ways, gone when it is erased."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from backend.handover.slip_prints import slip_escpos, slip_pdf, slip_zpl, wrapped
from backend.handover.slips import DeliverySlip
from backend.orders import deliveries
from backend.orders.commands import ForgetCustomers
from shared.delivery import Delivery, DeliveryKind, Position
from shared.events import OrderHandedOver
from tests.backend.handover.conftest import Desk
from tests.backend.handover.test_endpoints import client_of
from tests.factories import OPENING, STORE_ID

SLIPS = "/api/v1/handover/slips"
ZONE = ZoneInfo("Asia/Macau")
TO = Delivery(
    kind=DeliveryKind.PLATFORM_COURIER,
    recipient_name="Ada Example",
    phone="+49 30 1",
    address_lines=["7 Hidden Lane", "10115 Berlin"],
    position=Position(latitude=52.5, longitude=13.4),
    route_note="Behind the ^XZ gate, " + "then up the long stairs " * 8,
    handover_code="9931",
)
SLIP = DeliverySlip(
    id="slp_1",
    order_id="ord_1",
    display_code="#17",
    external_id="P-17",
    channel_name="Corner shop",
    due_at=OPENING,
    made_at=OPENING,
    bags=2,
    bag_codes=["BAG-1", "BAG-2"],
    place="STAGE-A1",
    delivery=TO,
)


def packed(desk: Desk) -> str:
    """An order of somebody, packed; the id of its slip."""
    order_id = desk.ready()
    desk.rooms.writer.run_once(lambda tx: deliveries.keep(tx.connection, STORE_ID, order_id, TO))
    return desk.waiting()[0].slip_id


class TestOverHttp:
    def test_it_says_who_and_where(self, desk: Desk) -> None:
        slip_id = packed(desk)
        answer = client_of(desk).get(f"{SLIPS}/{slip_id}")
        assert answer.headers["cache-control"] == "no-store"
        assert (answer.json()["delivery"], answer.json()["bags"]) == (TO.model_dump(mode="json"), 2)

    @pytest.mark.parametrize(("form", "begins"), [("pdf", b"%PDF-"), ("zpl", b"^XA"), ("escpos", b"\x1b@")])
    def test_it_is_printed(self, desk: Desk, form: str, begins: bytes) -> None:
        slip_id = packed(desk)
        assert client_of(desk).get(f"{SLIPS}/{slip_id}", params={"form": form}).content.startswith(begins)

    def test_another_store_s_is_not_there(self, desk: Desk) -> None:
        slip_id = packed(desk)
        assert client_of(desk, store_id="sto_other").get(f"{SLIPS}/{slip_id}").json()["code"] == "slip_not_found"
        assert client_of(desk).get(f"{SLIPS}/slp_nobody").status_code == 404

    def test_erased_it_says_what_the_bags_are_and_no_more(self, desk: Desk) -> None:
        slip_id = packed(desk)
        desk.give(desk.waiting()[0].id)
        desk.rooms.clock.advance(86_400)
        before = desk.rooms.clock.now()
        desk.rooms.writer.run_once(lambda tx: desk.rooms.orders.forget_customers(ForgetCustomers(before), tx))
        slip = client_of(desk).get(f"{SLIPS}/{slip_id}").json()
        assert (slip["delivery"], slip["bags"]) == (None, 2)

    def test_the_desk_sees_whose_order_waits(self, desk: Desk) -> None:
        packed(desk)
        (order,) = client_of(desk).get("/api/v1/handover/orders").json()["orders"]
        assert order["delivery"]["recipient_name"] == "Ada Example"

    def test_the_event_of_handing_over_names_the_slip_only(self, desk: Desk) -> None:
        slip_id = packed(desk)
        desk.give(desk.waiting()[0].id)
        events = desk.rooms.events()
        assert [event.slip_id for event in events if isinstance(event, OrderHandedOver)] == [slip_id]
        assert "Ada Example" not in str(events)


class TestPrinted:
    def test_zpl_lets_no_text_become_a_command(self) -> None:
        text = slip_zpl(SLIP, ZONE)
        assert text.count("^XA") == text.count("^XZ") == 2, "a long note goes on on a second label"
        assert "Behind the _5EXZ gate" in text

    def test_every_word_is_on_the_paper(self) -> None:
        printed = b" ".join(slip_escpos(SLIP, ZONE).split())
        for word in (b"Ada Example", b"7 Hidden Lane", b"10115 Berlin", b"+49 30 1", b"BAG-1 BAG-2", b"9931"):
            assert word in printed
        assert printed.count(b"stairs") == 8

    def test_pdf_is_the_same_each_time(self) -> None:
        assert slip_pdf(SLIP, ZONE) == slip_pdf(SLIP, ZONE)

    def test_nothing_known_is_a_slip_all_the_same(self) -> None:
        bare = SLIP.model_copy(update={"delivery": None, "bags": 0, "place": ""})
        assert bare.lines(ZONE) == [OPENING.astimezone(ZONE).strftime("%H:%M")]
        assert bare.code == "#17"
        assert slip_pdf(bare, ZONE).startswith(b"%PDF-")

    def test_a_place_without_an_address_is_its_position(self) -> None:
        found = SLIP.model_copy(update={"delivery": TO.model_copy(update={"address_lines": []})})
        assert "52.500000, 13.400000" in found.lines(ZONE)

    @pytest.mark.parametrize("line", ["a" * 90, "one two " * 20, "", "x"])
    def test_lines_are_broken_and_nothing_is_lost(self, line: str) -> None:
        broken = wrapped([line], 34)
        assert all(0 < len(part) <= 34 for part in broken)
        assert "".join(broken).replace(" ", "") == line.replace(" ", "")
