"""What one label shows to several pickers."""

from __future__ import annotations

from dataclasses import replace

from backend.labels.port import Capability
from backend.labels.sharing import Shown, joined, share
from backend.labels.wishes import LightWish, WishKey
from shared.labels import BlinkPattern, LightColour, Look, Sharing
from tests.backend.labels.builders import BLUE, INSTANT, START, YELLOW, at, wish

BLUE_DOUBLE = Look(LightColour.BLUE, BlinkPattern.DOUBLE)
CYAN = Look(LightColour.CYAN, BlinkPattern.SLOW)
IN_TURN = replace(INSTANT, colours_in_turn=2, colours=frozenset(LightColour))
WITH_WHITE = replace(INSTANT, colours=frozenset(LightColour))
FIRST = ("walk0", "p0")


def wishes(*looks: Look, joining: Look | None = None) -> dict[WishKey, LightWish]:
    """One walk each, due now, arriving one after the other; `joining`: one that is due in a while."""
    found = {(f"walk{n}", f"p{n}"): wish(look=look, name=f"p{n}", expected_s=10 + n) for n, look in enumerate(looks)}
    if joining is not None:
        found["later", "p"] = replace(wish(look=joining, name="p", light_s=1e6, expected_s=50), joins_at=at(20))
    return found


def shown(of: dict[WishKey, LightWish], can: Capability, soon_s: float = 2) -> Shown:
    return share(of, FIRST, START, at(soon_s), can)


class TestShare:
    def test_one_picker_has_their_own_colour_and_rhythm(self) -> None:
        assert shown(wishes(BLUE_DOUBLE), IN_TURN) == Shown((LightColour.BLUE,), BlinkPattern.DOUBLE, (BLUE_DOUBLE,))

    def test_a_rhythm_that_the_gateway_does_not_know_is_shown_slowly_and_said_to_be_so(self) -> None:
        can = replace(INSTANT, patterns=frozenset({BlinkPattern.SLOW, BlinkPattern.STEADY}))
        one = shown(wishes(BLUE_DOUBLE), can)
        assert (one.pattern, one.sharing, one.looks) == (BlinkPattern.SLOW, Sharing.SIMPLER, (BLUE_DOUBLE,))
        assert (one.look, one.serves(BLUE_DOUBLE), one.serves(BLUE)) == (BLUE, True, False)
        assert shown(wishes(BLUE), can).sharing is None
        assert (
            replace(INSTANT, patterns=frozenset({BlinkPattern.LONG})).nearest(BlinkPattern.DOUBLE) is BlinkPattern.LONG
        )

    def test_different_colours_are_shown_in_turn_where_that_works(self) -> None:
        both = shown(wishes(BLUE, YELLOW), IN_TURN)
        assert (both.colours, both.sharing) == ((LightColour.BLUE, LightColour.YELLOW), Sharing.IN_TURN)
        assert both.serves(BLUE)
        assert both.serves(YELLOW)

    def test_one_colour_in_two_rhythms_would_be_taken_for_one_so_it_is_white(self) -> None:
        both = shown(wishes(BLUE, BLUE_DOUBLE), IN_TURN)
        assert (both.colours, both.looks, both.sharing) == (
            (LightColour.WHITE,),
            (BLUE, BLUE_DOUBLE),
            Sharing.JOINT,
        )

    def test_more_than_can_be_shown_in_turn_is_white(self) -> None:
        assert shown(wishes(BLUE, YELLOW, CYAN), IN_TURN).sharing is Sharing.JOINT

    def test_without_white_the_first_has_it(self) -> None:
        alone = shown(wishes(BLUE, YELLOW), INSTANT)
        assert (alone.colours, alone.sharing) == ((LightColour.BLUE,), Sharing.ONE_BY_ONE)
        assert alone.serves(BLUE)
        assert not alone.serves(YELLOW)

    def test_the_same_look_twice_needs_no_sharing(self) -> None:
        assert shown(wishes(BLUE, BLUE), WITH_WHITE).sharing is None

    def test_who_comes_before_the_next_command_could_joins_in(self) -> None:
        assert shown(wishes(BLUE, joining=YELLOW), IN_TURN, soon_s=19).sharing is None
        assert shown(wishes(BLUE, joining=YELLOW), IN_TURN, soon_s=20).looks == (BLUE, YELLOW)

    def test_who_joins_in_does_not_take_the_turn_of_those_who_are_due(self) -> None:
        without_white = replace(IN_TURN, colours=INSTANT.colours)
        three = shown(wishes(BLUE, YELLOW, joining=CYAN), without_white, soon_s=20)
        assert (three.looks, three.sharing) == ((BLUE, YELLOW), Sharing.IN_TURN)


class TestDoesAllOf:
    def test_more_does_for_less_but_white_is_left_when_it_may(self) -> None:
        turns, white = shown(wishes(BLUE, YELLOW), IN_TURN), shown(wishes(BLUE, YELLOW), WITH_WHITE)
        alone = shown(wishes(BLUE), IN_TURN)
        assert turns.does_all_of(alone)
        assert not alone.does_all_of(turns)
        assert not white.does_all_of(alone)
        assert white.does_all_of(shown(wishes(BLUE, YELLOW, CYAN), WITH_WHITE))


class TestJoined:
    def test_white_is_told_before_it_comes_and_until_it_is_gone(self) -> None:
        alone, white = shown(wishes(BLUE), WITH_WHITE), shown(wishes(BLUE, YELLOW), WITH_WHITE)
        for told in (joined(alone, white, white), joined(white, None, alone), joined(white, alone, alone)):
            assert told is not None
            assert (told.sharing, set(told.looks)) == (Sharing.JOINT, {BLUE, YELLOW})

    def test_nothing_is_told_of_a_light_for_one(self) -> None:
        alone = shown(wishes(BLUE), WITH_WHITE)
        assert joined(alone, alone, alone) is None
        assert joined(None, None, None) is None
