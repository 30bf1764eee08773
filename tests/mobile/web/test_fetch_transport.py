"""httpx over `fetch`: what is asked, what is answered, and that every failure has httpx's own name."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from mobile.web.fetch_transport import FetchTransport
from tests.mobile.fake_javascript import FakeBrowser, FakeResponse, JsException

URL = "https://picking.store.example/api/v1/people/sign-in"


async def asked(method: str = "POST", **options: Any) -> httpx.Response:
    async with httpx.AsyncClient(transport=FetchTransport()) as http:
        return await http.request(method, URL, **options)


class TestRequest:
    def test_carries_method_address_headers_and_body(self, browser: FakeBrowser, run: Callable) -> None:
        run(asked(json={"badge": "4711"}, headers={"X-Device-Token": "dev_1"}))
        request = browser.requests[0]
        assert (request.method, request.url, request.body) == ("POST", URL, b'{"badge":"4711"}')
        assert ["x-device-token", "dev_1"] in request.headers
        assert ["content-type", "application/json"] in request.headers

    def test_leaves_out_what_only_the_browser_may_say(self, browser: FakeBrowser, run: Callable) -> None:
        run(asked(json={}, headers={"Cookie": "a=b"}))
        names = {name for name, _ in browser.requests[0].headers}
        assert names.isdisjoint({"host", "user-agent", "content-length", "accept-encoding", "connection", "cookie"})

    def test_is_neither_cached_nor_told_to_another_origin(self, browser: FakeBrowser, run: Callable) -> None:
        run(asked())
        assert (browser.requests[0].cache, browser.requests[0].credentials) == ("no-store", "same-origin")

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_has_no_body_where_fetch_refuses_one(self, browser: FakeBrowser, run: Callable, method: str) -> None:
        run(asked(method, json={"odd": True}))
        assert not hasattr(browser.requests[0], "body")


class TestAnswer:
    def test_comes_with_its_status_headers_and_content(self, browser: FakeBrowser, run: Callable) -> None:
        browser.answer = FakeResponse(b'{"code":"x"}', status=409, headers={"content-type": "application/json"})
        answer = run(asked())
        assert (answer.status_code, answer.json()) == (409, {"code": "x"})
        assert answer.headers["content-type"] == "application/json"

    def test_that_the_browser_has_unpacked_is_not_unpacked_again(self, browser: FakeBrowser, run: Callable) -> None:
        headers = {"content-encoding": "gzip", "content-length": str(len(gzip.compress(b"plain" * 99)))}
        browser.answer = FakeResponse(b"plain" * 99, headers=headers)
        assert run(asked()).content == b"plain" * 99

    def test_may_be_empty(self, browser: FakeBrowser, run: Callable) -> None:
        browser.answer = FakeResponse(status=204)
        answer = run(asked())
        assert (answer.status_code, answer.content) == (204, b"")


class TestFailure:
    def test_without_network_is_a_connect_error(self, browser: FakeBrowser, run: Callable) -> None:
        browser.answer = JsException("Failed to fetch")
        with pytest.raises(httpx.ConnectError, match="Failed to fetch"):
            run(asked())

    def test_in_the_middle_of_the_body_is_one_too(self, browser: FakeBrowser, run: Callable) -> None:
        browser.answer = FakeResponse(b"half")
        browser.answer.breaks_off = True
        with pytest.raises(httpx.ConnectError):
            run(asked())

    def test_by_silence_is_a_timeout_and_ends_the_request(self, browser: FakeBrowser, run: Callable) -> None:
        browser.answer = None
        with pytest.raises(httpx.ReadTimeout):
            run(asked(timeout=0))
        assert browser.requests[0].signal.is_aborted

    def test_a_cancelled_request_is_ended(self, browser: FakeBrowser, run: Callable) -> None:
        async def give_up() -> None:
            request = asyncio.ensure_future(asked())
            for _ in range(20):  # turns of the event loop, until it has reached the browser
                await asyncio.sleep(0)
            assert not browser.requests[0].signal.is_aborted
            request.cancel()
            with pytest.raises(asyncio.CancelledError):
                await request

        browser.answer = None
        run(give_up())
        assert browser.requests[0].signal.is_aborted
