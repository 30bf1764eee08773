"""Element strings as scanners send them and as packs show them."""

from __future__ import annotations

import pytest
from biip.gs1_messages import GS1Message
from hypothesis import given
from hypothesis import strategies as st

from shared.barcode import BarcodeMalformed
from shared.barcode.elements import code_of, split_brackets, split_elements
from shared.barcode.identifiers import identifiers
from tests.shared.barcode.gtins import DIGITS, GS, checked

LETTERS = "ABCXYZabcxyz0123456789-/."
days = st.dates().map(lambda day: day.strftime("%y%m%d")).filter(lambda day: day[2:] != "0229")
values = {
    "01": st.text(DIGITS, min_size=13, max_size=13).map(checked),
    "10": st.text(LETTERS, min_size=1, max_size=20),
    "15": days,
    "17": days,
    "21": st.text(LETTERS, min_size=1, max_size=20),
    "30": st.text(DIGITS, min_size=1, max_size=8),
    "3103": st.text(DIGITS, min_size=6, max_size=6),
    "3922": st.text(DIGITS, min_size=1, max_size=15),
    "400": st.text(LETTERS, min_size=1, max_size=30),
}
packs = st.lists(st.sampled_from(sorted(values)), min_size=1, unique=True).flatmap(
    lambda numbers: st.tuples(*(st.tuples(st.just(number), values[number]) for number in numbers))
)


def written(elements: tuple[tuple[str, str], ...], separator: str = GS) -> str:
    """As a scanner sends them: a separator after each value of open length but the last."""
    text = before = ""
    for number, value in elements:
        if text and identifiers()[before].fixed_length is None:
            text += separator
        text, before = text + number + value, number
    return text


class TestSplitElements:
    @given(packs)
    def test_every_pack_comes_back_whole(self, pack: tuple[tuple[str, str], ...]) -> None:
        assert split_elements(written(pack)) == list(pack)

    @given(packs)
    def test_another_library_reads_the_same(self, pack: tuple[tuple[str, str], ...]) -> None:
        other = GS1Message.parse(written(pack))
        assert [(element.ai.ai, element.value) for element in other.element_strings] == split_elements(written(pack))

    @pytest.mark.parametrize(
        "text",
        [f"0109501101530003{GS}17280101", f"10AB{GS}{GS}17280101", f"0109501101530003{GS}", f"{GS}0109501101530003"],
    )
    def test_a_separator_too_many_does_no_harm(self, text: str) -> None:
        assert split_elements(text)

    def test_the_same_said_twice(self) -> None:
        assert len(split_elements(f"10AB{GS}10AB")) == 2
        with pytest.raises(BarcodeMalformed, match="twice"):
            split_elements(f"10AB{GS}10AC")

    @pytest.mark.parametrize(
        "text",
        [
            "891234",  # no such identifier
            "01A2345678901231",
            "0112345678901234",  # check digit
            "011234567890123",  # too short
            "01123456789012312",  # then 2 is no identifier
            f"011234567890123{GS}",
            "2421234567",  # 242 has up to six
            "10" + "A" * 21,  # as when a separator got lost
            "10",
            "99~ABC",
            "17261332",
        ],
    )
    def test_what_is_wrong(self, text: str) -> None:
        with pytest.raises(BarcodeMalformed):
            split_elements(text)


class TestSplitBrackets:
    @given(packs)
    def test_every_pack_comes_back_whole(self, pack: tuple[tuple[str, str], ...]) -> None:
        assert split_brackets("".join(f"({number}){value}" for number, value in pack)) == list(pack)

    def test_brackets_inside_a_value(self) -> None:
        assert split_brackets("(10)A(B)(21)C\\(17)") == [("10", "A(B)"), ("21", "C(17)")]

    @pytest.mark.parametrize(
        "text", ["", "12345", "(10)(11)280101", "(10)", "(1A)12", "()12", "(1)12", "(12345)1", "(15", "(17)9(90)217"]
    )
    def test_what_is_wrong(self, text: str) -> None:
        with pytest.raises(BarcodeMalformed):
            split_brackets(text)


class TestCodeOf:
    @pytest.mark.parametrize(
        ("elements", "weight_g", "price_minor"),
        [
            ([("3103", "001250")], 1250, None),
            ([("3100", "000002")], 2000, None),
            ([("3105", "000150")], 2, None),  # 1.5 g: half goes to even
            ([("3202", "000100")], 454, None),
            ([("3920", "12")], None, 1200),
            ([("3922", "1299")], None, 1299),
            ([("3923", "12994")], None, 1299),
            ([("3932", "9781299")], None, 1299),
            ([("3302", "000100")], None, None),  # with its packing
        ],
    )
    def test_weights_and_prices(
        self, elements: list[tuple[str, str]], weight_g: int | None, price_minor: int | None
    ) -> None:
        code = code_of([("01", checked("9950110153000")), *elements], "")
        assert (code.weight_g, code.price_minor) == (weight_g, price_minor)

    def test_what_is_inside_a_case(self) -> None:
        code = code_of([("02", "09501101530003"), ("37", "24")], "")
        assert (code.gtin, code.count) == ("9501101530003", 24)

    def test_what_names_no_product(self) -> None:
        code = code_of([("00", checked("09501101530003001"))], "")
        assert (code.kind, code.gtins) == ("other", ())
