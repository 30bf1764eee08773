"""Requests by their templates, and what answers mean: no value breaks out, no answer breaks anything."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.labels.drivers.http_template.description import Answer, Description, Request, read_description
from backend.labels.drivers.http_template.fake_server import DESCRIPTION
from backend.labels.drivers.http_template.protocol import (
    Meaning,
    Standing,
    batch_key,
    fill,
    fill_batch,
    form_body,
    judge,
    played_s,
    stands,
    values_for,
)
from shared.labels import BlinkPattern, Flash, LightColour

DESCRIBED = read_description(DESCRIPTION)
YELLOW_FLASH = Flash(colour=LightColour.YELLOW, pattern=BlinkPattern.DOUBLE, duration_s=45)
GIVEN = {"store": "s 1", "password": "hush"}
text = st.text(max_size=20)


def described(changes: str) -> Description:
    small = 'name: S\nsource: s\nverified: never\ncolours: {blue: 7}\nlight: {path: /l, json: {id: "{label}"}}\n'
    return read_description(small + changes)


class TestFill:
    def test_one_call_for_two_labels_byte_for_byte(self) -> None:
        commands = [{**GIVEN, **values_for(DESCRIBED, label, YELLOW_FLASH, "t")} for label in ("A", "B")]
        filled = fill_batch(DESCRIBED, commands)
        assert (filled.method, filled.target) == ("POST", "/stores/s%201/lights")
        assert filled.headers == {"Content-Type": "application/json"}
        assert filled.body == (
            b'{"lights":[{"id":"A","rgb":"#ffc800","rhythm":"1-1-3","for":45},'
            b'{"id":"B","rgb":"#ffc800","rhythm":"1-1-3","for":45}]}'
        )

    @given(st.lists(text, min_size=1, max_size=5))
    def test_labels_cannot_break_out_of_a_batch(self, labels: list[str]) -> None:
        commands = [{**GIVEN, **values_for(DESCRIBED, label, YELLOW_FLASH, "t")} for label in labels]
        assert [each["id"] for each in json.loads(fill_batch(DESCRIBED, commands).body)["lights"]] == labels

    @given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20))
    def test_a_value_is_one_step_of_a_path_and_one_value_of_a_query(self, label: str) -> None:
        request = Request(path="/a/{label}/b", query={"q": "x{label}"}, form={"f": "{label}"})
        filled = fill(request, {"label": label})
        path, _, query = filled.target.partition("?")
        steps = path.split("/")
        assert len(steps) == 4
        assert unquote(steps[2]) == label
        assert steps[2] not in (".", "..")
        assert parse_qsl(query, keep_blank_values=True) == [("q", f"x{label}")]
        assert parse_qsl(form_body(filled.form or {}).decode(), keep_blank_values=True) == [("f", label)]

    def test_text_and_headers(self) -> None:
        request = Request(path="/", text="on {label}", headers={"X-Label": "{label}", "Content-Type": "text/csv"})
        filled = fill(request, {"label": "A"})
        assert (filled.body, filled.headers) == (b"on A", {"X-Label": "A", "Content-Type": "text/csv"})

    def test_what_differs_outside_the_list_goes_in_another_call(self) -> None:
        batch = "batch: {most: 5, list: items}\n"
        ipx_like = read_description(
            "name: S\nsource: s\nverified: never\ncolours: {blue: 1, cyan: 2}\n"
            + batch
            + 'light: {path: /l, json: {color: "{colour}", items: [{id: "{label}"}]}}\n'
        )
        blue, cyan = (Flash(colour=each, duration_s=9) for each in (LightColour.BLUE, LightColour.CYAN))
        keys = [
            batch_key(ipx_like, values_for(ipx_like, *each, "t")) for each in (("A", blue), ("B", blue), ("C", cyan))
        ]
        assert keys[0] == keys[1] != keys[2]


class TestDuration:
    @pytest.mark.parametrize(
        ("kind", "asked_s", "played", "said"),
        [
            ("{unit: seconds, max_s: 60}", 45, 45, 45),
            ("{unit: seconds, max_s: 60}", 90, 60, 60),
            ("{unit: milliseconds}", 45, 45, 45_000),
            ("{unit: minutes, min_s: 60}", 150, 120, 2),
            ("{unit: minutes, min_s: 60}", 59, 60, 1),
            ('{choices: {"10": 10s, "60": 1m}}', 59, 10, "10s"),
            ('{choices: {"10": 10s, "60": 1m}}', 300, 60, "1m"),
        ],
    )
    def test_it_is_said_as_the_server_wants_it(self, kind: str, asked_s: int, played: int, said: Any) -> None:
        here = described(f"duration: {kind}\n")
        flash = Flash(colour=LightColour.BLUE, duration_s=asked_s)
        assert played_s(here, asked_s) == played
        assert values_for(here, "A", flash, "t")["duration"] == said

    def test_a_colour_it_has_no_word_for_is_its_first(self) -> None:
        assert values_for(described(""), "A", YELLOW_FLASH, "t")["colour"] == 7


class TestJudge:
    @pytest.mark.parametrize(
        ("status", "body", "meaning"),
        [
            (202, {"ok": True, "job": "j1"}, Meaning.TAKEN),
            (202, {"ok": False, "why": "full"}, Meaning.REFUSED),
            (200, {"ok": True}, Meaning.REFUSED),
            (404, {"why": "no such label"}, Meaning.UNKNOWN),
            (401, None, Meaning.EXPIRED),
            (503, None, Meaning.BUSY),
            (429, {"ok": True}, Meaning.BUSY),
            (302, None, Meaning.REFUSED),
        ],
    )
    def test_what_answers_mean(self, status: int, body: Any, meaning: Meaning) -> None:
        verdict = judge(DESCRIBED.answer, status, json.dumps(body).encode())
        assert verdict.meaning is meaning

    def test_labels_that_were_not_taken_and_the_task(self) -> None:
        body = {"ok": True, "job": "j1", "rejected": [{"id": "B", "why": "gone"}, {"id": 7}, {"why": "nobody"}, "x"]}
        verdict = judge(DESCRIBED.answer, 202, json.dumps(body).encode())
        assert (verdict.failed, verdict.task) == ({"B": "gone", "7": ""}, "j1")

    def test_true_is_not_one_and_not_a_word(self) -> None:
        answer = described("answer: {success: {path: ok, equals: [true]}}\n").answer
        assert judge(answer, 200, b'{"ok": true}').meaning is Meaning.TAKEN
        assert judge(answer, 200, b'{"ok": 1}').meaning is Meaning.REFUSED

    @given(st.integers(100, 599), st.binary(max_size=60) | st.sampled_from([b"[" * 90_000, b"null", b"{}"]))
    def test_any_answer_means_something(self, status: int, raw: bytes) -> None:
        assert judge(DESCRIBED.answer, status, raw).meaning in Meaning
        assert judge(Answer(), status, raw).meaning in Meaning
        assert DESCRIBED.status is not None
        assert stands(DESCRIBED.status, raw) is Standing.WAITING

    @pytest.mark.parametrize(
        ("said", "standing"),
        [
            ("shown", Standing.DELIVERED),
            ("refused", Standing.FAILED),
            ("silent", Standing.EXPIRED),
            ("on its way", Standing.WAITING),
        ],
    )
    def test_how_a_command_stands(self, said: str, standing: Standing) -> None:
        assert DESCRIBED.status is not None
        assert stands(DESCRIBED.status, json.dumps({"state": said}).encode()) is standing
