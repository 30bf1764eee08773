"""Whose turn a label's light is."""

from dataclasses import replace
from datetime import timedelta

from backend.labels.wishes import FOUND_S, NEVER, choose, next_instant, stay_due
from tests.backend.labels.builders import YELLOW, at, wish


class TestChoose:
    def test_nothing_is_due_before_its_time(self) -> None:
        assert choose({("a", "1"): wish(light_s=10)}, {}, at(9)) is None

    def test_the_earlier_arrival_shows_first(self) -> None:
        wishes = {("a", "1"): wish(expected_s=30), ("b", "1"): wish(look=YELLOW, expected_s=20)}
        assert choose(wishes, {}, at(0)) == ("b", "1")

    def test_who_comes_later_does_not_take_the_light_away_from_who_comes_first(self) -> None:
        wishes = {("a", "1"): wish(expected_s=30), ("b", "1"): wish(look=YELLOW, expected_s=20)}
        assert choose(wishes, {("b", "1"): at(0)}, at(20)) == ("b", "1")

    def test_who_has_found_by_the_light_makes_room_for_who_comes_next(self) -> None:
        wishes = {("a", "1"): wish(expected_s=30), ("b", "1"): wish(look=YELLOW, expected_s=20)}
        assert choose(wishes, {("b", "1"): at(0)}, at(20 + FOUND_S)) == ("a", "1")
        assert choose(wishes, {("b", "1"): at(0)}, at(10), at(20 + FOUND_S)) == ("a", "1")

    def test_who_was_never_shown_a_light_keeps_their_turn(self) -> None:
        wishes = {("a", "1"): wish(expected_s=30), ("b", "1"): wish(look=YELLOW, expected_s=20)}
        assert choose(wishes, {}, at(29)) == ("b", "1")

    def test_two_shown_wishes_alternate(self) -> None:
        wishes = {("a", "1"): wish(expected_s=30), ("b", "1"): wish(look=YELLOW, expected_s=20)}
        assert choose(wishes, {("b", "1"): at(0), ("a", "1"): at(5)}, at(40)) == ("b", "1")


def test_a_lit_stop_stays_lit_when_the_picker_is_slower_than_expected() -> None:
    assert stay_due(wish(light_s=0), wish(light_s=50), at(10)).light_at == at(0)


def test_a_stop_not_yet_due_may_be_put_off() -> None:
    assert stay_due(wish(light_s=20), wish(light_s=50), at(10)).light_at == at(50)


def test_what_only_joins_in_is_never_a_reason_to_look() -> None:
    assert next_instant([replace(wish(), light_at=NEVER)], at(1)) is None


def test_the_next_instant_is_after_now() -> None:
    assert next_instant([wish(light_s=12, ends_s=30)], at(5)) == at(12)
    assert next_instant([wish(light_s=12, ends_s=30)], at(12)) == at(30)


def test_of_several_it_is_also_when_one_makes_room() -> None:
    wishes = [wish(expected_s=20), wish(look=YELLOW, expected_s=40)]
    assert next_instant(wishes, at(5)) == at(20 + FOUND_S)
    assert next_instant(wishes, at(5), timedelta(seconds=10)) == at(10 + FOUND_S)
