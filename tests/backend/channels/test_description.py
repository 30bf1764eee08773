"""The published descriptions: they match the code, and what we send matches them."""

from __future__ import annotations

import asyncio
import importlib.util
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import websockets
import yaml

from backend.channels.asyncapi import PAGE, document
from backend.channels.resolution import HoldReason
from backend.channels.stream_messages import STREAMED_EVENTS
from tests.backend.channels.conftest import Room, order_body, order_with
from tests.backend.channels.serving import serving
from tests.backend.waiting import until

DOCS = Path(__file__).parents[3] / "docs"


def test_the_description_is_up_to_date() -> None:
    assert yaml.safe_load(PAGE.read_text("utf-8")) == document(), "run python -m backend.channels.asyncapi"


def test_every_event_and_every_reason_is_explained() -> None:
    page = (DOCS / "channel-stream.md").read_text("utf-8")
    for name in [*(event.name for event in STREAMED_EVENTS), *HoldReason]:
        assert f"`{name}`" in page


def test_what_is_sent_fits_the_description(room: Room, native: str) -> None:
    room.post_order(native, order_body(), "k-1")
    room.ask("POST", "/orders/web-10042/cancel", room.key(native), json={"reason": "changed my mind"})
    room.post_order(native, order_with(sku="NEW", gtins=[]).replace(b"web-10042", b"web-2"), "k-2")
    room.ask("POST", "/orders/web-2/cancel", room.key(native), json={"reason": "changed my mind"})
    described = document()
    told = room.told(native)
    assert [each["name"] for each in told] == ["order.accepted", "order.cancelled", "order.held", "order.dismissed"]
    for message in told:
        schema = described["components"]["messages"][message["name"]]["payload"]
        jsonschema.validate(message, {**schema, "components": described["components"]})


class TestExampleClient:
    @pytest.fixture
    def client(self) -> Any:
        spec = importlib.util.spec_from_file_location("channel_client", DOCS / "examples" / "channel_client.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def test_it_follows_over_a_restart_and_misses_nothing(
        self, room: Room, native: str, client: Any, tmp_path: Path
    ) -> None:
        for number in range(6):
            room.post_order(native, order_body(external_id=f"web-{number}"), f"k-{number}")
        heard: list[int] = []

        async def handle(event: dict[str, Any]) -> None:
            if len(heard) == 3 and not crashed:
                crashed.append(True)
                raise ZeroDivisionError("the shop crashes before it remembers")
            heard.append(event["sequence"])

        crashed: list[bool] = []

        async def story() -> None:
            async with serving(room.served) as address:
                url = f"ws://{address}/api/v1/channels/stream"
                with pytest.raises(ZeroDivisionError):
                    await client.follow(url, room.key(native), tmp_path / "last", handle)
                following = asyncio.create_task(client.follow(url, room.key(native), tmp_path / "last", handle))
                await until(lambda: len(heard) == 6)
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)

        room.run(story())
        assert heard == [1, 2, 3, 4, 5, 6]

    def test_it_gives_up_where_the_key_is_refused(self, room: Room, client: Any, tmp_path: Path) -> None:
        async def story() -> None:
            async with serving(room.served) as address:
                with pytest.raises(websockets.InvalidStatus):
                    await client.follow(
                        f"ws://{address}/api/v1/channels/stream", "bpk_wrong", tmp_path / "last", client.show
                    )

        room.run(story())


def test_messages_are_json_all_the_way(room: Room, native: str) -> None:
    room.post_order(native, order_body(note="Grüße 你好 \U0001f34c"), "k-1")
    assert all(json.loads(json.dumps(each)) == each for each in room.told(native))
