"""An example of a channel: follows its orders, survives restarts of both sides, loses and doubles nothing.

    pip install websockets
    python channel_client.py wss://store.example/api/v1/channels/stream bpk_your_key last_sequence.txt

The rule that makes it safe: an event is first dealt with, then remembered, then acknowledged. After a crash the store
sends again what was not acknowledged, and the sequence number tells which of it we remember.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

RETRY_AFTER_MAX_S = 30.0
CLOSED_MISUSED, CLOSED_KEY_REFUSED = 4400, 4401

Handle = Callable[[dict[str, Any]], Awaitable[None]]


async def follow(url: str, key: str, remembered: Path, handle: Handle) -> None:
    """Call `handle(event)` for every event, in order, for ever. Raises where the store says that it is no use."""
    wait_s = 1.0
    while True:
        try:
            await _follow_once(url, key, remembered, handle)
            wait_s = 1.0
        except InvalidStatus as refused:
            if refused.response.status_code < 500:
                raise
        except ConnectionClosed as closed:
            if closed.rcvd is not None and closed.rcvd.code in (CLOSED_MISUSED, CLOSED_KEY_REFUSED):
                raise
        except OSError:
            pass  # the network, or the store restarts
        await asyncio.sleep(wait_s * random.uniform(0.5, 1.5))
        wait_s = min(wait_s * 2, RETRY_AFTER_MAX_S)


async def _follow_once(url: str, key: str, remembered: Path, handle: Handle) -> None:
    last = _recall(remembered)
    headers = {"Authorization": f"Bearer {key}"}
    async with connect(f"{url}?after={last}", additional_headers=headers) as socket:
        async for text in socket:
            event = json.loads(text)
            if event["name"] == "heartbeat" or event["sequence"] <= last:
                continue
            await handle(event)
            last = event["sequence"]
            _remember(remembered, last)
            await socket.send(json.dumps({"ack": last}))


def _recall(remembered: Path) -> int:
    return int(remembered.read_text()) if remembered.exists() else 0


def _remember(remembered: Path, sequence: int) -> None:
    """Replace the file in one step: after a power cut it holds the old number or the new one, never half of it."""
    written = remembered.with_suffix(".new")
    written.write_text(str(sequence))
    written.replace(remembered)


async def show(event: dict[str, Any]) -> None:
    """What your own shop would do with it; this one only prints it."""
    print(event["sequence"], event["name"], event["order"]["external_id"], json.dumps(event["body"]))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    try:
        asyncio.run(follow(sys.argv[1], sys.argv[2], Path(sys.argv[3]), show))
    except KeyboardInterrupt:
        print("closed")
