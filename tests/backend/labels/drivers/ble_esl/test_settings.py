"""A gateway's settings: what is refused, and that keys are not shown."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from backend.labels.drivers.ble_esl.settings import BleEslSettings

KEY = "57A9DA12D12E6E131E20612AD10A6A1946E77AB1EF007A9E"


def settings(**changes: Any) -> dict[str, Any]:
    labels = {"A": {"group": 3, "id": 5, "response_key": KEY}, "B": {"group": 4, "id": 5, "response_key": KEY.lower()}}
    return {"line": "/dev/ttyACM0", "labels": labels} | changes


class TestSettings:
    @pytest.mark.parametrize("line", ["/dev/ttyACM0", "COM3", "tcp://10.0.0.7:3333", "tcp://ap.shop.lan:3333"])
    def test_where_a_shell_can_be(self, line: str) -> None:
        filled = BleEslSettings.model_validate(settings(line=line))
        assert filled.labels["A"].address.encoded() == 0x0305
        assert filled.labels["A"].key.encoded() == filled.labels["B"].key.encoded() == bytes.fromhex(KEY)

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"line": "http://10.0.0.7"}, "line"),
            ({"line": "tcp://10.0.0.7"}, "line"),
            ({"labels": {}}, "labels"),
            ({"labels": {"A": {"group": 128, "id": 5, "response_key": KEY}}}, "group"),
            ({"labels": {"A": {"group": 3, "id": 255, "response_key": KEY}}}, "id"),
            ({"labels": {"A": {"group": 3, "id": 5, "response_key": KEY[:-1] + "x"}}}, "response key of A"),
            ({"labels": {name: {"group": 3, "id": 5, "response_key": KEY} for name in "AB"}}, "A and B have the same"),
            ({"interval_s": 15}, "two intervals"),
            ({"keep_alive_s": 3_600}, "keep_alive_s"),
            ({"brightness": 4}, "brightness"),
            ({"response_slots": 24}, "response_slots"),
            ({"colour": "red"}, "colour"),
        ],
    )
    def test_what_cannot_be_is_refused(self, changes: dict[str, Any], says: str) -> None:
        with pytest.raises(ValidationError, match=says):
            BleEslSettings.model_validate(settings(**changes))

    def test_keys_are_not_shown(self) -> None:
        assert KEY not in repr(BleEslSettings.model_validate(settings()))
