"""Channels as a supervisor keeps them: settings in and never out, secrets replaced while both are good, pauses."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from backend.channels.channel_desk import BOTH_SECRETS_VALID
from backend.channels.models import ChannelRow
from backend.people.models import AccessRow
from tests.backend.channels.conftest import OTHER_SUPERVISOR, PICKER, SUPERVISOR, Room, order_body, order_with
from tests.backend.channels.payloads import cases, payload
from tests.backend.databases import both_databases

SETTINGS: dict[str, Any] = cases("open_delivery")["settings"]
HEADERS: dict[str, str] = cases("open_delivery")["pushed"][0]["headers"]
EVENT = payload("open_delivery", "event_created.json")


@pytest.fixture
def channel(room: Room) -> str:
    return room.add_channel("open_delivery", **SETTINGS)


def event(number: int) -> bytes:
    return json.dumps({**json.loads(EVENT), "eventId": f"e-{number}"}).encode()


def push(room: Room, channel: str, number: int, secret: str = SETTINGS["client_secret"]) -> int:
    signature = hmac.new(secret.encode(), event(number), hashlib.sha256).hexdigest()
    headers = {**HEADERS, "x-app-signature": signature}
    return room.ask("POST", f"/channels/{channel}/v1/newEvent", content=event(number), headers=headers).status_code


def change(room: Room, channel: str, token: str = SUPERVISOR, **changes: Any) -> httpx.Response:
    return room.ask("PATCH", f"/intake/channels/{channel}", token, json=changes)


def new_secret(secret: str | None) -> dict[str, Any]:
    return {**{name: value for name, value in SETTINGS.items() if name != "client_secret"}, "client_secret": secret}


class TestKeep:
    def test_secrets_are_sealed_and_never_shown(self, room: Room, channel: str) -> None:
        (row,) = room.rows(ChannelRow)
        assert SETTINGS["client_secret"] not in json.dumps(row.settings)
        shown = room.ask("GET", f"/intake/channels/{channel}", SUPERVISOR)
        assert shown.json()["settings"] == {**SETTINGS, "client_secret": {"is_set": True}}
        assert push(room, channel, 1) == 200

    @both_databases
    def test_what_an_older_version_stored_is_sealed_at_a_start(self, room: Room, channel: str) -> None:
        def as_before(tx: Any) -> None:
            row = tx.session.get(ChannelRow, channel)
            row.settings = dict(SETTINGS)
            tx.session.add(row)

        room.run(room.writer.submit(as_before))
        assert room.channels.adapters.shown(room.rows(ChannelRow)[0])["client_secret"] == {"is_set": True}
        for _ in range(2):
            room.run(room.channels.known.seal_secrets())
        (row,) = room.rows(ChannelRow)
        assert SETTINGS["client_secret"] not in json.dumps(row.settings)
        assert push(room, channel, 1) == 200

    def test_what_is_left_out_stays_and_a_wrong_setting_changes_nothing(self, room: Room, channel: str) -> None:
        without = {name: value for name, value in SETTINGS.items() if name != "client_secret"}
        assert change(room, channel, settings={**without, "client_id": "other"}).status_code == 204
        assert push(room, channel, 1) == 200
        assert change(room, channel, settings={**without, "surprise": 1}).status_code == 422
        shown = room.ask("GET", f"/intake/channels/{channel}", SUPERVISOR).json()["settings"]
        assert (shown["client_id"], shown["client_secret"]) == ("other", {"is_set": True})

    def test_a_name_is_given_once(self, room: Room, channel: str, native: str) -> None:
        assert change(room, channel, name="Market").status_code == 204
        refused = change(room, native, name="Market")
        assert (refused.status_code, refused.json()["code"]) == (409, "channel_name_taken")
        body = {"adapter": "native", "name": "Market"}
        assert room.ask("POST", "/channels", SUPERVISOR, json=body).status_code == 409
        assert change(room, channel, name="Market").status_code == 204, "its own name is no other's"

    def test_who_changed_what_is_on_record_without_values(self, room: Room, channel: str) -> None:
        change(room, channel, settings=new_secret("the-new-one"), is_enabled=False)
        (line,) = [row for row in room.rows(AccessRow) if row.what == "channel.changed"]
        assert "client_secret" in line.detail
        assert "paused" in line.detail
        assert "the-new-one" not in line.detail

    @pytest.mark.parametrize(("token", "status"), [("", 401), (PICKER, 403), (OTHER_SUPERVISOR, 404)])
    def test_only_this_store_s_supervisors(self, room: Room, channel: str, token: str, status: int) -> None:
        assert change(room, channel, token, is_enabled=False).status_code == status
        assert room.ask("GET", f"/intake/channels/{channel}", token).status_code == status
        assert push(room, channel, 1) == 200


class TestRotate:
    @both_databases
    def test_both_secrets_are_good_for_a_day(self, room: Room, channel: str) -> None:
        assert change(room, channel, settings=new_secret("the-new-one")).status_code == 204
        assert push(room, channel, 1, "the-new-one") == 200
        assert push(room, channel, 2) == 200
        assert push(room, channel, 3, "a-guess") == 401
        until = room.ask("GET", f"/intake/channels/{channel}", SUPERVISOR).json()["last_secret_until"]
        assert until is not None
        room.clock.advance(BOTH_SECRETS_VALID.total_seconds() + 1)
        assert push(room, channel, 4) == 401
        assert push(room, channel, 5, "the-new-one") == 200
        assert room.ask("GET", f"/intake/channels/{channel}", SUPERVISOR).json()["last_secret_until"] is None

    def test_one_that_leaked_is_good_no_longer(self, room: Room, channel: str) -> None:
        change(room, channel, settings=new_secret("the-new-one"), keeps_last_secret=False)
        assert push(room, channel, 1) == 401
        assert push(room, channel, 2, "the-new-one") == 200

    def test_saving_the_same_again_ends_no_day(self, room: Room, channel: str) -> None:
        change(room, channel, settings=new_secret("the-new-one"))
        room.clock.advance(timedelta(hours=1).total_seconds())
        change(room, channel, settings=new_secret("the-new-one"))
        assert push(room, channel, 1) == 200


class TestKeys:
    def test_one_more_and_one_less(self, room: Room, native: str) -> None:
        made = room.ask("POST", f"/intake/channels/{native}/keys", SUPERVISOR).json()
        assert room.ask("GET", "/orders", made["key"]).status_code == 200
        assert room.ask("GET", "/orders", room.key(native)).status_code == 200
        keys = room.ask("GET", f"/intake/channels/{native}", SUPERVISOR).json()["keys"]
        assert [each["id"] for each in keys] == [room.key(native), made["key_id"]]
        ended = room.ask("DELETE", f"/intake/channels/{native}/keys/{room.key(native)}", SUPERVISOR)
        assert ended.status_code == 204
        assert room.ask("GET", "/orders", room.key(native)).status_code == 401
        assert room.ask("GET", "/orders", made["key"]).status_code == 200

    def test_none_for_another_store_s_channel(self, room: Room, native: str) -> None:
        assert room.ask("POST", f"/intake/channels/{native}/keys", OTHER_SUPERVISOR).status_code == 404


class TestPause:
    def test_a_paused_channel_sends_nothing_in_and_hears_what_is_due(self, room: Room, native: str) -> None:
        room.post_order(native, order_body(), "k-1")
        change(room, native, is_enabled=False)
        refused = room.post_order(native, order_body(external_id="web-2"), "k-2")
        assert (refused.status_code, refused.json()["code"]) == (409, "channel_disabled")
        assert room.told_names(native) == ["order.accepted"]
        change(room, native, is_enabled=True)
        assert room.post_order(native, order_body(external_id="web-2"), "k-2").status_code == 202


class TestLook:
    def test_how_each_channel_does(self, room: Room, channel: str, native: str) -> None:
        push(room, channel, 1, "a-guess")
        room.post_order(native, order_with(sku="NEW", gtins=[]), "k-1")
        views = {view["id"]: view for view in room.ask("GET", "/intake/channels", SUPERVISOR).json()}
        assert (views[channel]["to_see_to"], views[channel]["held_orders"]) == (1, 0)
        assert (views[native]["to_see_to"], views[native]["held_orders"]) == (0, 1)
        assert views[native]["unacknowledged"] == 1
        assert views[native]["last_message_at"] is not None
        assert room.ask("GET", "/intake/channels", OTHER_SUPERVISOR).json() == []

    def test_undelivered_calls_are_counted(self, room: Room, channel: str) -> None:
        room.transport.target = httpx.MockTransport(lambda _: httpx.Response(404))
        push(room, channel, 1)
        room.settle()
        (view,) = room.ask("GET", "/intake/channels", SUPERVISOR).json()
        assert view["undelivered"] + view["held_orders"] == 1

    def test_every_adapter_says_what_it_wants_to_be_told(self, room: Room) -> None:
        adapters = {each["name"]: each for each in room.ask("GET", "/intake/channel-adapters", SUPERVISOR).json()}
        assert adapters.keys() == {folder.manifest.name for folder in room.channels.registry.adapters()}
        secret = adapters["open_delivery"]["settings"]["properties"]["client_secret"]
        assert secret["format"] == "password"
        assert secret["x-words"]["en"]["title"] == "Client secret"
        assert adapters["meituan"]["verified_by"] == "simulator"
