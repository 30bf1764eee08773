"""Where the app was loaded from, and what crosses into JavaScript."""

from __future__ import annotations

import pytest

from mobile.web.browser import kept_callback, origin, socket_origin, to_javascript
from tests.mobile.fake_javascript import FakeBrowser


@pytest.mark.parametrize(
    ("loaded_from", "websockets"),
    [("https://shop.example", "wss://shop.example"), ("http://10.0.0.5:8000", "ws://10.0.0.5:8000")],
)
def test_websockets_go_where_the_app_came_from(browser: FakeBrowser, loaded_from: str, websockets: str) -> None:
    browser.location.origin = loaded_from
    assert (origin(), socket_origin()) == (loaded_from, websockets)


def test_dictionaries_become_objects_at_every_depth(browser: FakeBrowser) -> None:
    converted = to_javascript({"outer": {"inner": [1, {"deep": True}]}})
    assert converted.outer.inner[1].deep is True


def test_a_kept_callback_is_called_until_it_is_destroyed(browser: FakeBrowser) -> None:
    heard: list[int] = []
    callback = kept_callback(heard.append)
    callback(1)
    callback.destroy()
    with pytest.raises(AssertionError):
        callback(2)
    assert heard == [1]
