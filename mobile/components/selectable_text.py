"""Text to copy. Flutter tells a screen reader of a field without a name; here it is read as it stands."""

from __future__ import annotations

import flet as ft

from mobile.components.mark import mark


def selectable_text(identifier: str, text: str, style: ft.TextStyle) -> ft.Control:
    return mark(identifier, ft.Text(text, style=style, selectable=True), label=text)
