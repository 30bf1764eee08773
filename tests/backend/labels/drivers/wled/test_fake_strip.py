"""The fake strip keeps to WLED's firmware where that decides how the driver must behave."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backend.labels.drivers.wled.fake_strip import FakeStrip


def change(strip: FakeStrip, now_s: float, **request: Any) -> tuple[int, dict[str, Any]]:
    return strip.change(json.dumps(request | {"v": True}).encode(), now_s)


class TestNightlight:
    def test_it_darkens_the_strip_after_its_minutes(self) -> None:
        strip = FakeStrip(10)
        change(strip, 0, nl={"on": True, "dur": 2, "mode": 0, "tbri": 0})
        assert strip.state(119)["on"]
        assert not strip.state(120)["on"]

    def test_asked_for_again_it_does_not_begin_again(self) -> None:
        strip = FakeStrip(10)
        for now_s in (0, 60):
            change(strip, now_s, nl={"on": True, "dur": 2, "mode": 0, "tbri": 0})
        assert not strip.state(120)["on"]

    @pytest.mark.parametrize(("pause_s", "is_renewed"), [(0.05, False), (0.25, True)])
    def test_it_begins_again_only_after_a_pause(self, pause_s: float, is_renewed: bool) -> None:
        strip = FakeStrip(10)
        change(strip, 0, nl={"on": True, "dur": 2, "mode": 0, "tbri": 0})
        change(strip, 60, nl={"on": False})
        change(strip, 60 + pause_s, nl={"on": True, "dur": 2, "mode": 0, "tbri": 0})
        assert strip.state(125)["on"] is is_renewed


class TestSegments:
    def test_a_new_segment_is_put_at_the_end_whatever_its_number(self) -> None:
        strip = FakeStrip(10)
        _, state = change(strip, 0, seg=[{"id": 9, "start": 3, "stop": 5, "n": "x"}])
        assert [(each["id"], each.get("n")) for each in state["seg"]] == [(0, None), (1, "x")]

    def test_tidying_up_changes_numbers(self) -> None:
        strip = FakeStrip(10)
        change(strip, 0, seg=[{"id": each, "start": each, "stop": each + 1, "n": str(each)} for each in range(1, 5)])
        _, state = change(strip, 0, seg=[{"id": 1, "stop": 0}, {"id": 3, "stop": 0}])
        assert [(each["id"], each.get("n")) for each in state["seg"]] == [(0, None), (1, "2"), (2, "4")]

    def test_beyond_its_most_segments_it_takes_none(self) -> None:
        strip = FakeStrip(10, segments_max=2)
        _, state = change(strip, 0, seg=[{"id": each, "start": each, "stop": each + 1} for each in range(1, 4)])
        assert len(state["seg"]) == 2

    @pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"null"])
    def test_what_is_no_request_is_refused(self, raw: bytes) -> None:
        assert FakeStrip(10).change(raw, 0) == (400, {"error": 9})
