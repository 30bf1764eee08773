"""Gives a thing a name that tests and assistive technology find, whatever language is on."""

from __future__ import annotations

import flet as ft


def mark(identifier: str, content: ft.Control, *, label: str | None = None, expand: bool | int = False) -> ft.Semantics:
    """`identifier` becomes resource-id or flt-semantics-identifier; `label` is read in place of what is drawn."""
    return ft.Semantics(
        identifier=identifier, content=content, label=label, exclude_semantics=label is not None, expand=expand
    )


def announce(identifier: str, content: ft.Control) -> ft.Semantics:
    """The same, and a screen reader reads what is in it aloud as soon as it appears or changes."""
    return ft.Semantics(identifier=identifier, content=content, live_region=True)
