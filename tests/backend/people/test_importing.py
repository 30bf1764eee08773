"""people.csv: what is read, and how wrong rows are named."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.people.errors import PeopleFileRejected
from backend.people.importing import NewPerson, read_people
from backend.people.models import Role

HEADER = "badge,name,role,pin,language\n"
ANA = "P-1,Ana Souza,picker,482913,pt-BR\n"
MEI = "S-1,李梅,supervisor,738264,zh\n"


def problems(text: str, *, is_production: bool = True) -> list[dict[str, str]]:
    with pytest.raises(PeopleFileRejected) as rejected:
        read_people(text, is_production=is_production)
    assert rejected.value.facts["problems"][0]["at"] in rejected.value.detail
    found: list[dict[str, str]] = rejected.value.facts["problems"]
    return found


class TestReadPeople:
    def test_reads_everybody(self) -> None:
        assert read_people(HEADER + ANA + MEI, is_production=True) == [
            NewPerson("P-1", "Ana Souza", Role.PICKER, "482913", "pt-BR"),
            NewPerson("S-1", "李梅", Role.SUPERVISOR, "738264", "zh"),
        ]

    def test_takes_what_spreadsheets_write(self) -> None:
        text = "\ufeff" + (HEADER + '"P-1"," Ana ",picker,482913,en\n').replace("\n", "\r\n")
        assert read_people(text, is_production=True)[0].name == "Ana"

    @pytest.mark.parametrize(
        ("row", "at"),
        [
            (",Ana,picker,482913,en", "row 3, badge"),
            ("P 2,Ana,picker,482913,en", "row 3, badge"),
            ("P-1,Ana,picker,482913,en", "row 3, badge"),
            ("P-2,,picker,482913,en", "row 3, name"),
            ("P-2,Ana,boss,482913,en", "row 3, role"),
            ("P-2,Ana,picker,12345,en", "row 3, pin"),
            ("P-2,Ana,picker,123456,en", "row 3, pin"),
            ("P-2,Ana,picker,482913,english!", "row 3, language"),
            ("P-2,Ana,picker,482913", "row 3"),
            ("P-2,Ana,picker,482913,en,more", "row 3"),
        ],
    )
    def test_names_the_row_and_the_column(self, row: str, at: str) -> None:
        assert [problem["at"] for problem in problems(HEADER + ANA + row)] == [at]

    def test_what_somebody_may_not_pick_is_a_last_column_that_may_be_left_out(self) -> None:
        header = HEADER.replace("\n", ",may_not_pick\n")
        rows = "P-1,Ana,picker,482913,en, frozen ;Beer  and wine;frozen\nP-2,Bo,picker,738264,en,\n"
        read = read_people(header + rows, is_production=True)
        assert [person.may_not_pick for person in read] == [("frozen", "Beer and wine"), ()]

    @pytest.mark.parametrize(
        ("row", "problem"),
        [
            ("S-1,Rosa,supervisor,482913,en,frozen", "a supervisor picks nothing; leave it empty"),
            (f"P-1,Ana,picker,482913,en,{'x' * 41}", "separated by ;"),
            ("P-1,Ana,picker,482913,en", "a row has 6 cells"),
        ],
    )
    def test_a_wrong_one_is_named(self, row: str, problem: str) -> None:
        (found,) = problems(HEADER.replace("\n", ",may_not_pick\n") + row)
        assert problem in found["problem"]

    def test_names_every_wrong_row_at_once(self) -> None:
        found = problems(HEADER + "P-2,,boss,1,en\n" + ANA + "P-3,Bo,picker,1,en\n")
        assert [problem["at"] for problem in found] == ["row 2, name", "row 2, role", "row 2, pin", "row 4, pin"]

    def test_empty_lines_do_not_shift_the_count(self) -> None:
        assert problems(HEADER + "\n\n" + ANA + "\nP-2,Bo,boss,738264,en\n")[0]["at"] == "row 6, role"

    @pytest.mark.parametrize("text", ["", "name,badge,role,pin,language\n", "badge;name;role;pin;language\n"])
    def test_needs_its_columns(self, text: str) -> None:
        assert problems(text)[0]["at"] == "row 1"

    def test_a_demo_may_have_easy_pins(self) -> None:
        assert read_people(HEADER + "P-2,Ana,picker,123456,en", is_production=False)

    def test_a_wrong_pin_is_not_repeated(self) -> None:
        with pytest.raises(PeopleFileRejected) as rejected:
            read_people(HEADER + "P-2,Ana,picker,7777777,en", is_production=True)
        assert "7777777" not in str(rejected.value) + repr(rejected.value.facts)

    def test_a_person_does_not_show_the_pin(self) -> None:
        assert "482913" not in repr(read_people(HEADER + ANA, is_production=True))

    @given(st.text())
    def test_raises_nothing_but_its_own_error(self, text: str) -> None:
        for start in ("", HEADER):
            with contextlib.suppress(PeopleFileRejected):
                read_people(start + text, is_production=True)
