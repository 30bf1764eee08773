"""Errors: a code for machines, a sentence for people, facts for both."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.errors import BlinkpickError, Problem


class ToteAlreadyFull(BlinkpickError):
    is_retryable = True


class TestBlinkpickError:
    def test_the_code_is_the_name_in_snake_case(self) -> None:
        assert ToteAlreadyFull("full").code == "tote_already_full"
        assert BlinkpickError("x").code == "blinkpick_error"

    def test_it_reads_as_its_detail(self) -> None:
        assert str(ToteAlreadyFull("tote B is full", tote_id="tot_1")) == "tote B is full"

    def test_it_travels_as_a_problem(self) -> None:
        problem = ToteAlreadyFull("tote B is full", tote_id="tot_1").to_problem()
        assert problem == Problem(
            code="tote_already_full", detail="tote B is full", is_retryable=True, facts={"tote_id": "tot_1"}
        )

    @given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.integers() | st.text() | st.none()))
    def test_a_problem_survives_the_wire(self, facts: dict[str, Any]) -> None:
        facts = {name: fact for name, fact in facts.items() if name not in ("self", "detail")}
        problem = BlinkpickError("detail", **facts).to_problem()
        assert Problem.model_validate_json(problem.model_dump_json()) == problem
