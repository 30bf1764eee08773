"""The order that was asked for, and no other."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from backend.channels.port.errors import PayloadUnknown
from backend.channels.port.fetched import asked_for


def test_another_order_than_was_asked_for_is_not_taken() -> None:
    found: Any = SimpleNamespace(external_id="web-1")
    assert asked_for(found, "web-1") is found
    with pytest.raises(PayloadUnknown) as refused:
        asked_for(found, "web-2")
    assert refused.value.facts["external_id"] == "web-2"
