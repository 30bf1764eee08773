"""Which scans prove that a picker holds the product: every spelling of its own barcodes, and nothing else."""

from __future__ import annotations

import pytest

from backend.picking.errors import WrongProductScanned
from shared.barcode import check_digit
from shared.labels import press_evidence
from shared.picking import PickStatus
from shared.store_rules import LabelPress, StoreRules
from tests.backend.picking.steps import confirm, confirmation
from tests.backend.rooms import Rooms
from tests.factories import (
    WEIGHED_ARTICLE,
    WEIGHED_SKU,
    make_asker,
    make_gtin,
    make_product,
    make_scale_scan,
)

ADA = make_asker("Ada")
EAN_13 = "4006381333931"
UPC_A = "036000291452"
EAN_8 = "73513537"
CASE = "1" + EAN_13[:-1] + check_digit("1" + EAN_13[:-1])  # the carton: another GTIN, another thing


def walk_for(rooms: Rooms, gtins: list[str]) -> None:
    """A picker stands before a product with these GTINs."""
    rooms.products.stocked["prd_A-1-1"] = make_product("A-1-1", "loc_A-1-1", gtins=gtins)
    rooms.walking(ADA, o1=["A-1-1"])


class TestRightScan:
    @pytest.mark.parametrize(
        "scan",
        [
            pytest.param(EAN_13, id="EAN-13"),
            pytest.param(f"]E0{EAN_13}", id="EAN-13 with its symbology"),
            pytest.param(f" {EAN_13}\r\n", id="what a wedge scanner types around it"),
            pytest.param(f"0{EAN_13}", id="as GTIN-14"),
            pytest.param(f"010{EAN_13}", id="GS1 (01), plain"),
            pytest.param(f"]C1010{EAN_13}17270101", id="GS1-128 with a best-before date"),
            pytest.param(f"(01)0{EAN_13}(10)LOT7", id="GS1 with brackets, as people type it"),
            pytest.param(UPC_A, id="UPC-A"),
            pytest.param(f"0{UPC_A}", id="UPC-A as EAN-13"),
            pytest.param(EAN_8, id="EAN-8"),
            pytest.param(f"https://example.org/01/0{EAN_13}/10/LOT7", id="GS1 Digital Link"),
            pytest.param("A-1-1", id="SKU"),
            pytest.param(" A-1-1 ", id="SKU with spaces"),
        ],
    )
    def test_of_pieces(self, rooms: Rooms, scan: str) -> None:
        walk_for(rooms, [EAN_13, f"0{UPC_A}", EAN_8])
        confirm(rooms, ADA, "A-1-1", scan=scan)

        pick = rooms.pick_of("A-1-1")
        assert (pick.status, pick.scan) == (PickStatus.PICKED, scan)

    def test_of_the_scale_counts_the_grams_the_picker_confirms(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=[WEIGHED_SKU])
        confirm(rooms, ADA, WEIGHED_SKU, scan=make_scale_scan(WEIGHED_ARTICLE, 480), quantity=970)  # the second bag

        assert rooms.pick_of(WEIGHED_SKU).quantity_picked == 970

    def test_of_variable_measure(self, rooms: Rooms) -> None:
        digits = "9501234567890"  # indicator 9: packed cheese, each piece another weight
        gtin = digits + check_digit(digits)
        walk_for(rooms, [gtin])
        confirm(rooms, ADA, "A-1-1", scan=f"01{gtin}3103000480")

        assert rooms.pick_of("A-1-1").status == PickStatus.PICKED

    def test_of_a_product_that_left_the_catalogue_is_believed(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=["A-1-1"])
        del rooms.products.stocked["prd_A-1-1"]
        confirm(rooms, ADA, "A-1-1", scan="anything")

        assert rooms.pick_of("A-1-1").status == PickStatus.PICKED


class TestWrongScan:
    @pytest.mark.parametrize(
        ("scan", "sentence"),
        [
            pytest.param(make_gtin(77), "not Product A-1-1", id="another product"),
            pytest.param(CASE, "not Product A-1-1", id="the carton of the product"),
            pytest.param(EAN_13[:-1] + "2", "check digit", id="bad check digit"),
            pytest.param(f"010{EAN_13[:-1]}217270101", "check digit", id="bad check digit within GS1"),
            pytest.param(EAN_13[:-1], "check digit", id="a digit lost, read as UPC-A"),
            pytest.param("B-1-1", "no barcode", id="another SKU"),
            pytest.param("a-1-1", "no barcode", id="the SKU in other letters"),
            pytest.param("   ", "no barcode", id="nothing"),
            pytest.param(make_scale_scan(WEIGHED_ARTICLE, 480), "not Product A-1-1", id="a scale label"),
            pytest.param("https://example.org/" + EAN_13, "no barcode", id="a web address"),
        ],
    )
    def test_of_pieces(self, rooms: Rooms, scan: str, sentence: str) -> None:
        walk_for(rooms, [EAN_13])

        with pytest.raises(WrongProductScanned, match=sentence):
            confirm(rooms, ADA, "A-1-1", scan=scan)
        assert rooms.pick_of("A-1-1").status == PickStatus.OPEN

    def test_of_the_scale_with_another_article(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=[WEIGHED_SKU])

        with pytest.raises(WrongProductScanned):
            confirm(rooms, ADA, WEIGHED_SKU, scan=make_scale_scan("00043", 1000), quantity=1000)

    def test_a_product_without_article_is_no_scale_label_at_all(self, rooms: Rooms) -> None:
        walk_for(rooms, [])

        with pytest.raises(WrongProductScanned):
            confirm(rooms, ADA, "A-1-1", scan=make_scale_scan("00000", 0))


class TestPress:
    """The label's own button, where the store counts it."""

    @pytest.fixture(autouse=True)
    def _counts(self, rooms: Rooms) -> None:
        rooms.places.store_rules = StoreRules(label_press=LabelPress.COUNTS)

    def pressed(self, rooms: Rooms, sku: str, label_id: str, *, at: str) -> None:
        rooms.label_places[label_id] = rooms.pick_of(at).location_id
        command = confirmation(rooms.pick_of(sku), scan=press_evidence(label_id))
        rooms.ask(ADA, command.model_copy(update={"entered_by": "label"}))

    def test_of_the_label_at_its_place_confirms_the_pick(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=["A-1-1"])
        self.pressed(rooms, "A-1-1", "lbl_1", at="A-1-1")
        pick = rooms.pick_of("A-1-1")
        assert (pick.status, pick.scan, pick.entered_by) == (PickStatus.PICKED, "LABEL:lbl_1", "label")

    def test_of_a_label_at_another_place_does_not(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=["A-1-1", "B-1-1"])
        with pytest.raises(WrongProductScanned, match="another place"):
            self.pressed(rooms, "A-1-1", "lbl_1", at="B-1-1")

    def test_where_the_store_wants_scans_it_counts_for_nothing(self, rooms: Rooms) -> None:
        rooms.places.store_rules = StoreRules()
        rooms.walking(ADA, o1=["A-1-1"])
        with pytest.raises(WrongProductScanned, match="must be scanned"):
            self.pressed(rooms, "A-1-1", "lbl_1", at="A-1-1")

    def test_of_something_weighed_does_not(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=[WEIGHED_SKU])
        with pytest.raises(WrongProductScanned, match="weighs"):
            self.pressed(rooms, WEIGHED_SKU, "lbl_1", at=WEIGHED_SKU)

    def test_a_label_s_name_is_no_scan(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=["A-1-1"])
        with pytest.raises(WrongProductScanned):
            confirm(rooms, ADA, "A-1-1", scan=press_evidence("lbl_1"))

    def test_a_scan_is_no_press(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=["A-1-1"])
        command = confirmation(rooms.pick_of("A-1-1")).model_copy(update={"entered_by": "label"})
        with pytest.raises(WrongProductScanned, match="must be scanned"):
            rooms.ask(ADA, command)
