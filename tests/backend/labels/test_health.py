"""A label's health: what its gateway says of it, what is worth writing down, and when somebody should look after it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.labels.health import LOW_BATTERY_MV, NOTHING_KNOWN, OUTCOMES_KEPT, HealthBook, LabelHealth
from backend.labels.port import ButtonPressed, Delivered, Expired, Failed, GatewayEvent, LabelSeen, Queued
from shared.labels import LabelTrouble
from tests.backend.labels.builders import START, at

HERE = "lbl_1"


@pytest.fixture
def book() -> HealthBook:
    return HealthBook()


def hear(book: HealthBook, *events: GatewayEvent) -> LabelHealth:
    for event in events:
        book.heard(HERE, event)
    return book.of(HERE)


def delivered(seconds: float = 0) -> Delivered:
    return Delivered("L1", at(seconds), "t")


class TestHeard:
    def test_nothing_is_known_of_a_label_that_was_never_heard(self, book: HealthBook) -> None:
        assert book.of(HERE) == NOTHING_KNOWN

    def test_a_check_in_says_battery_and_time(self, book: HealthBook) -> None:
        health = hear(book, LabelSeen("L1", at(5), battery_mv=2_950))
        assert (health.battery_mv, health.last_seen_at) == (2_950, at(5))

    def test_a_check_in_that_says_no_battery_leaves_the_one_that_is_known(self, book: HealthBook) -> None:
        assert hear(book, LabelSeen("L1", at(5), battery_mv=2_950), LabelSeen("L1", at(9))).battery_mv == 2_950

    def test_a_word_that_comes_late_does_not_turn_the_clock_back(self, book: HealthBook) -> None:
        assert hear(book, LabelSeen("L1", at(9)), LabelSeen("L1", at(5))).last_seen_at == at(9)

    def test_a_delivered_flash_is_a_sign_of_life_and_a_success(self, book: HealthBook) -> None:
        health = hear(book, delivered(3))
        assert (health.commands, health.failures, health.last_seen_at) == (1, 0, at(3))

    @pytest.mark.parametrize("end", [Expired("L1", START, "t"), Failed("L1", START, "t", "refused")])
    def test_a_flash_that_did_not_arrive_counts_and_is_no_sign_of_life(
        self, book: HealthBook, end: GatewayEvent
    ) -> None:
        health = hear(book, end)
        assert (health.commands, health.failures, health.last_seen_at) == (1, 1, None)

    def test_what_is_still_under_way_counts_as_nothing(self, book: HealthBook) -> None:
        assert hear(book, Queued("L1", START, "t"), ButtonPressed("L1", START, 1)) == NOTHING_KNOWN

    def test_only_the_last_flashes_count(self, book: HealthBook) -> None:
        hear(book, *[Expired("L1", START, "t")] * OUTCOMES_KEPT)
        health = hear(book, *[delivered()] * (OUTCOMES_KEPT - 1))
        assert (health.commands, health.failures) == (OUTCOMES_KEPT, 1)
        assert health.failure_rate == 1 / OUTCOMES_KEPT


class TestTroubles:
    def test_a_label_nobody_knows_anything_of_is_no_trouble(self) -> None:
        assert NOTHING_KNOWN.troubles(START) == []

    def test_a_healthy_one_is_none_either(self) -> None:
        health = LabelHealth(battery_mv=3_000, signal_dbm=-60, last_seen_at=START, outcomes=0, commands=50)
        assert health.troubles(START + timedelta(minutes=59)) == []

    def test_an_hour_without_a_word(self) -> None:
        assert NOTHING_KNOWN.seen(START).troubles(at(3_600)) == [LabelTrouble.UNSEEN]

    def test_a_weak_battery_but_not_an_unknown_one(self) -> None:
        assert LabelHealth(battery_mv=LOW_BATTERY_MV - 1).troubles(START) == [LabelTrouble.LOW_BATTERY]
        assert LabelHealth(battery_mv=LOW_BATTERY_MV).troubles(START) == []

    def test_more_than_a_fifth_of_its_flashes_lost_of_five_or_more(self) -> None:
        assert LabelHealth(outcomes=0b1111, commands=4).troubles(START) == []
        assert LabelHealth(outcomes=0b00001, commands=5).troubles(START) == []
        assert LabelHealth(outcomes=0b00011, commands=5).troubles(START) == [LabelTrouble.OFTEN_DARK]


class TestWorthKeeping:
    def test_all_that_is_new(self, book: HealthBook) -> None:
        health = hear(book, delivered())
        assert book.worth_keeping() == {HERE: health}

    def test_what_was_written_down_is_not_written_again(self, book: HealthBook) -> None:
        hear(book, delivered())
        book.kept(book.worth_keeping())
        assert book.worth_keeping() == {}

    def test_what_changed_while_it_was_written_is_kept_next(self, book: HealthBook) -> None:
        hear(book, delivered())
        written = book.worth_keeping()
        health = hear(book, Expired("L1", START, "t"))
        book.kept(written)
        assert book.worth_keeping() == {HERE: health}

    def test_another_sign_of_life_only_after_an_hour(self, book: HealthBook) -> None:
        hear(book, LabelSeen("L1", START, battery_mv=3_000))
        book.kept(book.worth_keeping())
        hear(book, LabelSeen("L1", at(3_599), battery_mv=3_000))
        assert book.worth_keeping() == {}
        hear(book, LabelSeen("L1", at(3_600), battery_mv=3_000))
        assert [*book.worth_keeping()] == [HERE]

    def test_a_new_process_goes_on_from_it(self, book: HealthBook) -> None:
        before = hear(book, delivered(), LabelSeen("L1", at(1), battery_mv=2_900))
        after = HealthBook()
        after.remember({HERE: before})
        assert after.of(HERE) == before
        assert after.worth_keeping() == {}

    def test_what_was_heard_since_the_start_is_not_overwritten_by_it(self) -> None:
        book = HealthBook()
        health = hear(book, LabelSeen("L1", at(9), battery_mv=2_500))
        book.remember({HERE: LabelHealth(battery_mv=3_000)})
        assert book.of(HERE) == health

    def test_how_long_it_shone_today_is_kept(self, book: HealthBook) -> None:
        book.shone(HERE, START.date(), 60)
        book.kept(book.worth_keeping())
        book.shone(HERE, START.date(), 60)
        assert book.worth_keeping() == {}
        book.shone(HERE, START.date(), 61)
        assert book.worth_keeping() == {HERE: LabelHealth(lit_on=START.date(), lit_s=61)}

    def test_a_label_that_is_gone_is_forgotten(self, book: HealthBook) -> None:
        hear(book, delivered())
        book.forget([HERE])
        assert (book.of(HERE), book.worth_keeping()) == (NOTHING_KNOWN, {})


def test_a_gateway_that_only_lists_a_label_says_nothing_of_it() -> None:
    book = HealthBook()
    book.note("lbl_1", None)
    assert book.label_ids == []
    assert book.worth_keeping() == {}
