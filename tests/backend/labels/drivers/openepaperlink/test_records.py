"""What the access point says, as recorded and as anything else: parsers raise only their own error."""

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.labels.drivers.openepaperlink.records import (
    parse_backup,
    parse_config,
    parse_message,
    parse_page,
    parse_tag_type,
)
from backend.labels.port import AnswerMalformed

PAYLOADS = Path(__file__).parents[4] / "payloads" / "openepaperlink"
PARSERS = (parse_page, parse_message, parse_tag_type, parse_backup, parse_config)


class TestRecords:
    def test_a_page_with_more_to_come(self) -> None:
        page = parse_page((PAYLOADS / "get_db_page.json").read_bytes())
        assert page.next_position == 25
        first, second = page.tags
        assert (first.mac, first.pending, first.update_count) == ("0000021234567890", 1, 41)
        assert (first.has_led, second.has_led) == (True, False)
        assert first.battery_mv == 2941
        assert (first.signal_dbm, first.hardware_type, first.has_reported) == (-61, 0x33, True)

    def test_the_access_points_own_screen_has_no_battery_and_no_radio(self) -> None:
        page = parse_page(b'{"tags":[{"mac":"0000021234567890","batteryMv":1337,"RSSI":100}]}')
        assert (page.tags[0].measured_battery_mv, page.tags[0].signal_dbm) == (0, None)
        assert not page.tags[0].has_reported

    def test_the_last_page(self) -> None:
        assert parse_page((PAYLOADS / "get_db_last_page.json").read_bytes()).next_position is None

    def test_a_label_record_over_the_websocket(self) -> None:
        message = parse_message((PAYLOADS / "ws_tags.json").read_text(encoding="utf-8"))
        assert [record.update_count for record in message.tags] == [42]

    def test_a_timed_out_transfer(self) -> None:
        message = parse_message((PAYLOADS / "ws_xfer_timeout.json").read_text(encoding="utf-8"))
        assert message.timed_out_mac == "0000021234567890"

    @pytest.mark.parametrize("name", ["ws_sys.json", "ws_xfer_complete.json"])
    def test_what_does_not_concern_lights_is_passed_over(self, name: str) -> None:
        message = parse_message((PAYLOADS / name).read_text(encoding="utf-8"))
        assert (message.tags, message.timed_out_mac) == ([], None)

    @pytest.mark.parametrize(
        ("line", "drawing", "transferring", "is_same"),
        [
            ("Updating 0000021234567890", "0000021234567890", None, False),
            ("0000021234567890 block request /current/x.pending block 0, len 4096", None, "0000021234567890", False),
            ("new image is the same as current image. not updating tag.", None, None, True),
            ("new image: /current/0000021234567890_1.pending", None, None, False),
        ],
    )
    def test_lines_of_the_log_that_concern_pictures(
        self, line: str, drawing: str | None, transferring: str | None, is_same: bool
    ) -> None:
        message = parse_message(json.dumps({"logMsg": line}))
        assert (message.drawing_mac, message.transferring_mac) == (drawing, transferring)
        assert message.is_same_picture is is_same

    def test_why_nothing_came_of_drawing(self) -> None:
        assert parse_message(b'{"errMsg":"invalid jpg"}').drawing_failed == "invalid jpg"
        assert parse_message(b'{"errMsg":"REBOOTING"}').drawing_failed is None

    @given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
    def test_any_bytes_raise_only_malformed(self, raw: bytes) -> None:
        for parse in PARSERS:
            with contextlib.suppress(AnswerMalformed):
                parse(raw)

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            _nested := lambda inner: (
                st.lists(inner)
                | st.dictionaries(st.sampled_from(["tags", "mac", "pending", "errMsg", "continu"]), inner)
            ),
        )
    )
    def test_any_json_raises_only_malformed(self, body: Any) -> None:
        for parse in PARSERS:
            with contextlib.suppress(AnswerMalformed):
                parse(json.dumps(body).encode())

    def test_deep_nesting_is_malformed(self) -> None:
        with pytest.raises(AnswerMalformed):
            parse_message("[" * 100_000)


class TestTagType:
    def test_a_description(self) -> None:
        tag_type = parse_tag_type((PAYLOADS / "tag_type.json").read_bytes())
        assert (tag_type.name, tag_type.width_px, tag_type.height_px) == ('M3 2.9"', 384, 168)
        assert tag_type.colours["red"] == (255, 0, 0)

    @pytest.mark.parametrize(
        ("more", "accent"),
        [("", ""), ("red", "red"), ("yellow", "yellow"), ("yellow red", "red"), ("green blue", "")],
    )
    def test_a_promotion_is_drawn_in_red_or_else_in_yellow(self, more: str, accent: str) -> None:
        table = {name: [9, 9, 9] for name in ("white", "black", *more.split())}
        raw = json.dumps({"name": "M3", "width": 296, "height": 152, "colortable": table})
        assert parse_tag_type(raw.encode()).accent == accent


class TestBackup:
    def test_a_list_of_lists_of_one(self) -> None:
        records = parse_backup((PAYLOADS / "backup_db.json").read_bytes())
        assert [record.mac for record in records] == ["0000021234567890", "0000021234567891"]

    def test_the_comma_before_a_first_record_that_is_not_the_first_of_its_memory(self) -> None:
        assert [record.mac for record in parse_backup(b'[,[{"mac":"0000021234567890"}]]')] == ["0000021234567890"]


class TestConfig:
    def test_as_it_comes_from_the_factory_nothing_is_slow(self) -> None:
        config = parse_config(b'{"C6":"1","maxsleep":10,"stopsleep":1,"sleeptime1":0,"sleeptime2":0}')
        assert (config.sleep_max_min, config.advice) == (10, "")

    def test_255_is_five_seconds(self) -> None:
        assert parse_config(b'{"maxsleep":255,"stopsleep":0}').advice == ""
