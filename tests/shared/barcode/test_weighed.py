"""Scale labels of any country by configuration, and the check digit inside them."""

from __future__ import annotations

import pytest
from biip.checksums import gs1_price_weight_check_digit
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.barcode import BarcodeKind, WeighedRule, read_barcode
from shared.barcode.weighed import price_check_digit, read_weighed
from tests.shared.barcode.gtins import DIGITS, checked


class TestPatterns:
    @pytest.mark.parametrize(
        ("pattern", "digits", "article", "weight_g", "price_minor"),
        [
            ("28PPPPPWWWWWC", checked("280004201250"), "00042", 1250, None),  # article and grams
            ("21PPPPPWWWWWC", "2112345015002", "12345", 1500, None),  # Odoo's example: 1.5 kg
            ("21PPPPVMMMMMC", checked("211234000599"), "1234", None, 599),
            ("02PPPPPKMMMMC", checked("02123456" + "1299"), "12345", None, 1299),
            ("2PPPPPKMMMMC", checked("21234561299"), "12345", None, 1299),  # UPC-A of number system 2
            ("20PPPPKMMMMMC", checked("201234" + "6" + "14685"), "1234", None, 14685),
            ("23PPPPPWWWWWC", checked("230004201250"), "00042", 1250, None),
        ],
    )
    def test_fields_of_a_label(
        self, pattern: str, digits: str, article: str, weight_g: int | None, price_minor: int | None
    ) -> None:
        if "K" in pattern:  # the examples above carry whatever stands there: put the right one in
            at = pattern.index("K")
            price = digits[at + 1 : at + 1 + pattern.count("M")]
            digits = checked(digits[:at] + price_check_digit(price) + digits[at + 1 : -1])
        code = read_barcode(digits, (WeighedRule(pattern=pattern),))
        assert (code.kind, code.article) == (BarcodeKind.WEIGHED, article)
        assert (code.weight_g, code.price_minor) == (weight_g, price_minor)

    def test_units_of_other_scales(self) -> None:
        tens = WeighedRule(pattern="28PPPPPWWWWWC", weight_unit_g=10)
        pounds = WeighedRule(pattern="2PPPPPKWWWWC", weight_unit_g=4.5359237)
        crowns = WeighedRule(pattern="21PPPPPMMMMMC", price_unit_minor=10)
        assert read_barcode(checked("280004200125"), (tens,)).weight_g == 1250
        assert read_barcode(checked("21234" + "5" + price_check_digit("0200") + "0200"), (pounds,)).weight_g == 907
        assert read_barcode(checked("211234500599"), (crowns,)).price_minor == 5990

    def test_a_wrong_price_check_digit_is_another_code(self) -> None:
        wrong = str((int(price_check_digit("1299")) + 1) % 10)
        code = read_barcode(checked("212345" + wrong + "1299"), (WeighedRule(pattern="2PPPPPKMMMMC"),))
        assert code.kind is BarcodeKind.PRODUCT

    def test_the_first_rule_that_fits_counts(self) -> None:
        rules = (WeighedRule(pattern="29PPPPPWWWWWC"), WeighedRule(pattern="28PPPPPMMMMMC"))
        code = read_weighed(checked("280004201250"), rules)
        assert code is not None
        assert code.price_minor == 1250

    @pytest.mark.parametrize(
        "pattern", ["", "28PPPPP", "28PPPPPWWWWWX", "2PPPPPKMMMMMMC", "2PPPKPKMMMMC", "2PPPPPPPPPKC"]
    )
    def test_a_pattern_that_cannot_be(self, pattern: str) -> None:
        with pytest.raises(ValidationError):
            WeighedRule(pattern=pattern)


class TestPriceCheckDigit:
    @pytest.mark.parametrize(("digits", "verifier"), [("2875", "9"), ("14685", "6")])
    def test_the_examples_of_the_general_specifications(self, digits: str, verifier: str) -> None:
        assert price_check_digit(digits) == verifier

    @given(st.sampled_from([4, 5]).flatmap(lambda size: st.text(DIGITS, min_size=size, max_size=size)))
    def test_another_library_counts_the_same(self, digits: str) -> None:
        assert price_check_digit(digits) == str(gs1_price_weight_check_digit(digits))
