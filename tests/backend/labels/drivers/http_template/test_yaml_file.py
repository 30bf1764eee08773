"""YAML as JSON has it, with lines; what surprises is refused."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.labels.drivers.http_template.yaml_file import YamlMalformed, read_yaml

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(st.characters(codec="ascii"), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=10,
)


class TestRead:
    def test_values_and_the_lines_they_stand_in(self) -> None:
        values, lines = read_yaml("a: 1\nb:\n  - x\n  - {c: true, d: 0.5}\n# nothing\ne: null\n")
        assert values == {"a": 1, "b": ["x", {"c": True, "d": 0.5}], "e": None}
        assert (lines["a",], lines["b", 1, "d"], lines["e",]) == (1, 4, 6)

    @pytest.mark.parametrize("text", ["yes", "no", "on", "0x1f", "012", "1_000", "12:30", "2026-01-05", "1e5", "NULL"])
    def test_what_yaml_would_take_for_something_else_stays_text(self, text: str) -> None:
        assert read_yaml(f"a: {text}")[0] == {"a": text}

    @given(plain)
    def test_json_is_read_as_it_is(self, value: Any) -> None:
        with contextlib.suppress(YamlMalformed):  # an unprintable character
            assert read_yaml(json.dumps({"v": value}))[0] == {"v": value}

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("a: [1", "line 1: "),
            ("a: 1\nb: &x 2\n", "line 2: anchors"),
            ("a: 1\nb: *x\n", "line 2: anchors"),
            ("a: 1\na: 2\n", "line 2: a stands here for the second time"),
            ("x: !!python/object/apply:os.system [ls]", "line 1: tags"),
            ("x: !!binary aGk=", "line 1: tags"),
            ("x: !!int yes", "line 1: tags"),
            ("a: 1\n---\nb: 2", "line 2: "),
            ("? [a]\n: 1", "line 1: a name is a plain text"),
            ("", "line 1: there is nothing"),
            ("a: " + "[" * 30 + "]" * 30, "line 1: nested deeper"),
            ("x" * 70_000, "more than"),
            ("[" * 60_000, "line 1: nested deeper"),
            ("- " * 30_000, "line 1: nested deeper"),
        ],
    )
    def test_what_is_refused_says_where(self, text: str, problem: str) -> None:
        with pytest.raises(YamlMalformed, match=problem):
            read_yaml(text)

    @given(st.text(max_size=80) | st.text(alphabet="ab:-[]{}&*!|>'\"\n #%@", max_size=40))
    def test_any_text_raises_only_malformed(self, text: str) -> None:
        with contextlib.suppress(YamlMalformed):
            read_yaml(text)
