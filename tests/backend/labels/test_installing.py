"""Putting labels up with two scans, finding them, testing an aisle, and the file that holds it all."""

from __future__ import annotations

import pytest

from backend.labels.commands import BoundLabel
from backend.labels.errors import GatewayUnclear, LabelIdInvalid, LabelNotFound, PlaceNotFound
from tests.backend.databases import both_databases
from tests.backend.labels.shop import HOME, LABELS_FILE, OTHER, Shop, Stop

GTIN_AT_2 = "5901234123457"


@pytest.fixture
def hung(shop: Shop) -> Shop:
    shop.run(shop.furnish({"labels": ["L1", "L2", "L3", "NEW"]}))
    shop.run(shop.labels.tending.ask())
    return shop


def bind(shop: Shop, label: str, place: str, *, takes_off: bool = False) -> BoundLabel:
    bound: BoundLabel = shop.run(shop.labels.installing.bind(HOME, label, place, takes_off=takes_off))
    return bound


class TestBind:
    @both_databases
    def test_a_new_label_hangs_where_its_place_was_scanned_and_blinks(self, hung: Shop) -> None:
        bound = bind(hung, "NEW", "a1-4-1")
        assert (bound.gateway, bound.location, bound.hung_at, bound.also_here) == ("main", "A1-4-1", None, [])
        hung.run(hung.time.advance(3))
        assert hung.lit() == {"NEW"}

    def test_the_barcode_of_a_product_is_the_place_where_it_stands(self, hung: Shop) -> None:
        bound = bind(hung, "NEW", GTIN_AT_2)
        assert (bound.location, bound.also_here) == ("A1-2-1", ["L2"])

    def test_a_label_that_hangs_elsewhere_moves_and_says_from_where(self, hung: Shop) -> None:
        assert bind(hung, "L1", "A1-5-1").hung_at == "A1-1-1"
        assert "L1,main,A1-5-1" in hung.run(hung.labels.installing.export(HOME))

    def test_what_hung_there_is_taken_off_where_one_says_so(self, hung: Shop) -> None:
        bound = bind(hung, "NEW", "A1-2-1", takes_off=True)
        assert (bound.also_here, bound.taken_off) == ([], ["L2"])
        assert "L2" not in hung.run(hung.labels.installing.export(HOME))

    def test_a_swapped_label_takes_over_the_light_of_the_walk(self, hung: Shop) -> None:
        hung.walks.open["pkl"] = []
        hung.run(hung.publish(hung.started()))
        hung.walks.open["pkl"] = [Stop("pick2", "loc_2", 0)]
        hung.run(hung.publish(hung.started()))
        assert hung.lit() == {"L2"}
        bind(hung, "NEW", "A1-2-1", takes_off=True)
        hung.run(hung.time.advance(30))
        assert hung.lit() == {"NEW"}

    def test_the_gateway_that_hears_a_new_label_gets_it(self, hung: Shop) -> None:
        hung.run(hung.labels.gateways.save(HOME, "second", "simulated", {"labels": ["OTHER"]}))
        hung.run(hung.labels.tending.ask())
        assert bind(hung, "OTHER", "A1-5-1").gateway == "second"

    def test_a_new_label_nobody_has_heard_of_among_several_gateways_is_refused_with_the_way_out(
        self, hung: Shop
    ) -> None:
        hung.run(hung.labels.gateways.save(HOME, "second", "simulated", {"labels": ["OTHER"]}))
        with pytest.raises(GatewayUnclear, match=r"checked in.*labels\.csv"):
            bind(hung, "NOBODYS", "A1-5-1")

    @pytest.mark.parametrize("place", ["A9-9-9", "0000000000000", "", "x" * 200])
    def test_a_place_that_is_none_is_refused_with_what_would_be_one(self, hung: Shop, place: str) -> None:
        with pytest.raises(PlaceNotFound, match="A12-4-3"):
            bind(hung, "NEW", place)

    @pytest.mark.parametrize("label", ["", "two words", "ü", "x" * 65])
    def test_what_cannot_be_a_label_is_refused(self, hung: Shop, label: str) -> None:
        with pytest.raises(LabelIdInvalid, match="1 to 64"):
            bind(hung, label, "A1-5-1")


class TestUnbind:
    def test_it_hangs_nowhere_any_more(self, hung: Shop) -> None:
        hung.run(hung.labels.installing.unbind(HOME, hung.label_id("L2")))
        assert [line for line in hung.run(hung.labels.installing.export(HOME)).splitlines() if "L2" in line] == []

    def test_another_store_s_label_stays(self, hung: Shop) -> None:
        with pytest.raises(LabelNotFound):
            hung.run(hung.labels.installing.unbind(OTHER, hung.label_id("L2")))


class TestFind:
    @pytest.mark.parametrize("scan", ["L2", "A1-2-1", GTIN_AT_2])
    def test_a_label_an_address_or_a_product_blinks(self, hung: Shop, scan: str) -> None:
        found = hung.run(hung.labels.installing.find(HOME, scan))
        assert (found.location, list(found.label_ids)) == ("A1-2-1", [hung.label_id("L2")])
        hung.run(hung.time.advance(3))
        assert hung.lit() == {"L2"}

    def test_where_no_label_hangs_that_is_said(self, hung: Shop) -> None:
        with pytest.raises(LabelNotFound, match="A1-5-1"):
            hung.run(hung.labels.installing.find(HOME, "A1-5-1"))

    def test_a_gateway_that_does_not_run_keeps_nobody_from_finding_the_place(self, hung: Shop) -> None:
        label_id = hung.label_id("L2")
        for gateway_id in hung.dispatcher.gateway_ids:
            hung.run(hung.dispatcher.remove_gateway(gateway_id))
        assert list(hung.run(hung.labels.installing.find(HOME, "L2")).label_ids) == [label_id]


class TestAisle:
    def test_every_label_of_it_blinks_and_ends_by_itself(self, hung: Shop) -> None:
        test = hung.run(hung.labels.installing.test_aisle(HOME, "a1"))
        assert (test.labels, test.takes_s) == (3, pytest.approx(1.72))
        hung.run(hung.time.advance(5))
        assert hung.lit() == {"L1", "L2", "L3"}
        hung.run(hung.time.advance(20))
        assert hung.lit() == set()

    def test_asked_twice_nobody_stands_in_line_behind_themselves(self, hung: Shop) -> None:
        (gateway_id,) = hung.dispatcher.gateway_ids
        lane_full = [hung.run(hung.labels.installing.test_aisle(HOME, "A1")) for _ in range(3)]
        assert len({test.takes_s for test in lane_full}) == 1
        assert hung.dispatcher.in_line_for_test(gateway_id) <= {"L1", "L2", "L3"}

    def test_where_no_gateway_runs_nothing_is_promised(self, hung: Shop) -> None:
        for gateway_id in hung.dispatcher.gateway_ids:
            hung.run(hung.dispatcher.remove_gateway(gateway_id))
        assert hung.run(hung.labels.installing.test_aisle(HOME, "A1")).takes_s == 0

    def test_an_aisle_that_is_not_there_is_said(self, hung: Shop) -> None:
        with pytest.raises(PlaceNotFound, match="no aisle Z9"):
            hung.run(hung.labels.installing.test_aisle(HOME, "Z9"))


def test_the_export_can_be_imported_again_and_changes_nothing(hung: Shop) -> None:
    text = hung.run(hung.labels.installing.export(HOME))
    assert text.encode() == LABELS_FILE
    imported = hung.run(hung.labels.import_file(HOME, text.encode()))
    assert (imported.labels_added, imported.labels_changed, imported.labels_unchanged) == (0, 0, 3)
