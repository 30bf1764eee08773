"""The supervisor's screens about channels, their messages and what is sold out; the backend answers with samples."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx

from mobile.services.channels_api import Channel, Message
from mobile.state.app_state import AppState
from mobile.state.screens import Screen
from tests.e2e.forms import kept
from tests.e2e.preview_app import NOW, labelled_places, signed_in
from tests.e2e.preview_labels import Answer
from tests.e2e.preview_setup import cut_off

CHANNELS: list[dict[str, Any]] = [
    {
        "id": "chn_1",
        "adapter": "native",
        "name": "Corner shop online",
        "is_enabled": True,
        "last_message_at": (NOW - timedelta(minutes=4)).isoformat(),
        "unacknowledged": 3,
    },
    {
        "id": "chn_2",
        "adapter": "meituan",
        "name": "美团闪购 Main Street",
        "is_enabled": True,
        "last_message_at": (NOW - timedelta(minutes=1)).isoformat(),
        "to_see_to": 2,
        "held_orders": 1,
        "undelivered": 1,
    },
    {"id": "chn_3", "adapter": "open_delivery", "name": "Market", "is_enabled": False},
]
BODY = '{\n "orderId": "2026112800017",\n "detail": [{"app_food_code": "10440", "quantity": "2x"}]\n}'
MESSAGES: list[dict[str, Any]] = [
    {
        "id": "msg_3",
        "channel_id": "chn_2",
        "verdict": "unreadable",
        "detail": "detail.0.quantity is no number",
        "answer_status": 422,
        "size_bytes": len(BODY),
        "received_at": (NOW - timedelta(minutes=1)).isoformat(),
    },
    {
        "id": "msg_2",
        "channel_id": "chn_2",
        "verdict": "refused",
        "detail": "the message could not be verified",
        "answer_status": 401,
        "size_bytes": 911,
        "received_at": (NOW - timedelta(minutes=9)).isoformat(),
    },
]
ALL: list[dict[str, Any]] = [
    {**MESSAGES[1], "id": "msg_4", "channel_id": "chn_1", "verdict": "taken", "detail": "", "answer_status": 202},
    *MESSAGES,
    {**MESSAGES[1], "id": "msg_1", "verdict": "ignored", "detail": "order.remind", "answer_status": 200},
]
ADAPTERS = kept()["adapters"]
SETTINGS: dict[str, Any] = {
    "adapter": "meituan",
    "settings": {
        "callback_url": "https://pick.example/api/v1/channels/chn_2",
        "app_id": "7781",
        "app_secret": {"is_set": True},
        "app_poi_code": "10440_main",
    },
    "last_secret_until": None,
    "keys": [{"id": "key_9f2c", "made_at": NOW.isoformat()}],
}
WHOLE = {**MESSAGES[0], "path": "order/new", "headers": {"content-type": "application/json"}, "body": BODY}
SOLD_OUT: list[dict[str, Any]] = [
    {
        "product_id": "prd_10443",
        "sku": "10443",
        "names": {"en": "Extra virgin olive oil, cold pressed", "zh": "特级初榨橄榄油", "pt": "Azeite virgem extra"},
        "location_id": "loc_12",
        "since": (NOW - timedelta(minutes=3)).isoformat(),
    },
    {
        "product_id": "prd_10442",
        "sku": "10442",
        "names": {"en": "Bananas", "zh": "香蕉", "pt": "Bananas"},
        "location_id": "loc_3",
        "since": (NOW - timedelta(minutes=41)).isoformat(),
    },
]
ANSWERS: dict[str, Answer] = {
    "GET availability": (200, SOLD_OUT),
    "GET channels": (200, CHANNELS),
    "GET channel-adapters": (200, ADAPTERS),
    "GET channels/chn_2": (200, SETTINGS),
    "PATCH channels/chn_2": (204, None),
    "POST channels/chn_2/keys": (201, {"key": "bpk_5up3rL0ngK3yOfThisChannelOnly", "key_id": "key_77aa"}),
    "GET messages": (200, MESSAGES),
    "GET messages/msg_3": (200, WHOLE),
    "GET messages/msg_2": (200, {**WHOLE, **MESSAGES[1]}),
    "POST messages/msg_3/replay": (200, {"count_new": 1}),
}


async def supervisor(language: str, screen: Screen, **other: Answer) -> AppState:
    """`other`: answers in place of the samples, under method and path with `_` between."""
    named = {path.replace("/", "_").replace("-", "_").replace(" ", "_"): path for path in ANSWERS}
    answers = ANSWERS | {named[name]: answer for name, answer in other.items()}

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path.partition("/intake/")[2] or request.url.path.rpartition("/")[2]
        status, body = answers.get(f"{request.method} {path}", (503, None))
        return httpx.Response(status, content=b"" if status == 204 else json.dumps(body).encode())

    app = await signed_in("supervisor", language=language, answer=answer)
    app.shelf.locations = tuple(labelled_places())
    app.open(screen)
    await app.setup.channels.load()
    return app


async def channels(language: str) -> AppState:
    return await supervisor(language, Screen.CHANNELS)


async def channels_empty(language: str) -> AppState:
    return await supervisor(language, Screen.CHANNELS, GET_channels=(200, []))


async def channels_error(language: str) -> AppState:
    return await supervisor(language, Screen.CHANNELS, GET_channels=(503, None))


async def channels_offline(language: str) -> AppState:
    return cut_off(await channels_error(language))


async def channel_new(language: str) -> AppState:
    app = await supervisor(language, Screen.CHANNEL)
    await app.setup.channel.load()
    app.setup.channel.choose_adapter("meituan")
    return app


async def channel(language: str, **other: Answer) -> AppState:
    app = await supervisor(language, Screen.CHANNEL, **other)
    app.setup.channel.change(Channel.model_validate(CHANNELS[1]))
    await app.setup.channel.load()
    return app


async def channel_secret(language: str) -> AppState:
    app = await channel(language)
    app.setup.channel.type("app_secret", "new")
    return app


async def channel_both(language: str) -> AppState:
    until = (NOW + timedelta(hours=24)).isoformat()
    return await channel(language, GET_channels_chn_2=(200, {**SETTINGS, "last_secret_until": until}))


async def channel_key(language: str) -> AppState:
    app = await channel(language)
    await app.setup.channel.make_key()
    return app


async def channel_refused(language: str) -> AppState:
    detail = "the settings of meituan are wrong at app_id"
    refused = {"title": "no", "detail": detail, "code": "channel_settings_invalid"}
    app = await channel(language, PATCH_channels_chn_2=(422, refused))
    await app.setup.channel.save()
    return app


async def channel_offline(language: str) -> AppState:
    return cut_off(await channel(language))


async def messages(language: str) -> AppState:
    app = await supervisor(language, Screen.MESSAGES)
    await app.setup.channels.load_messages()
    return app


async def messages_all(language: str) -> AppState:
    app = await supervisor(language, Screen.MESSAGES, GET_messages=(200, ALL))
    await app.setup.channels.show(shows_all=True)
    return app


async def messages_empty(language: str) -> AppState:
    app = await supervisor(language, Screen.MESSAGES, GET_messages=(200, []))
    await app.setup.channels.load_messages()
    return app


async def messages_offline(language: str) -> AppState:
    return cut_off(await messages(language))


async def message(language: str, number: int = 0, **other: Answer) -> AppState:
    app = await supervisor(language, Screen.MESSAGE, **other)
    app.setup.channels.open(Message.model_validate(MESSAGES[number]))
    await app.setup.channels.load_whole()
    return app


async def message_refused(language: str) -> AppState:
    return await message(language, 1)


async def message_replayed(language: str) -> AppState:
    app = await message(language)
    app.setup.channels.mend(BODY.replace("2x", "2"))
    await app.setup.channels.replay()
    return app


async def message_still(language: str) -> AppState:
    refused = {"title": "no", "detail": "detail.0.quantity is no number", "code": "payload_unknown"}
    app = await message(language, POST_messages_msg_3_replay=(422, refused))
    await app.setup.channels.replay()
    return app


async def sold_out(language: str, **other: Answer) -> AppState:
    app = await supervisor(language, Screen.SOLD_OUT, **other)
    await app.sold_out.load()
    return app


async def sold_out_none(language: str) -> AppState:
    return await sold_out(language, GET_availability=(200, []))


async def sold_out_error(language: str) -> AppState:
    return await sold_out(language, GET_availability=(503, None))


async def sold_out_offline(language: str) -> AppState:
    return cut_off(await sold_out(language))


CASES: dict[str, Callable[[str], Awaitable[AppState]]] = {
    "channels": channels,
    "channels-empty": channels_empty,
    "channels-error": channels_error,
    "channels-offline": channels_offline,
    "channel-new": channel_new,
    "channel": channel,
    "channel-secret": channel_secret,
    "channel-both": channel_both,
    "channel-key": channel_key,
    "channel-refused": channel_refused,
    "channel-offline": channel_offline,
    "messages": messages,
    "messages-all": messages_all,
    "messages-empty": messages_empty,
    "messages-offline": messages_offline,
    "message": message,
    "message-refused": message_refused,
    "message-replayed": message_replayed,
    "message-still": message_still,
    "sold-out": sold_out,
    "sold-out-none": sold_out_none,
    "sold-out-error": sold_out_error,
    "sold-out-offline": sold_out_offline,
}
