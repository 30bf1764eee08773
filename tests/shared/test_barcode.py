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
    canonical_gtin,
    check_digit,
    read_barcode,
)

digits = st.text("0123456789")
gtins = st.sampled_from((7, 11, 12, 13)).flatmap(lambda size: st.text("0123456789", min_size=size, max_size=size))
scans = st.one_of(
    st.text(max_size=SCAN_MAX_CHARACTERS + 20),
    digits,
    gtins.map(lambda body: body + check_digit(body)),
    st.tuples(
        st.sampled_from(["]E0", "]C1", "]d2", "(01)", "01", ""]), digits, st.sampled_from(["3103", "(3102)", ""])
    ).map("".join),
)
rules = st.lists(st.text("0123456789PWMVC", min_size=13, max_size=13).map(lambda text: WeighedRule(pattern=text)))


class TestCheckDigit:
    @pytest.mark.parametrize("gtin", ["4006381333931", "73513537", "036000291452", "10614141543219", "96385074"])
    def test_known_codes(self, gtin: str) -> None:
        assert check_digit(gtin[:-1]) == gtin[-1]

    @given(gtins, st.data())
    def test_any_single_wrong_digit_is_noticed(self, body: str, data: st.DataObject) -> None:
        gtin = body + check_digit(body)
        at = data.draw(st.integers(0, len(gtin) - 1))
        other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != gtin[at]]))
        with pytest.raises(BarcodeMalformed):
            canonical_gtin(gtin[:at] + other + gtin[at + 1 :])


class TestCanonicalGtin:
    def test_one_product_has_one_spelling(self) -> None:
        assert canonical_gtin("036000291452") == "0036000291452"
        assert canonical_gtin("0036000291452") == "0036000291452"
        assert canonical_gtin("00036000291452") == "0036000291452"
        assert canonical_gtin("73513537") == "73513537"
        assert canonical_gtin("10614141543219") == "10614141543219"

    @given(gtins)
    def test_a_spelling_is_its_own(self, body: str) -> None:
        gtin = canonical_gtin(body + check_digit(body))
        assert canonical_gtin(gtin) == gtin

    @pytest.mark.parametrize(
        "text", ["", "123", "４００６３８１３３３９３１", "4006381333930", "400638133393a", "²" * 13]
    )
    def test_what_is_no_gtin(self, text: str) -> None:
        with pytest.raises(BarcodeMalformed):
            canonical_gtin(text)


class TestReadBarcode:
    @pytest.mark.parametrize("scan", ["4006381333931", " 4006381333931\n", "]E04006381333931"])
    def test_a_product(self, scan: str) -> None:
        assert read_barcode(scan) == ScannedCode(kind=BarcodeKind.PRODUCT, gtin="4006381333931")

    def test_a_scale_label(self) -> None:
        body = "28" + "00042" + "01250"
        code = read_barcode(body + check_digit(body))
        assert (code.kind, code.article, code.weight_g, code.gtin) == (BarcodeKind.WEIGHED, "00042", 1250, "")

    def test_a_scale_label_with_a_price(self) -> None:
        body = "21" + "1234" + "0" + "00599"
        code = read_barcode(body + check_digit(body), (WeighedRule(pattern="21PPPPVMMMMMC"),))
        assert (code.article, code.price_minor, code.weight_g) == ("1234", 599, None)

    @pytest.mark.parametrize("scan", ["(01)10614141543219(3103)001250", "]C101106141415432193103001250"])
    def test_gs1_with_a_net_weight(self, scan: str) -> None:
        code = read_barcode(scan)
        assert (code.kind, code.gtin, code.weight_g) == (BarcodeKind.WEIGHED, "10614141543219", 1250)

    def test_gs1_without_a_weight(self) -> None:
        assert read_barcode("(01)10614141543219").kind is BarcodeKind.PRODUCT

    @given(scans, rules)
    def test_any_text_is_understood_or_malformed(self, scan: str, rules: list[WeighedRule]) -> None:
        try:
            code = read_barcode(scan, tuple(rules))
        except BarcodeMalformed:
            return
        assert code.gtin or code.kind is BarcodeKind.WEIGHED

    @pytest.mark.parametrize("scan", ["", "   ", "x" * 500, "12" * 90])
    def test_a_refusal_is_a_sentence_and_never_longer_than_a_scan(self, scan: str) -> None:
        with pytest.raises(BarcodeMalformed) as refused:
            read_barcode(scan)
        assert refused.value.detail
        assert len(refused.value.facts["scan"]) <= SCAN_MAX_CHARACTERS
