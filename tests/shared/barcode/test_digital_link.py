"""Web addresses that are barcodes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.barcode import BarcodeMalformed
from shared.barcode.digital_link import is_web_address, split_digital_link

GTIN = "09520123456788"


class TestSplitDigitalLink:
    @pytest.mark.parametrize(
        ("address", "elements"),
        [
            (f"https://id.gs1.org/01/{GTIN}", {"01": GTIN}),
            (f"HTTPS://EXAMPLE.COM/01/{GTIN}", {"01": GTIN}),
            (f"http://a:8080/01/{GTIN}", {"01": GTIN}),
            (f"https://[2001:db8::1]/01/{GTIN}", {"01": GTIN}),
            (f"https://shop.example/some/more/01/{GTIN}/10/ABC", {"01": GTIN, "10": "ABC"}),
            (f"https://a/00/faux/01/{GTIN}", {"01": GTIN}),
            (f"https://a/01/{GTIN}/22/2A/10/AB/21/12?17=280426", {"22": "2A", "10": "AB", "21": "12", "17": "280426"}),
            (f"https://a/01/{GTIN}?3103=000195&3922=0299&17=201225", {"3103": "000195", "3922": "0299"}),
            (f"https://a/01/{GTIN}/10/A%2FB+C#part", {"10": "A/B+C"}),
            (f"https://a/01/{GTIN}?&&linkType=gs1:pip&99=AB&x", {"99": "AB"}),
            ("https://a/gtin/9520123456788/lot/A1/ser/7", {"01": GTIN, "10": "A1", "21": "7"}),
            ("https://a/01/9520123456788", {"01": GTIN}),
            ("https://a/01/416000336108", {"01": "00416000336108"}),
            ("https://a/01/02345673", {"01": "00000002345673"}),
            (f"https://a/8004/9520614141234567?01={GTIN}", {"8004": "9520614141234567", "01": GTIN}),
            (f"https://a/01/{GTIN}/235/XYZ?10=ABC", {"235": "XYZ", "10": "ABC"}),
            ("https://a/414/9520123456788/254/32a%2Fb", {"254": "32a/b"}),
        ],
    )
    def test_what_an_address_says(self, address: str, elements: dict[str, str]) -> None:
        said = dict(split_digital_link(address))
        assert elements.items() <= said.items()

    @pytest.mark.parametrize(
        "address",
        [
            "https://a",
            "https://a/",
            f"https:///01/{GTIN}",
            f"https://$a/01/{GTIN}",
            f"https://a/01/{GTIN}/",
            f"https://a/01//{GTIN}",
            f"https://a/01/{GTIN[:-1]}9",  # check digit
            f"https://a/01/{GTIN}/21/1/10/A",  # order
            f"https://a/01/{GTIN}/99/A",  # not in a path
            f"https://a/01/{GTIN}?10=A",  # not in a query
            f"https://a/01/{GTIN}?21=A",
            f"https://a/01/{GTIN}?99=",
            f"https://a/01/{GTIN}?99=A&99=A",
            f"https://a/01/{GTIN}?999=A",
            f"https://a/01/{GTIN}?98=A+B",
            f"https://a/01/{GTIN}?99=A%00B",
            f"https://a/01/{GTIN}<",
            "https://example.com/products/cheese",
        ],
    )
    def test_what_is_wrong(self, address: str) -> None:
        with pytest.raises(BarcodeMalformed):
            split_digital_link(address)

    def test_a_compressed_address_says_what_to_do(self) -> None:
        with pytest.raises(BarcodeMalformed, match="compressed one: scan the bars"):
            split_digital_link("https://id.gs1.org/ARFKk4XB0CDKWcnpqA")

    @given(st.text(max_size=60), st.text(max_size=60))
    def test_nothing_else_is_raised(self, path: str, query: str) -> None:
        try:
            assert split_digital_link(f"https://a/{path}?{query}")
        except BarcodeMalformed:
            return

    @pytest.mark.parametrize(("text", "is_one"), [("https://a", True), ("HtTp://a", True), ("ftp://a", False)])
    def test_scheme(self, text: str, is_one: bool) -> None:
        assert is_web_address(text) is is_one
