"""A supervisor looks after channels from the phone: settings, secrets, keys; and tries messages again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from mobile.services.channels_api import Channel, Message
from mobile.state.screens import Screen
from tests.e2e.preview_channels import ADAPTERS, ALL, CHANNELS, MESSAGES, SETTINGS, WHOLE
from tests.mobile.supervising import SupervisorsPhone, supervisors_phone

INTAKE = "/api/v1/intake"
MARKET = Channel.model_validate(CHANNELS[1])
UNREAD = Message.model_validate(MESSAGES[0])


def answer(phone: SupervisorsPhone, method: str, path: str, body: Any, status: int = 200) -> None:
    phone.backend.http_answers[(method, f"{INTAKE}/{path}")] = httpx.Response(status, json=body)


def refuse(phone: SupervisorsPhone, method: str, path: str, code: str, status: int = 422) -> None:
    answer(phone, method, path, {"title": "no", "detail": "why not", "code": code, "status": status}, status)


def asked(phone: SupervisorsPhone, method: str) -> list[tuple[str, Any]]:
    return [(path.removeprefix(f"{INTAKE}/"), body) for one, path, body in phone.asked if one == method]


async def supervising(folder: Path) -> SupervisorsPhone:
    phone = await supervisors_phone(folder)
    answer(phone, "GET", "channels", CHANNELS)
    answer(phone, "GET", "channel-adapters", ADAPTERS)
    answer(phone, "GET", "channels/chn_2", SETTINGS)
    answer(phone, "GET", "messages", MESSAGES)
    answer(phone, "GET", "messages/msg_3", WHOLE)
    return phone


class TestChannels:
    def test_what_was_known_stays_without_network(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await supervising(tmp_path)
            state = phone.app.setup.channels
            await state.load()
            assert (state.to_see_to, state.name_of("chn_1")) == (2, "Corner shop online")
            phone.backend.is_reachable = False
            await state.load()
            assert state.problem == "problem.unreachable"
            assert state.channels is not None
            assert len(state.channels) == 3

        run(scenario())

    def test_the_way_there_and_back(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await supervising(tmp_path)
            app = phone.app
            for screen in (Screen.CHANNELS, Screen.MESSAGES, Screen.MESSAGE):
                app.open(screen)
                assert app.screen is screen
            for screen in (Screen.MESSAGES, Screen.CHANNELS, Screen.BOARD):
                app.back()
                assert app.screen is screen
            app.open(Screen.CHANNEL)
            app.back()
            assert app.screen is Screen.CHANNELS

        run(scenario())


class TestChannel:
    def test_a_new_one_is_added(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await supervising(tmp_path)
            state = phone.app.setup.channel
            phone.backend.http_answers[("POST", "/api/v1/channels")] = httpx.Response(201, json={"id": "chn_2"})
            state.add()
            await state.load()
            state.choose_adapter("meituan")
            named = {"callback_url": "https://a.example", "app_id": "7", "app_poi_code": "10440"}
            for name, text in {**named, "app_secret": "hush"}.items():
                state.type(name, text)
            await state.save()
            assert (state.problem, state.wrong) == ("gateway.name_invalid", "name")
            state.type_name("Market")
            await state.save()
            sent = {**named, "app_secret": "hush"}
            ((path, body),) = asked(phone, "POST")
            assert (path, body) == ("/api/v1/channels", {"adapter": "meituan", "name": "Market", "settings": sent})
            assert (state.is_saved, state.is_new, state.channel_id) == (True, False, "chn_2")
            assert "app_secret" not in state.typed or not state.typed["app_secret"]

        run(scenario())

    def test_a_new_secret_leaves_the_last_one_a_day_unless_it_leaked(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await supervising(tmp_path)
            state = phone.app.setup.channel
            phone.backend.http_answers[("PATCH", f"{INTAKE}/channels/chn_2")] = httpx.Response(204)
            state.change(MARKET)
            await state.load()
            assert (state.typed["app_id"], state.secrets_set) == ("7781", {"app_secret"})
            assert not state.has_new_secret
            for has_leaked in (False, True):
                state.type("app_secret", "new")
                assert state.has_new_secret
                state.say_leaked(has_leaked=has_leaked)
                await state.save()
                assert state.is_saved
                assert not state.has_leaked
            bodies = [body for _, body in asked(phone, "PATCH")]
            assert [body["keeps_last_secret"] for body in bodies] == [True, False]
            assert bodies[0]["settings"]["app_secret"] == "new"

        run(scenario())

    def test_what_is_typed_outlasts_a_refusal(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await supervising(tmp_path)
            state = phone.app.setup.channel
            refuse(phone, "PATCH", "channels/chn_2", "channel_settings_invalid")
            state.change(MARKET)
            await state.load()
            state.type("app_id", "other")
            state.switch()
            await state.save()
            assert (state.problem, state.detail) == ("channel.invalid", "why not")
            assert (state.typed["app_id"], state.is_enabled) == ("other", False)
            refuse(phone, "PATCH", "channels/chn_2", "channel_name_taken", 409)
            await state.save()
            assert state.problem == "channel.name_taken"

        run(scenario())

    def test_a_key_is_shown_once_and_ended(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await supervising(tmp_path)
            state = phone.app.setup.channel
            answer(phone, "POST", "channels/chn_2/keys", {"key": "bpk_1", "key_id": "key_1"}, 201)
            phone.backend.http_answers[("DELETE", f"{INTAKE}/channels/chn_2/keys/key_9f2c")] = httpx.Response(204)
            state.change(MARKET)
            await state.load()
            await state.make_key()
            assert state.new_key == "bpk_1"
            await state.end_key("key_9f2c")
            assert state.new_key == ""
            assert asked(phone, "DELETE")[0][0] == "channels/chn_2/keys/key_9f2c"

        run(scenario())


class TestMessages:
    def test_all_or_only_those_to_see_to(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await supervising(tmp_path)
            state = phone.app.setup.channels
            await state.load_messages()
            assert state.messages is not None
            assert [each.id for each in state.messages] == ["msg_3", "msg_2"]
            answer(phone, "GET", "messages", ALL)
            await state.show(shows_all=True)
            assert len(state.messages) == 4

        run(scenario())

    def test_mended_and_tried_again(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await supervising(tmp_path)
            state = phone.app.setup.channels
            refuse(phone, "POST", "messages/msg_3/replay", "payload_unknown")
            state.open(UNREAD)
            await state.load_whole()
            assert state.may_mend
            await state.replay()
            assert (state.problem, state.detail) == ("message.still_unreadable", "why not")
            answer(phone, "POST", "messages/msg_3/replay", {"count_new": 1})
            state.mend("{}")
            await state.replay()
            assert [body for _, body in asked(phone, "POST")] == [{}, {"body": "{}"}]
            assert (state.count_new, state.problem) == (1, "")
            assert state.whole is not None
            assert (state.whole.verdict, state.whole.body) == ("replayed", "{}")
            phone.app.open(Screen.MESSAGES)
            assert state.count_new is None

        run(scenario())

    def test_a_refused_one_is_tried_as_it_came(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await supervising(tmp_path)
            state = phone.app.setup.channels
            answer(phone, "GET", "messages/msg_2", {**WHOLE, **MESSAGES[1]})
            refuse(phone, "POST", "messages/msg_2/replay", "message_still_refused", 409)
            state.open(Message.model_validate(MESSAGES[1]))
            await state.load_whole()
            assert not state.may_mend
            state.mend("{}")
            await state.replay()
            assert state.problem == "message.still_refused"
            assert asked(phone, "POST")[0][1] == {}

        run(scenario())
