"""Templates: values cannot break out of their quotes, and what cannot be filled is refused before."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.labels.templates import (
    TemplateMalformed,
    check_structure,
    fill_structure,
    fill_text,
    parse_template,
)

KNOWN = {"label", "seconds", "is_on"}
structures = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=12)
    | st.sampled_from(["{label}", "a{label}b", "{{}}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


class TestText:
    def test_placeholders_are_filled_and_double_braces_are_braces(self) -> None:
        assert fill_text("shelf/{label}/{{x}}/{seconds}", {"label": "A-1", "seconds": 30}) == "shelf/A-1/{x}/30"

    def test_truth_is_spelled_as_json_does(self) -> None:
        assert fill_text("{is_on}", {"is_on": True}) == "true"

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("{colour}", "no such placeholder: {colour}; there are: is_on, label, seconds"),
            ("{", "a single {"),
            ("a}b", "a single }"),
            ("{label", "a single {"),
            ("{0}", "a single {"),
            ("{label.__class__}", "a single {"),
            ("{label!r}", "a single {"),
            ("{label:>99999999}", "a single {"),
        ],
    )
    def test_what_is_no_template_says_what_is_wrong(self, text: str, problem: str) -> None:
        with pytest.raises(TemplateMalformed, match=problem.replace("{", r"\{").replace("}", r"\}")):
            parse_template(text, KNOWN)

    @given(st.text(max_size=60))
    def test_any_text_raises_only_malformed(self, text: str) -> None:
        with contextlib.suppress(TemplateMalformed):
            parse_template(text, KNOWN)

    @given(st.text(max_size=60))
    def test_text_with_its_braces_doubled_stays_as_it_is(self, text: str) -> None:
        assert fill_text(text.replace("{", "{{").replace("}", "}}"), {}) == text


class TestStructure:
    def test_a_string_that_is_one_placeholder_keeps_the_kind_of_its_value(self) -> None:
        values = {"label": "A", "seconds": 30, "is_on": True}
        template = {"id": "{label}", "for": "{seconds}", "text": "{seconds} s", "on": ["{is_on}", None, 1.5]}
        filled = {"id": "A", "for": 30, "text": "30 s", "on": [True, None, 1.5]}
        assert fill_structure(template, values) == filled

    @given(structures, st.text())
    def test_no_value_changes_the_shape(self, structure: Any, label: str) -> None:
        with contextlib.suppress(TemplateMalformed):
            check_structure(structure, KNOWN)
            plain = fill_structure(structure, {"label": "x"} | dict.fromkeys(KNOWN, "x"))
            evil = fill_structure(structure, dict.fromkeys(KNOWN, label))
            assert _shape(json.loads(json.dumps(evil))) == _shape(plain)

    def test_names_are_checked_too_and_nesting_has_an_end(self) -> None:
        with pytest.raises(TemplateMalformed, match="no such placeholder"):
            check_structure({"{oops}": 1}, KNOWN)
        deep: Any = "x"
        for _ in range(30):
            deep = [deep]
        with pytest.raises(TemplateMalformed, match="nested deeper"):
            check_structure(deep, KNOWN)


def _shape(value: Any) -> Any:
    """Without what stands in it."""
    if isinstance(value, list):
        return [_shape(each) for each in value]
    if isinstance(value, dict):
        return [_shape(each) for each in value.values()]
    return "leaf"
