"""One spelling per product, and no wrong digit goes unnoticed."""

from __future__ import annotations

import pytest
from biip.gtin import Gtin
from biip.upc import Upc
from hypothesis import given
from hypothesis import strategies as st

from shared.barcode import BarcodeMalformed, canonical_gtin, check_digit
from shared.barcode.digits import expand_upc_e, split_add_on
from tests.shared.barcode.gtins import DIGITS, bodies, checked, gtins


class TestCheckDigit:
    @pytest.mark.parametrize("gtin", ["4006381333931", "73513537", "036000291452", "10614141543219", "96385074"])
    def test_known_codes(self, gtin: str) -> None:
        assert check_digit(gtin[:-1]) == gtin[-1]

    @given(bodies, st.data())
    def test_any_single_wrong_digit_is_noticed(self, body: str, data: st.DataObject) -> None:
        gtin = checked(body)
        at = data.draw(st.integers(0, len(gtin) - 1))
        other = data.draw(st.sampled_from([digit for digit in DIGITS if digit != gtin[at]]))
        with pytest.raises(BarcodeMalformed):
            canonical_gtin(gtin[:at] + other + gtin[at + 1 :])


class TestCanonicalGtin:
    @pytest.mark.parametrize(
        ("spellings", "gtin"),
        [
            (("036000291452", "0036000291452", "00036000291452"), "0036000291452"),
            (("73513537", "0000073513537", "00000073513537"), "73513537"),
            (("10614141543219",), "10614141543219"),
        ],
    )
    def test_one_product_has_one_spelling(self, spellings: tuple[str, ...], gtin: str) -> None:
        assert {canonical_gtin(spelling) for spelling in spellings} == {gtin}

    @given(gtins)
    def test_a_spelling_is_its_own(self, gtin: str) -> None:
        canonical = canonical_gtin(gtin)
        assert canonical_gtin(canonical) == canonical

    @given(gtins)
    def test_another_library_sees_the_same_product(self, gtin: str) -> None:
        assert Gtin.parse(canonical_gtin(gtin)).as_gtin_14() == gtin.zfill(14)

    @pytest.mark.parametrize(
        "text", ["", "123", "４００６３８１３３３９３１", "4006381333930", "400638133393a", "²" * 13]
    )
    def test_what_is_no_gtin(self, text: str) -> None:
        with pytest.raises(BarcodeMalformed):
            canonical_gtin(text)


class TestExpandUpcE:
    @pytest.mark.parametrize(
        ("short", "long"),
        [
            ("04252614", "042100005264"),
            ("01234505", "012000003455"),
            ("123456", "012345000065"),
            ("1234565", checked("12345600005")),
        ],
    )
    def test_known_codes(self, short: str, long: str) -> None:
        assert expand_upc_e(short) == long

    @given(st.sampled_from("01"), st.text(DIGITS, min_size=6, max_size=6))
    def test_another_library_expands_the_same(self, system: str, body: str) -> None:
        expanded = expand_upc_e(system + body)
        assert Upc.parse(system + body).as_upc_a() == expanded
        assert expand_upc_e(system + body + expanded[11]) == expanded

    @pytest.mark.parametrize("digits", ["24252614", "04252613", "042526141", "x", "", "9" * 7])
    def test_what_is_none(self, digits: str) -> None:
        with pytest.raises(BarcodeMalformed):
            expand_upc_e(digits)


class TestSplitAddOn:
    @given(gtins.filter(lambda gtin: len(gtin) in (8, 12, 13)), st.sampled_from([2, 5]), st.data())
    def test_a_code_and_what_stands_beside_it(self, gtin: str, size: int, data: st.DataObject) -> None:
        beside = data.draw(st.text(DIGITS, min_size=size, max_size=size))
        assert split_add_on(gtin + beside, (len(gtin),)) == (gtin, beside)

    def test_no_split_with_a_right_check_digit(self) -> None:
        assert split_add_on("400638133393051299", (13, 12, 8)) == ("", "")
