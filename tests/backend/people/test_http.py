"""The guards: who passes, over HTTP and before a websocket is accepted."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from backend.people.errors import (
    ChannelKeyRefused,
    NotSignedIn,
    OriginNotAllowed,
    SessionEnded,
    SessionLocked,
    StoreNotYours,
)
from backend.people.http import authenticate_channel, authenticate_socket, require_origin, require_own_store
from backend.people.principals import ChannelPrincipal
from shared.sync.envelope import SUBPROTOCOL
from tests.backend.people.conftest import HOME, LIMITS, OTHER, Desk

ALLOWED = ["https://panel.example"]


class TestOrigin:
    @pytest.mark.parametrize(
        ("host", "origin"),
        [
            ("pick.example", "https://pick.example"),
            ("pick.example", "HTTPS://Pick.Example"),
            ("pick.example:443", "https://pick.example"),
            ("pick.example:8000", "http://pick.example:8000"),
            ("[::1]:8000", "http://[::1]:8000"),
            ("pick.example", "https://panel.example"),
            ("pick.example", "https://panel.example:443"),
            ("pick.example", None),
        ],
    )
    def test_our_own_pages_listed_ones_and_programs_pass(self, host: str, origin: str | None) -> None:
        headers = {"host": host} | ({"origin": origin} if origin is not None else {})
        require_origin(Headers(headers), ALLOWED)

    @pytest.mark.parametrize(
        "origin",
        [
            "https://evil.example",
            "https://pick.example.evil.example",
            "https://pick.example:8443",
            "https://evil.example/pick.example",
            "https://pick.example@evil.example",
            "http://panel.example",
            "null",
            "",
            "//",
            "https://",
            "https://[",
            "https://pick.example:port",
        ],
    )
    def test_every_other_page_is_refused(self, origin: str) -> None:
        with pytest.raises(OriginNotAllowed):
            require_origin(Headers({"host": "pick.example", "origin": origin}), ALLOWED)

    def test_no_host_makes_nobody_one_of_us(self) -> None:
        with pytest.raises(OriginNotAllowed):
            require_origin(Headers({"origin": "https://pick.example"}), [])


class TestSocket:
    def sign_in(self, desk: Desk) -> str:
        desk.hire("P-1")
        return desk.sign_in(desk.phone()[0], "P-1").session_token

    def test_a_browser_sends_its_token_as_a_subprotocol(self, desk: Desk) -> None:
        token = self.sign_in(desk)
        headers = Headers({"host": "pick.example", "origin": "https://pick.example"})
        offered = [SUBPROTOCOL, f"token.{token}"]
        assert desk.run(authenticate_socket(desk.people, headers, offered, [])).store_id == HOME

    def test_a_program_sends_it_as_a_bearer(self, desk: Desk) -> None:
        headers = Headers({"authorization": f"Bearer {self.sign_in(desk)}"})
        assert desk.run(authenticate_socket(desk.people, headers, [SUBPROTOCOL], [])).store_id == HOME

    @pytest.mark.parametrize(
        "headers", [{}, {"authorization": ""}, {"authorization": "Bearer "}, {"authorization": "Basic x"}]
    )
    def test_nobody_is_refused(self, desk: Desk, headers: dict[str, str]) -> None:
        with pytest.raises(NotSignedIn):
            desk.run(authenticate_socket(desk.people, Headers(headers), [SUBPROTOCOL], []))

    def test_a_foreign_page_is_refused_even_with_a_token(self, desk: Desk) -> None:
        token = self.sign_in(desk)
        headers = Headers(
            {"host": "pick.example", "origin": "https://evil.example", "authorization": f"Bearer {token}"}
        )
        with pytest.raises(OriginNotAllowed):
            desk.run(authenticate_socket(desk.people, headers, [], []))

    def test_an_ended_and_a_locked_session_are_refused(self, desk: Desk) -> None:
        token = self.sign_in(desk)
        headers = Headers({"authorization": f"Bearer {token}"})
        desk.clock.advance(LIMITS.idle_s)
        with pytest.raises(SessionLocked):
            desk.run(authenticate_socket(desk.people, headers, [], []))
        desk.clock.advance(LIMITS.absolute_s)
        with pytest.raises(SessionEnded):
            desk.run(authenticate_socket(desk.people, headers, [], []))

    def test_connecting_again_and_again_puts_no_lock_off(self, desk: Desk) -> None:
        headers = Headers({"authorization": f"Bearer {self.sign_in(desk)}"})
        for _ in range(3):
            desk.clock.advance(LIMITS.idle_s / 3 - 1)
            desk.run(authenticate_socket(desk.people, headers, [], []))
        desk.clock.advance(3)
        with pytest.raises(SessionLocked):
            desk.run(authenticate_socket(desk.people, headers, [], []))


class TestChannelSocket:
    def test_a_key_opens_it_either_way(self, desk: Desk) -> None:
        key = desk.run(desk.people.create_channel_key(HOME, "chn_shop", "test")).key
        bearer = Headers({"authorization": f"Bearer {key}"})
        assert desk.run(authenticate_channel(desk.people, bearer, [])).channel_id == "chn_shop"
        assert desk.run(authenticate_channel(desk.people, Headers({}), [f"token.{key}"])).channel_id == "chn_shop"

    def test_nothing_else_does(self, desk: Desk) -> None:
        desk.hire("P-1")
        session_token = desk.sign_in(desk.phone()[0], "P-1").session_token
        for headers in ({}, {"authorization": f"Bearer {session_token}"}, {"authorization": "Bearer bpk_" + "0" * 64}):
            with pytest.raises(ChannelKeyRefused):
                desk.run(authenticate_channel(desk.people, Headers(headers), []))

    def test_a_web_page_is_no_channel(self, desk: Desk) -> None:
        key = desk.run(desk.people.create_channel_key(HOME, "chn_shop", "test")).key
        headers = Headers({"authorization": f"Bearer {key}", "origin": "https://pick.example", "host": "pick.example"})
        with pytest.raises(OriginNotAllowed):
            desk.run(authenticate_channel(desk.people, headers, []))


class TestOwnStore:
    def test_another_store_is_not_there(self) -> None:
        with pytest.raises(StoreNotYours):
            require_own_store(ChannelPrincipal("chn_shop", HOME), OTHER)

    def test_ones_own_is(self) -> None:
        require_own_store(ChannelPrincipal("chn_shop", HOME), HOME)
