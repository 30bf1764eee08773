"""The table of application identifiers against another library's, and what must be right inside their values."""

from __future__ import annotations

import pytest
from biip.gs1_application_identifiers import GS1ApplicationIdentifier

from shared.barcode.identifiers import identifier_at, identifiers


class TestTable:
    def test_another_library_knows_the_same_and_where_a_separator_is_needed(self) -> None:
        for number, identifier in identifiers().items():
            other = GS1ApplicationIdentifier.extract(number)
            assert other.ai == number
            assert other.separator_required == (identifier.fixed_length is None), number

    def test_no_identifier_is_the_beginning_of_another(self) -> None:
        known = identifiers()
        assert [(one, other) for one in known for other in known if one != other and other.startswith(one)] == []

    def test_what_is_none(self) -> None:
        assert identifier_at("89ABC") is None
        assert identifier_at("0") is None


class TestComplaint:
    @pytest.mark.parametrize(
        ("number", "right", "wrong"),
        [
            ("01", "09501101530003", "09501101530004"),
            ("10", "AB-1/2", "AB~1"),
            ("10", "A" * 20, "A" * 21),
            ("17", "280229", "261301"),
            ("17", "280229", "260229"),
            ("17", "261200", "260431"),
            ("7006", "260430", "260400"),
            ("7003", "2604301230", "2604302430"),
            ("4324", "2604009999", "2604009960"),
            ("8008", "26043012", "260430126"),
            ("8006", "095011015300030102", "095011015300030302"),
            ("7007", "260430260501", "2604302605"),
            ("8003", "09501101530003ABC", "19501101530003ABC"),
            ("8007", "GB82WEST12345698765432", "GB82WEST12345698765433"),
            ("8013", "1987654Ad4X4bL5ttr2310c2K", "1987654Ad4X4bL5ttr2310c2L"),
            ("8013", "1987654Ad4X4bL5ttr2310c2K", "2K"),
            ("8001", "12341234512398", "00001234512398"),
            ("8010", "1234#A/B", "1234_a"),
            ("8011", "0", "01"),
            ("7258", "1/3", "3/1"),
            ("7250", "20280229", "20260229"),
            ("7252", "9", "3"),
            ("4321", "1", "2"),
            ("4330", "000200-", "000200+"),
            ("4309", "18000000003600000000", "18000000013600000000"),
            ("4309", "00000000003600000000", "00000000003600000001"),
            ("4300", "A%20B", "A%2"),
            ("4307", "PT", "pt"),
            ("7241", "80", "79"),
            ("7040", "1ABC", "1AB!"),
            ("8004", "9501A", "95A01"),
            ("3922", "1", "A"),
            ("37", "12", ""),
        ],
    )
    def test_right_and_wrong(self, number: str, right: str, wrong: str) -> None:
        identifier = identifiers()[number]
        assert identifier.complaint(right) == ""
        assert identifier.complaint(wrong).startswith(f"({number})")
