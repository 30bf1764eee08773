"""labels.csv: every wrong row is named, and nothing else is ever raised."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.labels.errors import LabelsFileInvalid
from backend.labels.labels_file import LabelLine, read_labels_file

GOOD = b"label_id,gateway,location\n0000021234567890,main,A12-4-3\nL2,main,b1-1-1\n"


def problems(raw: bytes) -> list[str]:
    with pytest.raises(LabelsFileInvalid) as error:
        read_labels_file(raw)
    return [f"{each['at']}: {each['problem']}" for each in error.value.facts["problems"]]


class TestRead:
    def test_lines_with_their_rows(self) -> None:
        assert read_labels_file(GOOD) == [
            LabelLine(2, "0000021234567890", "main", "A12-4-3"),
            LabelLine(3, "L2", "main", "B1-1-1"),
        ]

    @pytest.mark.parametrize(
        "raw",
        [
            b"\xef\xbb\xbf" + GOOD,
            GOOD.replace(b"\n", b"\r\n"),
            GOOD.replace(b",", b";"),
            b"location,label_id,gateway\nA12-4-3,0000021234567890,main\n\nB1-1-1,L2,main\n",
        ],
        ids=["byte order mark", "windows lines", "semicolons", "other column order"],
    )
    def test_what_spreadsheets_write(self, raw: bytes) -> None:
        assert [line.external_id for line in read_labels_file(raw)] == ["0000021234567890", "L2"]


class TestRefuse:
    def test_every_wrong_row_is_named(self) -> None:
        raw = b"label_id,gateway,location\nL 1,main,A1-1-1\nL2,,nowhere\nL3,main\nL4,main,A1-1-1\nL4,main,A1-1-2\n"
        assert problems(raw) == [
            "row 2, label_id: 1 to 64 letters, digits or _ . : -",
            "row 3, gateway: a gateway's name, 1 to 60 characters",
            "row 3, location: an address like A12-4-3",
            "row 4: 3 values are needed, there are 2",
            "row 6, label_id: L4 stands in row 5 already",
        ]

    @pytest.mark.parametrize(
        ("raw", "problem"),
        [
            (b"", "row 1: the columns must be label_id, gateway, location"),
            (b"label_id,gateway\n", "row 1: the columns must be label_id, gateway, location"),
            (b"label_id,gateway,location\n", "row 2: there is no label in the file"),
            (b"\xff\xfe", "row 1: the file is not UTF-8 (byte 0)"),
        ],
    )
    def test_a_file_that_is_none(self, raw: bytes, problem: str) -> None:
        assert problems(raw) == [problem]

    @given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: GOOD + text.encode()))
    def test_any_bytes_raise_only_its_own_error(self, raw: bytes) -> None:
        with contextlib.suppress(LabelsFileInvalid):
            read_labels_file(raw)
