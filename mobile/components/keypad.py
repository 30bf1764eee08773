"""Ten digits for a gloved thumb, however quick: a tap counts on what was typed, not on what has been drawn."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft
from flet.components.hooks.use_ref import MutableRef

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import strut
from mobile.components.mark import mark

_ROWS = ("123", "456", "789", " 0<")
_DELETE = "<"


class Digits:
    """What has been typed so far; `take` gives it away and begins anew."""

    def __init__(self, shown: str, latest: MutableRef[str], show: Callable[[str], None]) -> None:
        self.shown = shown
        self._latest = latest
        self._show = show

    def press(self, sign: str, digits_max: int) -> None:
        before = self._latest.current or ""
        self._set(before[:-1] if sign == _DELETE else (before + sign)[:digits_max])

    def take(self) -> str:
        typed = self._latest.current or ""
        self._set("")
        return typed

    @property
    def count(self) -> int:
        return len(self._latest.current or "")

    def _set(self, typed: str) -> None:
        self._latest.current = typed
        self._show(typed)


def use_digits() -> Digits:
    """The digits of one keypad, kept for as long as its screen is up."""
    shown, show = ft.use_state("")
    latest: MutableRef[str] = ft.use_ref("")
    return Digits(str(shown), latest, show)


def keypad(say: Say, digits: Digits, *, digits_max: int) -> ft.Control:
    """Each key changes `digits`; the screen draws them."""

    def key(sign: str) -> ft.Control:
        if sign == " ":
            return ft.Container(expand=True)

        def tapped() -> None:
            digits.press(sign, digits_max)

        is_delete = sign == _DELETE
        face: ft.Control = (
            ft.Icon(ft.Icons.BACKSPACE, size=30, color=theme.INK, semantics_label=say("delete_digit"))
            if is_delete
            else ft.Text(sign, style=theme.bold(32))
        )
        button = ft.Button(
            content=ft.Row([strut(theme.KEY_HEIGHT_DP), face], alignment=ft.MainAxisAlignment.CENTER, spacing=0),
            on_click=tapped,
            style=ft.ButtonStyle(
                bgcolor=theme.MIST,
                color=theme.INK,
                elevation=0,
                padding=0,
                shape=ft.RoundedRectangleBorder(radius=theme.CORNER_DP),
            ),
        )
        return mark("key-delete" if is_delete else f"key-{sign}", button, expand=True)

    rows: list[ft.Control] = [ft.Row([key(sign) for sign in row], spacing=10) for row in _ROWS]
    return ft.Column(rows, spacing=10, tight=True)
