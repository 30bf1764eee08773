"""Bag labels: what stands on them, and the same for three kinds of printers."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from backend.handover.bag_labels import BagLabel, bag_labels
from backend.handover.bag_pdf import bag_label_pdf, code_sheet_pdf
from backend.handover.bag_printers import escpos, zpl
from backend.handover.numbered_codes import numbered_codes
from backend.handover.waiting import WaitingForCourier
from shared.store_rules import StoreRules
from tests.factories import OPENING

ORDER = WaitingForCourier(
    id="ord_1",
    display_code="#17_^~",
    external_id="P-17",
    channel_name="美味外卖",
    due_at=OPENING,
    ready_at=OPENING,
    bags=2,
    bag_codes=["BAG-1", "BAG-2"],
    place="STAGE-A1",
    asks_pin=False,
    tries_left=5,
    is_age_restricted=True,
)
LABELS = bag_labels(ORDER, ZoneInfo("Asia/Macau"))


def test_one_for_each_bag() -> None:
    assert [(label.code, label.number, label.bags, label.warning) for label in LABELS] == [
        ("BAG-1", 1, 2, "18+"),
        ("BAG-2", 2, 2, "18+"),
    ]
    assert LABELS[0].due == OPENING.astimezone(ZoneInfo("Asia/Macau")).strftime("%H:%M")


def test_zpl_lets_no_text_become_a_command() -> None:
    text = zpl(LABELS)
    assert text.count("^XA") == text.count("^XZ") == 2
    assert "^FD#17_5F_5E_7E^FS" in text
    assert "^FDMA,BAG-1^FS" in text
    assert "美味外卖" in text


def test_escpos_says_the_length_of_its_code_and_cuts() -> None:
    printed = escpos(LABELS[:1])
    at = printed.index(b"1P0BAG-1")
    assert printed[at - 2 : at] == (len("BAG-1") + 3).to_bytes(2, "little")
    assert printed.endswith(b"\x1dV\x01")
    assert b"\x1b" not in escpos([_label(display_code="\x1b@")])[3:6]


def test_pdf_has_a_page_for_each_and_is_the_same_each_time() -> None:
    pdf = bag_label_pdf(LABELS)
    assert pdf.startswith(b"%PDF-")
    assert pdf.count(b"/Type /Page\n") == 2
    assert pdf == bag_label_pdf(LABELS)
    assert bag_label_pdf([]).startswith(b"%PDF-")


def test_a_sheet_of_codes_goes_on_to_a_second_page() -> None:
    codes = numbered_codes("totes", 1, 16, StoreRules())
    assert (codes[0], codes[-1]) == (("TOTE-1", "TOTE-1"), ("TOTE-16", "TOTE-16"))
    assert code_sheet_pdf("Totes", codes).count(b"/Type /Page\n") == 2


def _label(**parts: str) -> BagLabel:
    given = {"code": "BAG-1", "display_code": "#1", "channel_name": "", "place": "", "due": "10:00", **parts}
    return BagLabel(number=1, bags=1, **given)
