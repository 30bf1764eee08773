"""AIMS's requests byte for byte, its answers in every wrapping, and parsers that raise only their own error."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.labels.drivers.solum_aims.protocol import (
    COLOURS,
    DURATIONS,
    AimsLabel,
    Blink,
    blink_request,
    image_request,
    page_request,
    parse_kind,
    parse_labels,
    parse_statuses,
    parse_token,
    token_request,
)
from backend.labels.port import AnswerMalformed
from shared.labels import LightColour

PAYLOADS = Path(__file__).parents[4] / "payloads" / "solum_aims"
PARSERS = (parse_token, parse_statuses, parse_labels, parse_kind)
LINE = {"labelCode": "A", "status": "SUCCESS", "lastUpdated": "2026-01-05T08:00:00"}


def payload(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes().strip()


class TestRequests:
    def test_an_led_call_byte_for_byte(self) -> None:
        blinks = [Blink("0848A1B2C3D4", LightColour.BLUE, 30), Blink("0848A1B2C3D5", LightColour.CYAN, 0)]
        assert blink_request(blinks) == payload("led_request.json")

    def test_a_page_change_byte_for_byte(self) -> None:
        assert page_request(["0848A1B2C3D4"], 2) == payload("page_request.json")

    def test_signing_in_byte_for_byte(self) -> None:
        assert token_request("picker", 'say "hush"') == b'{"username":"picker","password":"say \\"hush\\""}'

    def test_a_picture_byte_for_byte(self) -> None:
        assert image_request("A", 3, "iVBORw==") == (
            b'{"labelCode":"A","page":3,"frontPage":3,"image":"iVBORw==","dithering":false}'
        )

    @given(st.sampled_from(LightColour), st.integers(10, 600), st.integers(0, 9), st.text(max_size=20))
    def test_a_flash_is_as_long_as_the_list_allows_and_never_longer(
        self, colour: LightColour, duration_s: int, pattern_id: int, label: str
    ) -> None:
        blink = Blink(label, colour, duration_s, pattern_id)
        (entry,) = json.loads(blink_request([blink]))["ledBlinkList"]
        seconds = {text: each for each, text in DURATIONS.items()}[entry["duration"]]
        assert seconds == blink.played_s <= duration_s
        assert not [each for each in DURATIONS if seconds < each <= duration_s]
        assert (entry["labelCode"], entry["color"], entry["patternId"]) == (label, COLOURS[colour], pattern_id)


class TestAnswers:
    def test_a_token(self) -> None:
        token = parse_token(payload("token_answer.json"))
        assert (token.access_token, token.expires_in) == ("eyJhbGciOi.J9.sig", 86400)
        assert token.access_token not in repr(token)

    def test_labels_as_public_clients_know_them(self) -> None:
        (label,) = parse_labels(payload("labels_answer.json"))
        report = label.report()
        assert (report.external_id, report.model, report.firmware) == ("0848A1B2C3D4", "GRAPHIC_2_9_RED_NFC", "2.7")
        assert report.accent == "red"
        assert (report.signal_dbm, report.battery_mv) == (None, 0)  # EXCELLENT and GOOD are no figures

    @pytest.mark.parametrize(
        ("kind", "accent"),
        [("GRAPHIC_2_9_RED_NFC", "red"), ("graphic 1.6 yellow", "yellow"), ("GRAPHIC_2_9_NFC", ""), ("REDUCED", "")],
    )
    def test_the_colour_of_a_display_is_a_word_of_its_kind(self, kind: str, accent: str) -> None:
        assert AimsLabel(labelCode="A", labelType=kind).report().accent == accent

    @pytest.mark.parametrize(
        "body",
        [
            [LINE],
            {"responseCode": "200", "responseMessage": [LINE]},
            {"responseCode": "200", "responseMessage": {"content": [LINE], "totalPages": 1}},
            {"responseCode": "200", "responseMessage": "SUCCESS", "labelLedList": [LINE]},
        ],
    )
    def test_the_list_is_found_in_every_wrapping(self, body: Any) -> None:
        (status,) = parse_statuses(json.dumps(body).encode())
        assert (status.label, status.is_success, status.is_failure) == ("A", True, False)

    def test_nothing_there_is_an_empty_list(self) -> None:
        assert parse_statuses(b"") == []

    @pytest.mark.parametrize("raw", [b"{", b"{}", b'"x"', b"null", b"[1]", b"[" * 100_000])
    def test_what_is_no_list_is_malformed(self, raw: bytes) -> None:
        with pytest.raises(AnswerMalformed):
            parse_statuses(raw)

    @given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
    def test_any_bytes_raise_only_malformed(self, raw: bytes) -> None:
        for parse in PARSERS:
            with contextlib.suppress(AnswerMalformed):
                parse(raw)

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: (
                st.lists(inner)
                | st.dictionaries(st.sampled_from(["responseMessage", "labelCode", "status", "access_token"]), inner)
            ),
        )
    )
    def test_any_json_raises_only_malformed(self, body: Any) -> None:
        for parse in PARSERS:
            with contextlib.suppress(AnswerMalformed):
                parse(json.dumps(body).encode())
