"""The driver against the fake server on a real socket: tokens, batches, failures of some, the pace, the secrets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import ValidationError

from backend.labels.drivers.http_template.driver import HttpTemplateDriver
from backend.labels.drivers.http_template.fake_server import DESCRIPTION, TOKEN_LASTS_S
from backend.labels.drivers.http_template.rig import LABELS, SILENT, HttpTemplateRig
from backend.labels.drivers.http_template.settings import HttpTemplateSettings
from backend.labels.port import (
    CommandRefused,
    Delivered,
    GatewayBusy,
    GatewayUnreachable,
    LabelUnknown,
)
from shared.labels import Flash, LightColour
from tests.backend.labels.drivers.bench import DriverBench, opened

Run = Callable[[Awaitable[Any]], Any]
BLUE_FLASH = Flash(colour=LightColour.BLUE, duration_s=60)
FIRST, SECOND, THIRD = LABELS
STATUS = DESCRIPTION[DESCRIPTION.index("\nstatus:") : DESCRIPTION.index("\nlatency:")]


class Shop(DriverBench):
    """The fake server and its driver."""

    async def light_all(self, *labels: str) -> list[BaseException | None]:
        return await asyncio.gather(
            *(self.driver.light(label, BLUE_FLASH, label) for label in labels), return_exceptions=True
        )


@asynccontextmanager
async def shop(*edits: tuple[str, str], is_open: bool = True, **settings: Any) -> AsyncIterator[Shop]:
    rig = HttpTemplateRig()
    await rig.start()
    description = DESCRIPTION
    for before, after in edits:
        assert before in description
        description = description.replace(before, after)
    given = {**rig.settings, "description": description, **settings}
    driver = HttpTemplateDriver(HttpTemplateSettings.model_validate(given), rig.tools)
    async with opened(Shop(rig, driver), is_open=is_open) as bench:
        yield bench


class TestToken:
    def test_it_is_fetched_once_and_again_when_it_ends(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                await here.light_all(*LABELS)
                assert here.rig.server.tokens_given == 1
                await here.rig.advance(TOKEN_LASTS_S)
                await here.driver.light(FIRST, BLUE_FLASH, "t2")
                assert here.rig.server.tokens_given == 2

        run(scenario())

    def test_one_that_is_refused_is_fetched_anew_and_the_call_made_again(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                here.rig.server.tokens.clear()
                await here.driver.light(FIRST, BLUE_FLASH, "t1")
                await here.rig.advance(8)
                assert here.outcomes("t1") == [Delivered]

        run(scenario())

    def test_a_wrong_password_is_told_without_it(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(is_open=False, secrets={"password": "loud-loud"}) as here:
                with pytest.raises(GatewayUnreachable, match="no token") as raised:
                    await here.driver.open(here.heard.append)
                told = f"{raised.value} {raised.value.facts} {await here.driver.health()} {here.driver._settings!r}"
                assert "loud" not in told

        run(scenario())

    def test_a_token_the_server_quotes_is_not_told_on(self, run: Run) -> None:
        async def scenario() -> None:
            never = ("answer:\n", "answer:\n  expired: {status: [499]}\n")
            async with shop(never) as here:
                here.rig.server.tokens.clear()
                with pytest.raises(CommandRefused, match=r"no token \*\*\*"):
                    await here.driver.light(FIRST, BLUE_FLASH, "t1")

        run(scenario())


class TestBatches:
    def test_what_can_go_together_does(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                assert await here.light_all(*LABELS, SILENT) == [None] * 4
                assert sum(here.rig.server.batches) == 4
                assert len(here.rig.server.batches) <= 2

        run(scenario())

    def test_a_batch_with_an_unknown_label_is_sent_again_one_by_one(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(labels=[]) as here:
                first, unknown, second = await here.light_all(FIRST, "NOBODY", SECOND)
                assert (first, second) == (None, None)
                assert isinstance(unknown, LabelUnknown)

        run(scenario())

    def test_a_label_the_answer_names_as_failed_has_failed_alone(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                here.rig.server.refuses.add(SECOND)
                first, failed, third = await here.light_all(*LABELS)
                assert (first, third) == (None, None)
                assert isinstance(failed, CommandRefused)
                assert "it is being serviced" in failed.detail
                await here.rig.advance(8)
                assert {*here.rig.blinking()} == {FIRST, THIRD}
                assert here.outcomes(SECOND) == []

        run(scenario())

    @pytest.mark.parametrize("status", [429, 500, 503])
    def test_a_server_that_is_busy_says_so_and_comes_back(self, run: Run, status: int) -> None:
        async def scenario() -> None:
            async with shop() as here:
                here.rig.server.answers_with = status
                with pytest.raises(GatewayBusy):
                    await here.driver.light(FIRST, BLUE_FLASH, "t1")
                assert not (await here.driver.health()).is_reachable
                here.rig.server.answers_with = None
                await here.driver.light(FIRST, BLUE_FLASH, "t2")
                assert (await here.driver.health()).is_reachable

        run(scenario())

    def test_the_pace_is_kept(self, run: Run) -> None:
        async def scenario() -> None:
            pace = ("batch: {most: 20, list: lights}", "calls_per_second: 2.0")
            async with shop(pace, is_open=False) as here:
                clock = here.rig.time.clock
                opening = asyncio.create_task(here.driver.open(here.heard.append))
                await here.rig.advance(1)
                await opening
                began_s, sending = clock.monotonic_s(), asyncio.create_task(here.light_all(*LABELS))
                while not sending.done():
                    await here.rig.advance(0.1)
                assert await sending == [None] * 3
                assert clock.monotonic_s() - began_s >= 1.0, "three calls, half a second apart"

        run(scenario())


class TestConfirmation:
    def test_success_may_mean_delivered(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop((STATUS, ""), ("answer:\n", "answer:\n  means_delivered: true\n")) as here:
                await here.driver.light(FIRST, BLUE_FLASH, "t1")
                assert here.outcomes("t1") == [Delivered]

        run(scenario())

    def test_without_either_nothing_is_said_to_be_delivered(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop((STATUS, "")) as here:
                assert not here.driver.capability.confirms_delivery
                await here.driver.light(FIRST, BLUE_FLASH, "t1")
                await here.rig.advance(100)
                assert here.outcomes("t1") == []

        run(scenario())


class TestSettings:
    @pytest.mark.parametrize(
        ("wrong", "problem"),
        [
            ({"secrets": {}}, "secrets: the description asks for password"),
            ({"variables": {"store": "1", "shop": "2"}}, "variables: the description does not know shop"),
            ({"secrets": {"password": "a\nb"}}, "cannot be printed"),
            ({"url": "http://user:word@server"}, "pattern"),
            ({"url": "http://server/?key=1"}, "pattern"),
            ({"description": DESCRIPTION.replace("{label}", "{lebal}")}, r"line 17, light.json.lights.0.id: no such"),
        ],
    )
    def test_what_cannot_be_is_refused(self, wrong: dict[str, Any], problem: str) -> None:
        right = {
            "url": "https://server/base",
            "description": DESCRIPTION,
            "variables": {"store": "1"},
            "secrets": {"password": "p"},
        }
        HttpTemplateSettings.model_validate(right)
        with pytest.raises(ValidationError, match=problem) as raised:
            HttpTemplateSettings.model_validate(right | {"secrets": {"password": "loud-loud"}} | wrong)
        assert "loud" not in str(raised.value)
