"""Scans are understood, or refused with a sentence: nothing else happens, whatever a scanner says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.barcode import (
    SCAN_MAX_CHARACTERS,
    BarcodeKind,
    BarcodeMalformed,
    ScannedCode,
    WeighedRule,
    read_barcode,
    without_symbology,
)
from tests.shared.barcode.gtins import DIGITS, GS, checked, gtins

EAN = "4006381333931"
PACK = "0109501101530003"
GTIN = "9501101530003"
digits = st.text(DIGITS)
scans = st.one_of(
    st.text(max_size=SCAN_MAX_CHARACTERS + 20),
    st.text("0123456789()]èE\x1d CdQ|^&'é/", max_size=40),
    digits,
    gtins,
    st.tuples(
        st.sampled_from(["]E0", "]E3", "]C1", "]d2", "]e0", "+E0", "(01)", "01", "https://a/01/", "è", ""]),
        st.one_of(digits, gtins, gtins.map(lambda gtin: gtin.zfill(14))),
        st.sampled_from(["3103", "(3102)", "|]e010AB", "?17=261231", "/10/A", "12345", "", GS]),
        st.one_of(digits, st.text(max_size=10)),
    ).map("".join),
)
rules = st.lists(
    st.text("0123456789PWMVC", min_size=12, max_size=13).map(lambda text: WeighedRule(pattern=text))
    | st.just(WeighedRule(pattern="2PPPPPKMMMMC"))
)


def gtin_of(scan: str) -> str:
    return read_barcode(scan).gtin


class TestRetailCodes:
    @pytest.mark.parametrize(
        "scan", [EAN, f" {EAN}\n", f"]E0{EAN}", f"+E0{EAN}", f"è{EAN}", f"\x02{EAN}\x03", f"{EAN}\r", f"]e0{EAN}"]
    )
    def test_one_product_however_it_comes(self, scan: str) -> None:
        assert read_barcode(scan) == ScannedCode(kind=BarcodeKind.PRODUCT, gtin=EAN)

    @pytest.mark.parametrize(
        ("scan", "gtin"),
        [
            ("036000291452", "0036000291452"),  # UPC-A
            ("]E00036000291452", "0036000291452"),  # as most scanners send it
            ("]E0036000291452", "0036000291452"),  # as some do
            ("96385074", "96385074"),
            ("]E496385074", "96385074"),
            ("04252614", "0042100005264"),  # UPC-E
            ("]E004252614", "0042100005264"),
            ("425261", "0042100005264"),  # sent without number system and check digit
            ("0425261", "0042100005264"),
            ("10614141543219", "10614141543219"),
            ("]I110614141543219", "10614141543219"),  # ITF-14 on a case
            ("]C0" + EAN, EAN),  # a GTIN in an ordinary Code 128
            ("00000096385074", "96385074"),
        ],
    )
    def test_every_length(self, scan: str, gtin: str) -> None:
        assert gtin_of(scan) == gtin

    @pytest.mark.parametrize(
        ("scan", "gtin", "add_on"),
        [
            ("]E3977147396801205", "9771473968012", "05"),
            ("]E3978020137962451299", "9780201379624", "51299"),
            ("977147396801205", "9771473968012", "05"),
            ("978020137962451299", "9780201379624", "51299"),
            ("9780201379624 51299", "9780201379624", "51299"),
            ("9771473968012+05", "9771473968012", "05"),
            ("03600029145212345", "0036000291452", "12345"),
            ("]E303600029145212", "0036000291452", "12"),
        ],
    )
    def test_magazines_with_their_small_code(self, scan: str, gtin: str, add_on: str) -> None:
        code = read_barcode(scan)
        assert (code.gtin, code.add_on) == (gtin, add_on)

    @given(gtins.filter(lambda gtin: len(gtin) > 8), st.data())
    def test_a_misread_digit_is_no_magazine(self, gtin: str, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(gtin) - 1))
        wrong = str((int(gtin[at]) + data.draw(st.integers(1, 9))) % 10)
        with pytest.raises(BarcodeMalformed):
            read_barcode(gtin[:at] + wrong + gtin[at + 1 :])

    def test_only_the_small_code(self) -> None:
        with pytest.raises(BarcodeMalformed, match="only the small code"):
            read_barcode("]E105")

    def test_eight_digits_with_two_meanings(self) -> None:
        both = next(
            text
            for number in range(10_000)
            if read_barcode(text := checked(f"0{number:06}")).upc_e  # right as GTIN-8 and as UPC-E
        )
        assert read_barcode(f"]E4{both}").gtin == both
        assert read_barcode(f"]E0{both}").gtin == read_barcode(both).upc_e
        assert set(read_barcode(both).gtins) == set(read_barcode(f"]E0{both}").gtins)

    def test_digit_keys_of_a_french_keyboard(self) -> None:
        assert gtin_of('\'àà-"_&"""ç"&') == EAN

    def test_a_retail_code_with_a_small_gs1_code(self) -> None:
        for scan in (f"]E0{EAN}|]e01727010110AB", f"{EAN}]e01727010110AB"):
            code = read_barcode(scan)
            assert (code.gtin, code.batch, code.element("17")) == (EAN, "AB", "270101")

    def test_scale_labels_in_every_carrier(self) -> None:
        label = checked("280004201250")
        for scan in (label, f"]E0{label}"):
            code = read_barcode(scan)
            assert (code.kind, code.article, code.weight_g, code.gtin) == (BarcodeKind.WEIGHED, "00042", 1250, "")


class TestGs1Codes:
    @pytest.mark.parametrize("symbology", ["]C1", "]e0", "]d2", "]Q3", "]J1", "", "è", GS, "]C1" + GS, "]d2è", "]c1"])
    def test_one_pack_in_every_carrier(self, symbology: str) -> None:
        code = read_barcode(f"{symbology}{PACK}1728013110AB-1{GS}21X")
        assert (code.gtin, code.batch, code.serial, code.element("17")) == (GTIN, "AB-1", "X", "280131")

    @pytest.mark.parametrize("separator", [GS, "è", "␝", "<GS>", "{GS}", "^]", "^"])
    def test_separators_that_keyboards_make(self, separator: str) -> None:
        code = read_barcode(f"]C1{PACK}10AB{separator}17280131")
        assert (code.batch, code.element("17")) == ("AB", "280131")

    @pytest.mark.parametrize("scan", ["(01)10614141543219(3103)001250", "]C101106141415432193103001250"])
    def test_a_net_weight(self, scan: str) -> None:
        code = read_barcode(scan)
        assert (code.kind, code.gtin, code.weight_g) == (BarcodeKind.WEIGHED, "10614141543219", 1250)

    def test_databar_of_one_product(self) -> None:
        assert read_barcode(f"]e0{PACK}").kind is BarcodeKind.PRODUCT
        assert gtin_of("]e009501101530003") == GTIN  # some scanners leave the identifier out

    def test_a_price_of_a_pack(self) -> None:
        assert read_barcode(f"{PACK}3922599").price_minor == 599

    def test_an_envelope(self) -> None:
        assert gtin_of(f"[)>\x1e05{GS}{PACK}10A\x1e\x04") == GTIN

    def test_what_names_no_product(self) -> None:
        assert read_barcode("]C100" + checked("09501101530003001")).kind is BarcodeKind.OTHER

    def test_a_product_link(self) -> None:
        code = read_barcode("]Q1https://example.com/01/09501101530003/10/AB?17=280131")
        assert (code.gtin, code.batch, code.element("17")) == (GTIN, "AB", "280131")

    def test_a_separator_that_got_lost_is_no_product_by_luck(self) -> None:
        with pytest.raises(BarcodeMalformed):
            read_barcode(f"]C1{PACK}10AB-1234567890123456" + "17280131")


class TestRefusals:
    @given(scans, rules)
    def test_any_text_is_understood_or_malformed(self, scan: str, rules: list[WeighedRule]) -> None:
        try:
            code = read_barcode(scan, tuple(rules))
        except BarcodeMalformed:
            return
        assert code.gtin or code.kind in (BarcodeKind.WEIGHED, BarcodeKind.OTHER)

    @pytest.mark.parametrize(
        "scan",
        ["", "   ", "x" * 600, "12" * 90, "]E0", "]E04006381333930", "]E41234567", "4006381333930", "HELLO", "]Q1HELLO",
         "]C1", "https://example.com/", "(01)", "(01)09501101530004", GS, "123", "[)>\x1e06\x1dP1\x1e\x04", "è"],
    )  # fmt: skip
    def test_a_refusal_is_a_sentence_and_never_longer_than_a_scan(self, scan: str) -> None:
        with pytest.raises(BarcodeMalformed) as refused:
            read_barcode(scan)
        assert refused.value.detail
        assert len(refused.value.facts["scan"]) <= SCAN_MAX_CHARACTERS

    def test_text_of_other_codes(self) -> None:
        assert without_symbology("]C0TROLLEY-7\r") == "TROLLEY-7"
        assert without_symbology("TROLLEY-7") == "TROLLEY-7"
