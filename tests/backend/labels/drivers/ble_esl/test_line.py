"""The line itself: a real socket, a pseudo terminal, and ends that hang up."""

from __future__ import annotations

import asyncio
import os
import random
import tty
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from backend.labels.drivers.ble_esl.fake_access_point import FakeAccessPoint, make_labels
from backend.labels.drivers.ble_esl.line import ShellLine, open_line
from backend.labels.drivers.ble_esl.shell import WHO, Booted, Role, Said
from backend.labels.port import AnswerMissing, GatewayUnreachable
from tests.backend.waiting import until

Run = Callable[[Awaitable[Any]], Any]


def is_role(said: Said) -> bool:
    return isinstance(said, Role)


async def never(_seconds: float) -> None:
    await asyncio.Event().wait()


async def at_once(_seconds: float) -> None:
    await asyncio.sleep(0.05)


@asynccontextmanager
async def line_to_fake(heard: list[Said], sleep: Any = never) -> AsyncIterator[tuple[ShellLine, FakeAccessPoint]]:
    chance = random.Random(2)
    access_point = FakeAccessPoint(make_labels(3, chance), chance)
    await access_point.start()
    line = await open_line(access_point.line, 115_200, heard.append, sleep)
    try:
        yield line, access_point
    finally:
        await line.close()
        await access_point.stop()


class TestOverTcp:
    def test_a_question_has_its_answer(self, run: Run) -> None:
        async def scenario() -> None:
            async with line_to_fake([]) as (line, _):
                assert await line.ask(WHO, is_role) == Role("AP")
                assert await asyncio.gather(*[line.ask(WHO, is_role) for _ in range(3)]) == [Role("AP")] * 3

        run(scenario())

    def test_what_answers_no_question_is_heard_as_well(self, run: Run) -> None:
        async def scenario() -> None:
            heard: list[Said] = []
            async with line_to_fake(heard) as (line, access_point):
                await line.ask(WHO, is_role)
                access_point.state.reboot()
                access_point.advance_to(1.0)
                await until(lambda: heard == [Role("AP"), Booted()])

        run(scenario())

    def test_no_answer_is_a_missing_one_and_the_next_question_is_asked(self, run: Run) -> None:
        async def scenario() -> None:
            async with line_to_fake([], at_once) as (line, access_point):
                access_point.state.line_delay_s = 1.0
                with pytest.raises(AnswerMissing, match="did not answer"):
                    await line.ask(WHO, is_role)
                access_point.state.line_delay_s = 0.0
                assert await line.ask(WHO, is_role) == Role("AP")

        run(scenario())

    def test_an_end_that_hangs_up_is_noticed_in_the_middle_of_a_question(self, run: Run) -> None:
        async def scenario() -> None:
            async with line_to_fake([]) as (line, access_point):
                access_point.state.line_delay_s = 1.0
                question = asyncio.create_task(line.ask(WHO, is_role))
                await until(lambda: access_point.bytes_read > 0)
                await access_point.stop()
                with pytest.raises(AnswerMissing, match="lost"):
                    await question
                with pytest.raises(GatewayUnreachable, match="lost"):
                    await line.ask(WHO, is_role)

        run(scenario())

    def test_nonsense_is_passed_over_and_counted(self, run: Run) -> None:
        async def scenario() -> None:
            heard: list[Said] = []
            async with line_to_fake(heard) as (line, access_point):
                await line.ask(WHO, is_role)
                noise = "#RESPONSE:999#SLOT\r\n" + "x" * 5_000 + "\r\n\x00\x1b[31m\r\n#ABSTIME:what\r\nhello\r\n"
                access_point.state.said.append((0.0, noise))
                access_point.advance_to(1.0)
                await until(lambda: line.damaged_lines == 3)
                assert await line.ask(WHO, is_role) == Role("AP")
                assert heard == [Role("AP")] * 2

        run(scenario())

    @pytest.mark.parametrize("where", ["tcp://127.0.0.1:1", "tcp://127.0.0.1:99999", "/dev/no-such-port"])
    def test_where_nothing_is_there_is_no_line(self, run: Run, where: str) -> None:
        async def scenario() -> None:
            with pytest.raises(GatewayUnreachable, match=where):
                await open_line(where, 115_200, [].append, never)

        run(scenario())


class TestOverASerialPort:
    def test_a_pseudo_terminal_carries_the_same_shell(self, run: Run) -> None:
        async def scenario() -> None:
            ours, theirs = os.openpty()
            tty.setraw(theirs)
            chance = random.Random(2)
            access_point = FakeAccessPoint(make_labels(3, chance), chance)

            def answer() -> None:
                for typed in os.read(ours, 4_096).decode().splitlines():
                    access_point.state.type(typed)
                os.write(ours, access_point.state.take_said().encode())

            loop = asyncio.get_running_loop()
            loop.add_reader(ours, answer)
            line = await open_line(os.ttyname(theirs), 115_200, [].append, never)
            try:
                assert await line.ask(WHO, is_role) == Role("AP")
                loop.remove_reader(ours)
                os.close(ours)
                await line.lost.wait()
                with pytest.raises(GatewayUnreachable):
                    await line.ask(WHO, is_role)
            finally:
                await line.close()
                os.close(theirs)

        run(scenario())
