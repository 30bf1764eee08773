"""Every screen, in every state there is a sample of: readable by day and at night, named, large enough for a glove."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import flet as ft
import pytest
from flet.components.component import Renderer
from flet.controls.context import _context_page

from mobile import theme
from mobile.app import App
from mobile.app import draw as page_looks
from tests.e2e.preview_main import CASES
from tests.mobile.drawing import least_height_dp, with_ancestors
from tests.mobile.eyes import contrast

TEXT_CONTRAST_MIN = 4.5  # WCAG 2.2, 1.4.3
SIGN_CONTRAST_MIN = 3.0  # WCAG 2.2, 1.4.11
TARGET_MIN_DP = 48
MAIN_MIN_DP = 72
FIGURE_MIN_SP = 28
PALETTES = {"day": theme.DAY, "night": theme.NIGHT}
FIGURES = re.compile(r"stop-(location|quantity)|substitute-(address-\d+|quantity)|(short|put-back|weight)-quantity")

Drawn = list[tuple[Any, tuple[Any, ...]]]


@cache
def drawn(name: str) -> Drawn:
    """Every control of one case with those around it."""

    async def draw() -> Drawn:
        page = SimpleNamespace(height=915, width=412, session=None)
        token = _context_page.set(page)  # type: ignore[arg-type]
        try:
            app = await CASES[name]("en")
            with Renderer().with_context():
                parts: list[Any] = []
                page.render = lambda component, *given: parts.extend(given)
                page_looks(page, app)  # type: ignore[arg-type]
                root = App(*parts)
                found = list(with_ancestors(root))
            app.close()
            return found
        finally:
            _context_page.reset(token)

    return asyncio.run(draw())


@pytest.fixture(params=CASES)
def screen(request: pytest.FixtureRequest) -> Drawn:
    return drawn(request.param)


def ground(above: tuple[Any, ...]) -> str:
    """The nearest colour a control stands on."""
    for one in reversed(above):
        style = getattr(one, "style", None)
        colour = getattr(one, "bgcolor", None) or (getattr(style, "bgcolor", None) if style else None)
        if colour:
            return str(colour)
    return theme.PAPER


def ink(control: Any) -> str:
    style = getattr(control, "style", None)
    return str(control.color or (style.color if style is not None else None) or theme.INK)


def size_sp(text: Any) -> float:
    return float(text.size or (text.style.size if text.style is not None else None) or 14)  # what Flutter falls back to


def identifiers(control: Any, above: tuple[Any, ...]) -> Iterator[str]:
    for one in (*above, control):
        if isinstance(one, ft.Semantics) and one.identifier:
            yield one.identifier


def words_in(control: Any) -> str:
    """What a screen reader finds to say in it."""
    said = []
    for one, _ in with_ancestors(control):
        if isinstance(one, ft.Text):
            said.append(str(one.value))
        said += [getattr(one, name, None) or "" for name in ("semantics_label", "tooltip", "label")]
    return " ".join(map(str, said)).strip()


@pytest.mark.parametrize("light", PALETTES)
def test_text_and_signs_are_readable(screen: Drawn, light: str) -> None:
    palette = PALETTES[light]
    faint, looked_at = [], 0
    for control, above in screen:
        if not isinstance(control, ft.Text | ft.Icon) or (isinstance(control, ft.Text) and not control.value):
            continue
        looked_at += 1
        pair = ink(control), ground(above)
        ratio = contrast(*(palette.get(colour, colour) for colour in pair))
        if ratio < (TEXT_CONTRAST_MIN if isinstance(control, ft.Text) else SIGN_CONTRAST_MIN):
            faint.append((pair, round(ratio, 1), getattr(control, "value", "icon")))
    assert faint == []
    assert looked_at


def test_no_text_is_small(screen: Drawn) -> None:
    small = [(one.value, size_sp(one)) for one, _ in screen if isinstance(one, ft.Text) and one.value]
    assert [found for found in small if found[1] < theme.TEXT_MIN_SP] == []


def test_where_and_how_many_are_readable_from_an_arms_length(screen: Drawn) -> None:
    for control, _ in screen:
        if not isinstance(control, ft.Semantics) or not FIGURES.fullmatch(control.identifier or ""):
            continue
        sizes = [size_sp(one) for one, _ in with_ancestors(control) if isinstance(one, ft.Text)]
        assert max(sizes, default=0) >= FIGURE_MIN_SP, control.identifier


def test_every_target_fits_a_thumb(screen: Drawn) -> None:
    for control, above in screen:
        if isinstance(control, ft.Button | ft.IconButton):
            assert least_height_dp(control) >= TARGET_MIN_DP, list(identifiers(control, above))
        if isinstance(control, ft.IconButton):
            assert (control.width or 0) >= TARGET_MIN_DP, list(identifiers(control, above))


def test_the_main_action_is_large_and_last(screen: Drawn) -> None:
    for control, _ in screen:
        if isinstance(control, ft.Semantics) and (control.identifier or "").endswith("-actions"):
            inside = [one for one, _ in with_ancestors(control)]
            if any(isinstance(one, ft.TextField) for one in inside):
                continue  # nothing to press: one scans, or types and presses Enter
            buttons = [one for one in inside if isinstance(one, ft.Button)]
            assert buttons, control.identifier
            assert least_height_dp(buttons[-1]) >= MAIN_MIN_DP, control.identifier


def test_whatever_can_be_touched_has_a_name(screen: Drawn) -> None:
    nameless = []
    for control, above in screen:
        is_target = isinstance(control, ft.Button | ft.IconButton | ft.TextField) or getattr(control, "on_click", None)
        if isinstance(control, ft.GestureDetector):
            is_target = control.on_tap is not None
        label = next((one.label for one in reversed(above) if isinstance(one, ft.Semantics) and one.label), "")
        if is_target and not label and not words_in(control):
            nameless.append((type(control).__name__, list(identifiers(control, above))))
    assert nameless == []


def test_pictures_are_named_or_passed_over(screen: Drawn) -> None:
    for control, above in screen:
        if isinstance(control, ft.Image):
            assert control.exclude_from_semantics or control.semantics_label, list(identifiers(control, above))


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("verdict-")])
def test_a_verdict_is_read_aloud_at_once(name: str) -> None:
    live = [one for one, _ in drawn(name) if isinstance(one, ft.Semantics) and one.live_region]
    assert [one for one in live if one.identifier.startswith("verdict-") and words_in(one)]
