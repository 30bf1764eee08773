"""Things to press with a thumb in a glove: one shape for the main action, quieter ones for the rest."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import flet as ft

from mobile import theme
from mobile.components.mark import mark

OnTap = Callable[[], Any]


@ft.control(ft.Semantics.__name__)  # type: ignore[arg-type]
class Pressable(ft.Semantics):
    """What a screen reader can press: Flet's client asks for `on_click` where its Python says `on_tap`."""

    on_click: ft.ControlEventHandler[ft.Semantics] | None = None


# Flet reads the event's kind off the annotation, and cannot where it is a text, as all are in this house.
Pressable.__annotations__["on_click"] = ft.ControlEventHandler[ft.Semantics] | None  # type: ignore[misc]


LINES_MAX = 4  # of a button's words, where letters are large


def primary_button(
    identifier: str,
    text: str,
    on_tap: OnTap,
    *,
    icon: ft.IconData | None = None,
    hint: str = "",
    colour: str = theme.INK,
    is_enabled: bool = True,
) -> ft.Control:
    """The one thing to do here: full width, at the bottom, never under 72 dp."""
    return _button(identifier, text, on_tap, icon, hint, colour, None, theme.PRIMARY_HEIGHT_DP, 22, is_enabled)


def outline_button(
    identifier: str,
    text: str,
    on_tap: OnTap,
    *,
    icon: ft.IconData | None = None,
    colour: str = theme.INK,
    is_enabled: bool = True,
    expand: bool = False,
) -> ft.Control:
    """Something else one may do."""
    button = _button(identifier, text, on_tap, icon, "", theme.PAPER, colour, theme.TOUCH_HEIGHT_DP, 18, is_enabled)
    button.expand = expand
    return button


def icon_button(
    identifier: str,
    icon: ft.IconData,
    tooltip: str,
    on_tap: OnTap,
    *,
    is_framed: bool = False,
    colour: str = theme.INK,
) -> ft.Control:
    """A small way out, at the top, away from the thumb; framed where it stands among content."""
    tapped = _without_event(on_tap)
    button = ft.IconButton(
        icon=icon,
        icon_color=colour,
        bgcolor=theme.MIST if is_framed else None,
        icon_size=28,
        width=theme.ICON_BUTTON_DP,
        height=theme.ICON_BUTTON_DP,
        tooltip=tooltip,
        on_click=tapped,
    )
    return named_button(identifier, tooltip, button, tapped)


def named_button(identifier: str, label: str, button: ft.Control, on_tap: OnTap, *, is_off: bool = False) -> ft.Control:
    """A button that is only drawn: in the browser its tooltip would not become the name a screen reader says."""
    return Pressable(
        identifier=identifier,
        label=label,
        button=True,
        disabled=is_off,
        on_click=None if is_off else _without_event(on_tap),
        exclude_semantics=True,
        content=button,
    )


def strut(height_dp: int) -> ft.Control:
    """Makes what it stands in at least that high, and lets it grow with its letters."""
    return ft.Container(width=0, height=height_dp)


def _without_event(on_tap: OnTap) -> OnTap:
    """Flet hands its event to whatever has room for an argument, also to one with a default; ours never want it."""
    if inspect.iscoroutinefunction(on_tap):

        async def tapped_async() -> None:
            await on_tap()

        return tapped_async

    def tapped() -> None:
        on_tap()

    return tapped


def _button(
    identifier: str,
    text: str,
    on_tap: OnTap,
    icon: ft.IconData | None,
    hint: str,
    fill: str,
    edge: str | None,
    height_dp: int,
    size_sp: int,
    is_enabled: bool,
) -> ft.Control:
    ink = edge or theme.TEXT_ON[fill]
    if not is_enabled:
        fill, ink, edge = theme.MIST, theme.QUIET, theme.LINE
    words: list[ft.Control] = [
        ft.Text(text, style=theme.bold(size_sp, ink), text_align=ft.TextAlign.CENTER, max_lines=LINES_MAX)
    ]
    if hint:
        words.append(ft.Text(hint, size=theme.TEXT_SP, color=ink, text_align=ft.TextAlign.CENTER))
    inside: list[ft.Control] = [ft.Icon(icon, size=size_sp + 8, color=ink)] if icon else []
    inside.append(
        ft.Column(
            words,
            spacing=0,
            tight=True,
            horizontal_alignment=ft.CrossAxisAlignment.CENTER,
            expand=True,
            expand_loose=True,
        )
    )
    button = ft.Button(
        content=ft.Row([strut(height_dp), *inside], alignment=ft.MainAxisAlignment.CENTER, spacing=12),
        disabled=not is_enabled,
        on_click=_without_event(on_tap),
        style=ft.ButtonStyle(
            bgcolor=fill,
            color=ink,
            elevation=0,
            padding=ft.Padding.symmetric(horizontal=14, vertical=0),  # Flutter takes some of it away on a desktop
            shape=ft.RoundedRectangleBorder(radius=theme.CORNER_DP),
            side=ft.BorderSide(2, edge) if edge else None,
        ),
    )
    return mark(identifier, button)
