"""What a picker is told of the light at their stop."""

from __future__ import annotations

from mobile.captions import captions_in, is_caption
from mobile.state.told_light import Told, ToldLight, told_light
from shared.labels import BlinkPattern, LabelLight, LightColour, LightPhase, Look, Sharing

OWN = Look(LightColour.BLUE, BlinkPattern.SLOW)
OTHER = Look(LightColour.YELLOW, BlinkPattern.DOUBLE)


def light(shown: Look, sharing: Sharing | None, *shared_by: Look, phase: LightPhase = LightPhase.LIT) -> LabelLight:
    return LabelLight(
        label_id="lbl",
        location_id="loc",
        phase=phase,
        colour=shown.colour,
        pattern=shown.pattern,
        sharing=sharing,
        shared_by=shared_by,
    )


def test_the_own_light_where_nothing_is_said() -> None:
    assert told_light(OWN, None) == ToldLight(Told.OWN, (OWN,))
    assert told_light(None, None) == ToldLight(Told.NONE)


def test_a_silent_label_is_told_before_anything_else() -> None:
    silent = light(OWN, Sharing.JOINT, OWN, OTHER, phase=LightPhase.SILENT)
    assert told_light(OWN, silent) == ToldLight(Told.SILENT)


def test_a_label_that_cannot_blink_as_theirs_says_how_it_does() -> None:
    plain = Look(OTHER.colour, BlinkPattern.SLOW)
    assert told_light(OTHER, light(plain, Sharing.SIMPLER, OTHER)) == ToldLight(Told.SIMPLER, (plain,))
    assert told_light(OWN, light(plain, Sharing.SIMPLER, OTHER)) == ToldLight(Told.OWN, (OWN,))


def test_in_turn_the_own_colour_comes_first() -> None:
    assert told_light(OWN, light(OTHER, Sharing.IN_TURN, OTHER, OWN)) == ToldLight(Told.IN_TURN, (OWN, OTHER))


def test_white_for_all_beside_the_own_that_it_may_still_be() -> None:
    told = told_light(OWN, light(OWN, Sharing.JOINT, OWN, OTHER))
    assert (told.told, [look.colour for look in told.looks]) == (
        Told.OR_WHITE,
        [LightColour.BLUE, LightColour.WHITE],
    )


def test_what_still_blinks_is_looked_for_as_it_blinks() -> None:
    assert told_light(OWN, light(OTHER, Sharing.STILL, OWN)) == ToldLight(Told.STILL, (OTHER,))


def test_one_by_one_it_is_ones_own_or_anothers() -> None:
    assert told_light(OWN, light(OWN, Sharing.ONE_BY_ONE, OWN, OTHER)).told is Told.OWN
    assert told_light(OWN, light(OTHER, Sharing.ONE_BY_ONE, OTHER, OWN)).told is Told.ANOTHERS


def test_what_others_share_is_none_of_mine() -> None:
    assert told_light(OWN, light(OTHER, Sharing.IN_TURN, OTHER)) == ToldLight(Told.OWN, (OWN,))


def test_each_has_its_words_in_every_language() -> None:
    for told in Told:
        assert is_caption(told.value)
        for language in ("en", "zh", "pt"):
            assert captions_in(language)(told.value, product="Oat drink")
