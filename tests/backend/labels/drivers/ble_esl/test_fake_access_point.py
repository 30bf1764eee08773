"""The fake access point as a person starts it, and its one user at a time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

from backend.labels.drivers.ble_esl.fake_access_point import FakeAccessPoint, make_labels, parse_arguments
from backend.labels.registry import DriverRegistry
from tests.backend.waiting import until

Run = Callable[[Awaitable[Any]], Any]


class TestByHand:
    def test_time_runs_by_itself_and_the_shell_answers(self, run: Run) -> None:
        async def scenario() -> None:
            chance = random.Random(1)
            access_point = FakeAccessPoint(make_labels(4, chance), chance)
            await access_point.start()
            running = asyncio.create_task(access_point.run_by_itself(1_000))
            host, port = access_point.line.removeprefix("tcp://").split(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(b"WHOAMI\n")
            assert b"WHOAMI:AP" in await reader.readuntil(b"AP\r\n")
            await until(lambda: access_point.state.now_s > 20)
            running.cancel()
            writer.close()
            await access_point.stop()

        run(scenario())

    def test_the_printed_settings_are_those_of_a_gateway(self, run: Run) -> None:
        async def scenario() -> None:
            chance = random.Random(1)
            access_point = FakeAccessPoint(make_labels(300, chance), chance)
            await access_point.start()
            filled = DriverRegistry().check_settings("ble_esl", access_point.settings())
            assert len(filled.model_dump()["labels"]) == 300
            await access_point.stop()

        run(scenario())

    def test_every_condition_can_be_asked_for(self) -> None:
        asked = parse_arguments(["--labels", "9", "--groups", "3", "--loss-rate", "0.1", "--runs-answers-together"])
        assert (asked.labels, asked.groups, asked.loss_rate, asked.runs_answers_together) == (9, 3, 0.1, True)
        assert parse_arguments([]).port == 8390


class TestConnections:
    def test_the_last_one_to_come_has_the_line(self, run: Run) -> None:
        async def scenario() -> None:
            chance = random.Random(1)
            access_point = FakeAccessPoint(make_labels(4, chance), chance)
            await access_point.start()
            host, port = access_point.line.removeprefix("tcp://").split(":")
            first, first_writer = await asyncio.open_connection(host, int(port))
            await until(lambda: access_point.is_connected)
            second, second_writer = await asyncio.open_connection(host, int(port))
            assert await first.read() == b""
            second_writer.write(b"WHOAMI\r")
            assert b"AP" in await second.readuntil(b"AP\r\n")
            first_writer.close()
            second_writer.close()
            await access_point.stop()

        run(scenario())
