"""A fake access point on a real socket: the firmware's shell as a serial server gives it, and virtual labels.

By hand: `python -m backend.labels.drivers.ble_esl.fake_access_point --port 8390 --labels 48`; type `fake shelf` into
`nc 127.0.0.1 8390` to see what blinks.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import re
from collections.abc import Sequence
from typing import Any

from backend.labels.drivers.ble_esl.encrypted import KeyMaterial
from backend.labels.drivers.ble_esl.fake_labels import VirtualLabel
from backend.labels.drivers.ble_esl.fake_state import FakeAccessPointState
from backend.labels.drivers.ble_esl.packing import place_along_shelf
from backend.labels.drivers.ble_esl.protocol import GROUPS_MAX

LOOPBACK = "127.0.0.1"
TICK_S = 0.02
CHUNK_BYTES = 4_096


def make_labels(
    count: int, chance: random.Random, *, groups: int = GROUPS_MAX, kinds: Sequence[Any] = ("nordic", "plain")
) -> list[VirtualLabel]:
    """Labels in their order along the shelf, spread over the groups, each with a key of its own."""
    access_point_key = draw_key(chance)
    return [
        VirtualLabel(
            name=f"ESL{number:05d}",
            address=place_along_shelf(number, groups),
            access_point_key=access_point_key,
            response_key=draw_key(chance),
            chance=chance,
            kind=kinds[number % len(kinds)],
        )
        for number in range(count)
    ]


def draw_key(chance: random.Random) -> KeyMaterial:
    return KeyMaterial(chance.randbytes(16), chance.randbytes(8))


class FakeAccessPoint:
    """Serves a state's shell. Time stands still until `advance_to`, or runs by itself with `run_by_itself`."""

    def __init__(self, labels: Sequence[VirtualLabel], chance: random.Random, **conditions: Any) -> None:
        self.state = FakeAccessPointState(labels, labels[0].access_point_key, chance, **conditions)
        self.bytes_read = self.bytes_written = 0
        """Over the present connection."""
        self._server: asyncio.Server | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._port = 0

    @property
    def line(self) -> str:
        """What to put into the driver's settings."""
        return f"tcp://{LOOPBACK}:{self._port}"

    def settings(self) -> dict[str, Any]:
        """A gateway's settings that fit this access point."""
        labels = {
            name: {
                "group": label.address.group,
                "id": label.address.number,
                "response_key": label.response_key.encoded().hex(),
            }
            for name, label in self.state.labels.items()
        }
        return {"line": self.line, "labels": labels, "interval_s": self.state.interval_s}

    @property
    def is_connected(self) -> bool:
        return self._writer is not None

    async def start(self, port: int = 0) -> None:
        """Listen. After a `stop`, `start()` takes the same port again."""
        self._server = await asyncio.start_server(self._serve, LOOPBACK, port or self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Unplug the line: the connection breaks, the labels do not notice."""
        if self._server is not None:
            self._server.close()
            self._server = None
        await self.hang_up()

    async def hang_up(self) -> None:
        """Break the present connection; the next one is welcome."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def reboot(self) -> None:
        """The whole access point starts anew, and its USB line with it."""
        await self.stop()
        self.state.reboot()
        await self.start()

    def advance_to(self, to_s: float) -> None:
        """Let the labels' time pass, and write what is said."""
        self.state.advance_to(to_s)
        self._flush()

    async def run_by_itself(self, speed: float) -> None:
        """Let time run, `speed` times as fast as the wall's."""
        while True:
            await asyncio.sleep(TICK_S)
            self.advance_to(self.state.now_s + TICK_S * speed)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self.hang_up()  # a serial port has one user: the last one
        self._writer = writer
        self.bytes_read = self.bytes_written = 0
        rest = b""
        try:
            while received := await reader.read(CHUNK_BYTES):
                *lines, rest = re.split(rb"[\r\n]", rest + received)
                for line in lines:
                    self.state.type(line.decode("ascii", errors="replace"))
                self.bytes_read += len(received)
                self._flush()
        except OSError:
            pass
        finally:
            if self._writer is writer:
                self._writer = None
            writer.close()

    def _flush(self) -> None:
        text = self.state.take_said().encode("ascii", errors="replace")
        if text and self._writer is not None:
            self._writer.write(text)
            self.bytes_written += len(text)


async def _main(arguments: argparse.Namespace) -> None:
    chance = random.Random(arguments.seed)
    labels = make_labels(arguments.labels, chance, groups=arguments.groups)
    access_point = FakeAccessPoint(labels, chance, interval_s=arguments.interval_s)
    access_point.state.loss_rate = arguments.loss_rate
    access_point.state.runs_answers_together = arguments.runs_answers_together
    await access_point.start(arguments.port)
    print(f"fake access point at {access_point.line}, {arguments.labels} labels, {arguments.speed:g} times as fast")
    print("settings of a gateway for it:")
    print(json.dumps(access_point.settings()))
    await access_point.run_by_itself(arguments.speed)


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A fake Bluetooth ESL access point with virtual labels.")
    parser.add_argument("--port", type=int, default=8390)
    parser.add_argument("--labels", type=int, default=48)
    parser.add_argument("--groups", type=int, default=GROUPS_MAX, help="over how many groups they are spread")
    parser.add_argument("--interval-s", type=float, default=1.76, help="time between two packets to one group")
    parser.add_argument("--loss-rate", type=float, default=0.0, help="share of packets and of answers that are lost")
    parser.add_argument("--runs-answers-together", action="store_true", help="print only a packet's last answer")
    parser.add_argument("--speed", type=float, default=1.0, help="how many times as fast as the wall clock")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main(parse_arguments()))
