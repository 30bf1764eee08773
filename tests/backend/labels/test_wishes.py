"""Whose turn a label's light is."""

from backend.labels.wishes import choose, next_instant, stay_due
from tests.backend.labels.builders import YELLOW, at, wish


class TestChoose:
    def test_nothing_is_due_before_its_time(self) -> None:
        assert choose({("a", "1"): wish(light_s=10)}, {}, at(9)) is None

    def test_the_earlier_arrival_shows_first(self) -> None:
        wishes = {("a", "1"): wish(expected_s=30), ("b", "1"): wish(look=YELLOW, expected_s=20)}
        assert choose(wishes, {}, at(0)) == ("b", "1")

    def test_the_one_not_shown_yet_goes_before_the_earlier_arrival(self) -> None:
        wishes = {("a", "1"): wish(expected_s=30), ("b", "1"): wish(look=YELLOW, expected_s=20)}
        assert choose(wishes, {("b", "1"): at(0)}, at(1)) == ("a", "1")

    def test_two_shown_wishes_alternate(self) -> None:
        wishes = {("a", "1"): wish(expected_s=30), ("b", "1"): wish(look=YELLOW, expected_s=20)}
        assert choose(wishes, {("b", "1"): at(0), ("a", "1"): at(5)}, at(9)) == ("b", "1")


def test_a_lit_stop_stays_lit_when_the_picker_is_slower_than_expected() -> None:
    assert stay_due(wish(light_s=0), wish(light_s=50), at(10)).light_at == at(0)


def test_a_stop_not_yet_due_may_be_put_off() -> None:
    assert stay_due(wish(light_s=20), wish(light_s=50), at(10)).light_at == at(50)


def test_the_next_instant_is_after_now() -> None:
    assert next_instant([wish(light_s=0, ends_s=30), wish(light_s=12)], at(5)) == at(12)
