"""Colours keep their promises by day and at night: readable for everyone, and right never looks like wrong."""

from __future__ import annotations

from itertools import combinations

import pytest

from mobile import theme
from mobile.components import verdict
from shared.labels import PICKER_COLOURS
from tests.mobile.eyes import COLOUR_BLINDNESS, colour_distance, contrast

TEXT_CONTRAST_MIN = 4.5  # WCAG 2.2, 1.4.3
RIGHT_FROM_WRONG_MIN = 60  # the reference apps' green and red are 9 to 11 apart for a deuteranope
APART_MIN = 30  # of any two verdicts, which differ in shape, sound and words as well
LIGHTS_APART_MIN = 40
PALETTES = {"day": theme.DAY, "night": theme.NIGHT}
VERDICTS = {look.fill for look in (verdict.RIGHT, verdict.WRONG, verdict.REFUSED, verdict.ALREADY, verdict.DECIDE)}


@pytest.fixture(params=PALETTES)
def palette(request: pytest.FixtureRequest) -> dict[str, str]:
    return PALETTES[request.param]


def test_day_and_night_have_a_colour_for_every_name() -> None:
    assert theme.DAY.keys() == theme.NIGHT.keys() == set(theme.TEXT_ON) | {
        theme.LINE, theme.QUIET, theme.DECIDE_INK, theme.BOARD_INK,
    }  # fmt: skip


@pytest.mark.parametrize("one", PALETTES)
def test_the_page_knows_every_name(one: str) -> None:
    """Flutter resolves a name by its colour scheme; one that is missing would be some default."""
    scheme = theme.app_theme(PALETTES[one]).color_scheme
    assert scheme is not None
    for name, colour in PALETTES[one].items():
        attribute = next(role.name for role in theme.ft.Colors if role.value == name).lower()
        assert getattr(scheme, attribute) == colour


@pytest.mark.parametrize(("surface", "text"), theme.TEXT_ON.items())
def test_text_is_readable_on_its_surface(palette: dict[str, str], surface: str, text: str) -> None:
    assert contrast(palette[surface], palette[text]) >= TEXT_CONTRAST_MIN


@pytest.mark.parametrize("text", [theme.QUIET, theme.WRONG, theme.RIGHT, theme.LATE])
@pytest.mark.parametrize("surface", [theme.PAPER, theme.MIST])
def test_coloured_text_is_readable_on_paper(palette: dict[str, str], surface: str, text: str) -> None:
    assert contrast(palette[surface], palette[text]) >= TEXT_CONTRAST_MIN


@pytest.mark.parametrize("eye", COLOUR_BLINDNESS)
def test_right_and_wrong_stay_apart_for_every_eye(palette: dict[str, str], eye: str) -> None:
    assert colour_distance(palette[theme.RIGHT], palette[theme.WRONG], eye) >= RIGHT_FROM_WRONG_MIN


@pytest.mark.parametrize("eye", COLOUR_BLINDNESS)
def test_any_two_verdicts_stay_apart_for_every_eye(palette: dict[str, str], eye: str) -> None:
    assert len(VERDICTS) == 4
    for one, other in combinations(VERDICTS, 2):
        assert colour_distance(palette[one], palette[other], eye) >= APART_MIN, (one, other)


@pytest.mark.parametrize("eye", COLOUR_BLINDNESS)
def test_the_lights_stay_apart_for_every_eye(eye: str) -> None:
    for one, other in combinations((theme.LIGHTS[colour] for colour in sorted(PICKER_COLOURS)), 2):
        assert colour_distance(one, other, eye) >= LIGHTS_APART_MIN


def test_the_formulas_know_black_and_white() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert colour_distance("#000000", "#FFFFFF", "normal") == pytest.approx(100, abs=0.1)


@pytest.mark.parametrize(
    ("one", "other", "ratio", "distances"),
    [
        ("#5CB85C", "#D9534F", 1.6, (100, 9, 35, 107)),  # a scanning app's right and wrong
        ("#5CB85C", "#F0AD4E", 1.3, (65, 26, 11, 73)),
        ("#0072B2", "#D55E00", 1.3, (115, 108, 92, 102)),  # Okabe-Ito
        ("#0072B2", "#F0E442", 3.9, (125, 126, 127, 61)),
    ],
)
def test_the_formulas_give_what_others_measured(
    one: str, other: str, ratio: float, distances: tuple[int, int, int, int]
) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.06)
    seen = [colour_distance(one, other, eye) for eye in ("normal", "deutan", "protan", "tritan")]
    assert seen == pytest.approx(distances, abs=0.6)
