"""Descriptions: what is wrong is told with its line and its field."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.labels.drivers.http_template.description import DescriptionMalformed, read_description
from backend.labels.drivers.http_template.fake_server import DESCRIPTION

SMALL = """\
name: Small
source: here
verified: never
colours: {blue: 1}
light:
  path: /light
  json: {id: "{label}"}
"""


class TestRead:
    def test_a_small_one_has_defaults(self) -> None:
        described = read_description(SMALL)
        assert (described.light.method, described.auth.kind, described.stop) == ("POST", "none", None)
        assert 401 in described.answer.expired.status

    @pytest.mark.parametrize(
        ("before", "after", "problem"),
        [
            ('"{label}"', '"{labl}"', r"line 7, light.json.id: no such placeholder: \{labl\}; there are: colour"),
            ("path: /light", "path: light", "line 6, light.path: String should match"),
            ("path: /light", "path: /{task}", r"line 6, light.path: no such placeholder: \{task\}"),
            ("  json:", "  jason:", "line 7, light.jason: Extra inputs"),
            ("blue: 1", "blu: 1", "line 4, colours: there is no 'blu', but blue, yellow, cyan"),
            ("blue: 1", "blue: 1.5", "line 4, colours"),
            ("verified: never\n", "", "line 1, verified: Field required"),
            ("name: Small", "name: 7", "line 1, name: Input should be a valid string"),
            ("  path: /light\n", "  path: /light\n  form: {a: b}\n", "line 5, light: only one of"),
            (
                "source: here",
                "source: here\nbatch: {most: 5, list: items}",
                "line 3, batch.list: light.json has nothing",
            ),
            ("source: here", "source: here\nbatch: {most: 5}", "line 3, batch.list: light.json has no list of one"),
            ("source: here", "source: here\nauth: {kind: magic}", "line 3, auth"),
            ("source: here", "source: here\nvariables: [label]", "line 3, variables: label: these names are taken"),
            ("source: here", "source: here\nduration: {min_s: 9, max_s: 3}", "line 3, duration: min_s is more"),
            ("source: here", "source: here\nduration: {unit: minutes}", "line 3, duration: in minutes"),
            ("source: here", "source: here\nanswer: {success: {path: a}}", "line 3, answer.success: path and equals"),
            (
                "source: here",
                "source: here\nstatus: {request: {path: /x}, value: s, delivered: [1]}",
                "line 3, status.request: it must name the",
            ),
            (
                "source: here",
                "source: here\nauth: {kind: header, name: X, value: '{key}'}",
                "line 3, auth.value: no such",
            ),
        ],
    )
    def test_what_is_wrong_is_told_with_line_and_field(self, before: str, after: str, problem: str) -> None:
        assert before in SMALL
        with pytest.raises(DescriptionMalformed, match=problem):
            read_description(SMALL.replace(before, after))

    def test_a_signed_form_needs_a_form(self) -> None:
        auth = "auth: {kind: signed_form, fields: {a: b}, ending: c}\n"
        with pytest.raises(DescriptionMalformed, match="what is signed is a form"):
            read_description(SMALL + auth)

    @given(st.integers(0, len(DESCRIPTION) - 1), st.text(alphabet="ab1:-[]{}\n \"'", max_size=4), st.integers(0, 6))
    def test_any_change_raises_only_malformed(self, at: int, inserted: str, removed: int) -> None:
        with contextlib.suppress(DescriptionMalformed):
            read_description(DESCRIPTION[:at] + inserted + DESCRIPTION[at + removed :])
