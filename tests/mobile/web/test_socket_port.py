"""The end of a connection says its code, and its reason if it has one."""

from __future__ import annotations

import pytest

from mobile.web.socket_port import SocketClosed


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [("", "websocket closed: 1006"), ("going away", "websocket closed: 1006 going away")],
)
def test_an_end_is_a_sentence(reason: str, sentence: str) -> None:
    end = SocketClosed(1006, reason)
    assert (end.code, end.reason, str(end)) == (1006, reason, sentence)
