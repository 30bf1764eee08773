"""Paths into answers: found, or nothing, never an error of the answer's making."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.labels.paths import PathMalformed, find, find_text, parse_path

ANSWER: Any = {"code": 0, "is_ok": True, "failed": [{"id": "A"}, {"id": "B", "why": "far"}, 3], "data": {"a-b": [[7]]}}


class TestFind:
    @pytest.mark.parametrize(
        ("path", "found"),
        [
            ("code", [0]),
            ("failed[*].id", ["A", "B"]),
            ("failed[1].why", ["far"]),
            ("failed[9].why", []),
            ("data.a-b[0][0]", [7]),
            ("nowhere.at.all", []),
            ("code.deeper", []),
            ("failed.id", []),
            ("", [ANSWER]),
        ],
    )
    def test_what_a_path_leads_to(self, path: str, found: list[Any]) -> None:
        assert find(ANSWER, path) == found

    @pytest.mark.parametrize(("path", "text"), [("code", "0"), ("is_ok", "true"), ("failed", None), ("x", None)])
    def test_the_first_value_as_text(self, path: str, text: str | None) -> None:
        assert find_text(ANSWER, path) == text


class TestParse:
    @pytest.mark.parametrize("text", [".", "a..b", "a[", "a[-1]", "a[x]", "a b", "[*]a", "a.[0]", "a." * 30 + "a"])
    def test_what_is_no_path_is_refused(self, text: str) -> None:
        with pytest.raises(PathMalformed):
            parse_path(text)

    @given(st.text(alphabet="ab.[]*0 $", max_size=20), st.recursive(st.none() | st.text(), st.lists))
    def test_any_text_raises_only_malformed(self, text: str, answer: Any) -> None:
        with contextlib.suppress(PathMalformed):
            find(answer, text)
