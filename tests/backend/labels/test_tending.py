"""Looking after labels on a real database: what is heard, asked, written down and said to a supervisor."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from backend.core.database import Database
from backend.labels import repository
from backend.labels.dispatcher import LabelAddress
from backend.labels.drivers.simulated.driver import SimulatedDriver
from backend.labels.health import LabelHealth
from backend.labels.port import ButtonPressed, Expired
from backend.labels.tending import ASK_EVERY_S, KEEP_EVERY_S, Sleep
from shared.labels import LabelTrouble
from tests.backend.databases import both_databases
from tests.backend.labels.shop import HOME, OTHER, Shop
from tests.backend.waiting import until

ALL = ["L1", "L2", "L3", "NEW"]


@pytest.fixture
def tended(shop: Shop) -> Shop:
    """Three labels hang; the gateway knows a fourth."""
    shop.run(shop.furnish({"labels": ALL}))
    return shop


def driver_of(shop: Shop) -> SimulatedDriver:
    (gateway_id,) = shop.dispatcher.gateway_ids
    return driver_at(shop, gateway_id)


def driver_at(shop: Shop, gateway_id: str) -> SimulatedDriver:
    driver = shop.dispatcher.driver(gateway_id)
    assert isinstance(driver, SimulatedDriver)
    return driver


def noted_pauses(shop: Shop) -> tuple[list[float], Sleep]:
    """Every pause as it begins, and what to sleep with: time may pass once somebody waits for it."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await shop.time.sleep(seconds)

    return pauses, sleep


def flash(shop: Shop, external_id: str = "L1") -> None:
    shop.run(shop.labels.installing.test_light(HOME, shop.label_id(external_id)))
    shop.run(shop.time.advance(20))


def health(shop: Shop, external_id: str = "L1") -> LabelHealth:
    return shop.labels.tending.book.of(shop.label_id(external_id))


def kept(shop: Shop) -> Mapping[str, LabelHealth]:
    """What is written down."""
    with shop.database.asking() as connection:
        return repository.get_health(connection)


class TestHeard:
    def test_a_flash_that_arrived_is_a_sign_of_life_and_time_off_its_battery(self, tended: Shop) -> None:
        flash(tended)
        now = health(tended)
        assert now.commands > 0
        assert now.failures == 0
        assert now.last_seen_at is not None
        assert now.lit_s >= 15
        assert now.lit_on == tended.time.clock.now().date()

    def test_one_that_did_not_is_a_failure(self, shop: Shop) -> None:
        shop.run(shop.furnish({"silent_labels": ["L2"]}))
        shop.run(shop.labels.installing.test_light(HOME, shop.label_id("L2")))
        shop.run(shop.time.advance(60))
        assert health(shop, "L2").failures >= 1

    def test_words_about_a_label_that_hangs_nowhere_are_passed_over(self, tended: Shop) -> None:
        driver_of(tended).press_button("NEW")
        assert tended.labels.tending.book.label_ids == []


class TestAsk:
    def test_what_the_gateways_know_is_taken_over(self, tended: Shop) -> None:
        driver_of(tended).press_button("L3")
        tended.run(tended.labels.tending.ask())
        assert health(tended, "L3").battery_mv > 0

    def test_a_gateway_that_does_not_answer_keeps_the_others_from_nothing(self, tended: Shop) -> None:
        tended.run(tended.labels.gateways.save(HOME, "away", "simulated", {"labels": ["X1"]}))
        for gateway_id in tended.dispatcher.gateway_ids:
            driver = driver_at(tended, gateway_id)
            driver.is_reachable = "X1" not in driver.settings.labels
        tended.run(tended.labels.tending.ask())
        assert [each.report.external_id for each in tended.run(tended.labels.health(HOME))[1]] == ["NEW"]

    def test_it_asks_and_writes_again_and_again(self, tended: Shop) -> None:
        async def live() -> None:
            task = asyncio.ensure_future(tended.labels.tending.run(tended.time.sleep))
            for external_id in ("L1", "L2"):
                driver_of(tended).press_button(external_id)
                await until(lambda: tended.label_id(external_id) in kept(tended))  # noqa: B023 - awaited at once
                await tended.time.advance(max(ASK_EVERY_S, KEEP_EVERY_S))
            task.cancel()

        tended.run(live())

    def test_a_gateway_is_asked_as_soon_as_it_is_opened_and_then_with_the_others(self, tended: Shop) -> None:
        asked: list[str] = []

        pauses, sleep = noted_pauses(tended)

        async def note(gateway_id: str, _: object) -> None:
            asked.append(gateway_id)

        async def live() -> None:
            tending = tended.labels.tending
            tending.on_found.append(note)
            tasks = [asyncio.ensure_future(part) for part in (tending.run(sleep), tending.welcome())]
            (first,) = tended.dispatcher.gateway_ids
            await until(lambda: pauses)
            assert asked == [first]
            await tended.labels.gateways.save(HOME, "second", "simulated", {"labels": ["X1"]})
            await until(lambda: len(asked) == 2)
            assert {first, asked[1]} == {*tended.dispatcher.gateway_ids}
            await tended.time.advance(max(ASK_EVERY_S, KEEP_EVERY_S))
            await until(lambda: len(asked) == 4)
            for task in tasks:
                task.cancel()

        tended.run(live())

    def test_one_that_had_no_answer_is_asked_again_before_the_others(self, tended: Shop) -> None:
        asked: list[str] = []

        async def note(gateway_id: str, _: object) -> None:
            asked.append(gateway_id)

        async def live() -> None:
            tended.labels.tending.on_found.append(note)
            await tended.labels.gateways.save(HOME, "away", "simulated", {"labels": ["X1"]})
            answering, away = sorted(tended.dispatcher.gateway_ids, key=is_away)
            driver_at(tended, away).is_reachable = False
            task = asyncio.ensure_future(tended.labels.tending.run(sleep))
            await until(lambda: pauses)
            assert asked == [answering]
            driver_at(tended, away).is_reachable = True
            await tended.time.advance(KEEP_EVERY_S)
            await until(lambda: asked == [answering, away])
            task.cancel()

        pauses, sleep = noted_pauses(tended)

        def is_away(gateway_id: str) -> bool:
            return "X1" in driver_at(tended, gateway_id).settings.labels

        tended.run(live())


class TestKeep:
    @both_databases
    def test_what_is_known_outlives_the_process(self, tended: Shop, database: Database) -> None:
        flash(tended)
        before = health(tended)
        assert tended.run(tended.labels.tending.keep()) == 1
        tended.run(tended.stop())
        tended.begin()
        tended.run(tended.start())
        assert health(tended) == before
        assert tended.run(tended.labels.tending.keep()) == 0

    def test_the_day_s_light_counts_against_the_budget_after_a_restart(self, tended: Shop) -> None:
        flash(tended)
        tended.run(tended.labels.tending.keep())
        tended.run(tended.stop())
        tended.begin()
        tended.run(tended.start())
        (gateway_id,) = tended.dispatcher.gateway_ids
        spent_s = tended.dispatcher.on_time_s(LabelAddress(gateway_id, "L1"), tended.time.clock.now())
        assert spent_s == health(tended).lit_s > 0

    @both_databases
    def test_written_twice_the_later_one_stays(self, tended: Shop, database: Database) -> None:
        for _ in range(2):
            flash(tended)
            tended.run(tended.labels.tending.keep())
            assert kept(tended) == {tended.label_id("L1"): health(tended)}
        assert health(tended).commands > 2

    def test_a_label_that_was_taken_off_is_forgotten(self, tended: Shop) -> None:
        flash(tended)
        tended.run(tended.labels.tending.keep())
        tended.run(tended.labels.installing.unbind(HOME, tended.label_id("L1")))
        assert tended.labels.tending.book.label_ids == []
        assert kept(tended) == {}


class TestSaid:
    def test_those_in_trouble_come_first_the_worst_before_the_others(self, tended: Shop) -> None:
        now = tended.time.clock.now()
        weak, dark = tended.label_id("L3"), tended.label_id("L2")
        book = tended.labels.tending.book
        book.note(weak, now, battery_mv=2_100)
        for _ in range(5):
            book.heard(dark, Expired("L2", now, "t"))
        labels, _ = tended.run(tended.labels.health(HOME))
        assert [(each.label.address.external_id, list(each.troubles)) for each in labels] == [
            ("L2", [LabelTrouble.OFTEN_DARK]),
            ("L3", [LabelTrouble.LOW_BATTERY]),
            ("L1", []),
        ]

    def test_a_label_that_its_gateway_does_not_know_is_trouble(self, shop: Shop) -> None:
        shop.run(shop.furnish({"labels": ["L1", "L2"]}))
        shop.run(shop.labels.tending.ask())
        labels, _ = shop.run(shop.labels.health(HOME))
        assert labels[0].label.address.external_id == "L3"
        assert labels[0].troubles == [LabelTrouble.UNKNOWN_TO_GATEWAY]

    def test_nothing_is_said_of_that_where_a_gateway_cannot_know(self, shop: Shop) -> None:
        shop.run(shop.furnish())  # it takes any label
        shop.run(shop.labels.tending.ask())
        labels, strays = shop.run(shop.labels.health(HOME))
        assert [each.troubles for each in labels] == [[], [], []]
        assert strays == []

    def test_labels_that_hang_nowhere_are_listed(self, tended: Shop) -> None:
        tended.run(tended.labels.tending.ask())
        _, strays = tended.run(tended.labels.health(HOME))
        assert [(each.report.external_id, each.report.model) for each in strays] == [("NEW", "virtual label")]

    def test_another_store_sees_none_of_it(self, tended: Shop) -> None:
        tended.run(tended.labels.tending.ask())
        assert tended.run(tended.labels.health(OTHER)) == ([], [])


def test_a_button_is_no_flash(tended: Shop) -> None:
    label_id = tended.label_id("L1")
    before = tended.labels.tending.book.of(label_id)
    tended.labels.tending.book.heard(label_id, ButtonPressed("L1", tended.time.clock.now(), 1))
    assert tended.labels.tending.book.of(label_id) == before
