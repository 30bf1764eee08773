"""Colours keep their promises: readable for everyone, and right never looks like wrong."""

from __future__ import annotations

from itertools import combinations

import pytest

from mobile import theme

TEXT_CONTRAST_MIN = 4.5  # WCAG 2.2, 1.4.3
APART_MIN = 40  # the reference apps' green and red are 9 to 11 apart for a deuteranope
LIGHTS_APART_MIN = 40


@pytest.mark.parametrize(("surface", "text"), theme.TEXT_ON.items())
def test_text_is_readable_on_its_surface(surface: str, text: str) -> None:
    assert theme.contrast(surface, text) >= TEXT_CONTRAST_MIN


@pytest.mark.parametrize("text", [theme.QUIET, theme.WRONG, theme.RIGHT, theme.LATE])
@pytest.mark.parametrize("surface", [theme.PAPER, theme.MIST])
def test_coloured_text_is_readable_on_paper(surface: str, text: str) -> None:
    assert theme.contrast(surface, text) >= TEXT_CONTRAST_MIN


@pytest.mark.parametrize("eye", theme.COLOUR_BLINDNESS)
def test_right_and_wrong_stay_apart_for_every_eye(eye: str) -> None:
    assert theme.colour_distance(theme.RIGHT, theme.WRONG, eye) >= APART_MIN


@pytest.mark.parametrize("eye", theme.COLOUR_BLINDNESS)
def test_the_lights_stay_apart_for_every_eye(eye: str) -> None:
    for one, other in combinations(theme.LIGHTS.values(), 2):
        assert theme.colour_distance(one, other, eye) >= LIGHTS_APART_MIN


def test_the_formulas_know_black_and_white() -> None:
    assert theme.contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert theme.colour_distance("#000000", "#FFFFFF", "normal") == pytest.approx(100, abs=0.1)
