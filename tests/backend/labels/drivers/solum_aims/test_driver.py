"""The driver against the fake AIMS on a real socket: tokens, batches, refusals, pages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import ValidationError

from backend.labels.drivers.solum_aims.driver import CALLS_PER_PICTURE, POLL_S, AimsDriver
from backend.labels.drivers.solum_aims.rig import LABELS, SILENT, AimsRig
from backend.labels.drivers.solum_aims.settings import AimsSettings
from backend.labels.port import (
    Delivered,
    GatewayBusy,
    GatewayUnreachable,
    LabelUnknown,
    Picture,
    StopUnsupported,
)
from shared.labels import Flash, LightColour
from tests.backend.labels.drivers.bench import DriverBench, opened

Run = Callable[[Awaitable[Any]], Any]
BLUE_FLASH = Flash(colour=LightColour.BLUE, duration_s=60)
FIRST, SECOND, THIRD = LABELS
PICTURE = Picture(b"\x89PNG", 296, 128)


class Shop(DriverBench):
    """The fake AIMS and its driver."""

    async def light_all(self, *labels: str) -> list[BaseException | None]:
        return await asyncio.gather(
            *(self.driver.light(label, BLUE_FLASH, label) for label in labels), return_exceptions=True
        )


@asynccontextmanager
async def shop(*, is_open: bool = True, **settings: Any) -> AsyncIterator[Shop]:
    rig = AimsRig()
    await rig.start()
    driver = AimsDriver(AimsSettings.model_validate({**rig.settings, **settings}), rig.tools)
    async with opened(Shop(rig, driver), is_open=is_open) as bench:
        yield bench


class TestToken:
    def test_many_calls_sign_in_once(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                await here.light_all(*LABELS)
                await here.driver.discover()
                assert here.rig.aims.store.signed_in == 1

        run(scenario())

    def test_before_it_expires_it_is_renewed(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                await here.rig.advance(3600)
                await here.driver.light(FIRST, BLUE_FLASH, "t1")
                assert here.rig.aims.store.signed_in == 2

        run(scenario())

    def test_one_that_was_revoked_is_replaced_and_the_call_made_again(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                here.rig.aims.store.tokens.clear()
                await here.driver.light(FIRST, BLUE_FLASH, "t1")
                assert here.rig.aims.store.signed_in == 2
                await here.rig.advance(12)
                assert here.outcomes("t1") == [Delivered]

        run(scenario())

    @pytest.mark.parametrize("wrong", [{"password": "loud"}, {"company": "OTHER"}, {"store": "1"}])
    def test_who_is_not_let_in_says_so_without_saying_the_password(self, run: Run, wrong: dict[str, str]) -> None:
        async def scenario() -> None:
            async with shop(is_open=False, **wrong) as here:
                with pytest.raises(GatewayUnreachable, match=r"sign us in|company and store") as raised:
                    await here.driver.open(here.heard.append)
                told = f"{raised.value} {raised.value.facts} {await here.driver.health()} {here.driver._settings!r}"
                assert "hush" not in told
                assert "loud" not in told

        run(scenario())


class TestBatches:
    def test_what_is_asked_while_a_call_is_under_way_goes_out_together(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                assert await here.light_all(*LABELS, SILENT) == [None] * 4
                assert sum(here.rig.aims.store.batches) == 4
                assert len(here.rig.aims.store.batches) <= 2

        run(scenario())

    def test_one_label_nobody_knows_does_not_spoil_the_others(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                first, unknown, second = await here.light_all(FIRST, "NOBODY", SECOND)
                assert (first, second) == (None, None)
                assert isinstance(unknown, LabelUnknown)
                await here.rig.advance(12)
                assert {*here.rig.blinking()} == {FIRST, SECOND}

        run(scenario())

    def test_a_batch_is_never_longer_than_set(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(batch_max=2) as here:
                await here.light_all(*LABELS, SILENT)
                assert max(here.rig.aims.store.batches) <= 2

        run(scenario())

    @pytest.mark.parametrize("status", [500, 502, 429])
    def test_a_server_in_trouble_is_busy(self, run: Run, status: int) -> None:
        async def scenario() -> None:
            async with shop() as here:
                here.rig.aims.answers_with = status
                with pytest.raises(GatewayBusy):
                    await here.driver.light(FIRST, BLUE_FLASH, "t1")
                assert not (await here.driver.health()).is_reachable
                here.rig.aims.answers_with = None
                await here.driver.light(FIRST, BLUE_FLASH, "t2")
                assert (await here.driver.health()).is_reachable

        run(scenario())


class TestWithoutConfirmation:
    def test_nothing_is_said_to_be_delivered(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(confirms=False) as here:
                assert not here.driver.capability.confirms_delivery
                await here.driver.light(FIRST, BLUE_FLASH, "t1")
                await here.rig.advance(30)
                assert (here.outcomes("t1"), {*here.rig.blinking()}) == ([], {FIRST})

        run(scenario())

    def test_where_0s_does_not_put_it_out_a_stop_is_refused(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(can_stop=False) as here:
                with pytest.raises(StopUnsupported):
                    await here.driver.stop(FIRST, "t1")

        run(scenario())


class TestPages:
    def test_a_lit_label_shows_its_page_for_pickers_until_its_flash_is_over(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(pick_page=2) as here:
                label = here.rig.aims.store.labels[FIRST]
                await here.driver.light(FIRST, BLUE_FLASH, "t1")
                await here.rig.advance(1)
                assert label.page == 2
                await here.rig.advance(62)
                assert label.page == 1

        run(scenario())

    def test_a_stop_turns_it_back_at_once(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(pick_page=2, home_page=4) as here:
                await here.driver.light(FIRST, BLUE_FLASH, "t1")
                await here.driver.stop(FIRST, "t2")
                await here.rig.advance(3)
                assert here.rig.aims.store.labels[FIRST].page == 4

        run(scenario())


class TestPictures:
    def test_each_costs_two_calls_and_what_became_of_all_is_one_more(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(calls_per_s=100) as here:
                await here.driver.discover()
                before = len(here.rig.aims.bodies)
                for label in LABELS:
                    await here.driver.show(label, PICTURE, f"p-{label}")
                assert len(here.rig.aims.bodies) - before == CALLS_PER_PICTURE * len(LABELS)
                before = len(here.rig.aims.bodies)
                await here.rig.advance(10)
                assert [here.outcomes(f"p-{label}") for label in LABELS] == [[Delivered]] * len(LABELS)
                assert len(here.rig.aims.bodies) - before <= 10 / POLL_S + 1

        run(scenario())

    def test_lights_go_first_where_calls_are_counted(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(calls_per_s=4) as here:
                showing = [asyncio.ensure_future(here.driver.show(label, PICTURE, f"p-{label}")) for label in LABELS]
                await here.rig.advance(0)
                lighting = asyncio.ensure_future(here.driver.light(SILENT, BLUE_FLASH, "light"))
                await here.rig.advance(1)
                assert (lighting.done(), [each.done() for each in showing]) == (True, [False] * len(LABELS))
                await here.rig.advance(30)
                await asyncio.gather(*showing)

        run(scenario())


class TestSettings:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"url": "https://picker:hush@aims.example"},
            {"url": "https://aims.example/"},
            {"url": "aims.example"},
            {"latency_p95_s": 100, "lost_after_s": 120},
            {"pick_page": 8},
            {"patterns": {}},
        ],
    )
    def test_what_cannot_be_is_refused(self, wrong: dict[str, Any]) -> None:
        right = {"url": "https://a.example", "username": "u", "password": "p", "company": "C", "store": "S"}
        AimsSettings.model_validate(right)
        with pytest.raises(ValidationError):
            AimsSettings.model_validate(right | wrong)

    def test_the_bodies_hold_what_the_settings_say(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(patterns={"double": 7}) as here:
                await here.driver.light(FIRST, BLUE_FLASH.model_copy(update={"pattern": "double"}), "t1")
                sent = next(json.loads(each) for each in here.rig.aims.bodies if b"ledBlinkList" in each)
                assert sent["ledBlinkList"][0]["patternId"] == 7

        run(scenario())
