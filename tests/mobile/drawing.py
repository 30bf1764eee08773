"""Screens drawn without a page: every control of them, what it is called, how high it is at least."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import flet as ft
from flet.components.component import Component, Renderer

BUTTONS = ft.Button | ft.IconButton


def controls(control: Any) -> Iterator[ft.Control]:
    """Everything below, components drawn."""
    yield from (one for one, _ in with_ancestors(control))


def with_ancestors(
    control: Any, above: tuple[ft.Control, ...] = ()
) -> Iterator[tuple[ft.Control, tuple[ft.Control, ...]]]:
    """Each control with those it stands in, the outermost first."""
    while isinstance(control, Component):
        control = Renderer(control).render(control.fn, *control.args, **control.kwargs)
    yield control, above
    below = [getattr(control, "content", None), *(getattr(control, "controls", None) or [])]
    for child in below:
        if isinstance(child, ft.BaseControl):
            yield from with_ancestors(child, (*above, control))


def least_height_dp(button: ft.Control) -> float:
    """A button's own height, or that of the strut in it and what is above and below."""
    if button.height:
        return float(button.height)
    style, content = getattr(button, "style", None), getattr(button, "content", None)
    struts = [one.height or 0 for one in getattr(content, "controls", None) or [] if one.width == 0]
    padding = getattr(style, "padding", None)
    around = padding.top + padding.bottom if isinstance(padding, ft.Padding) else 0
    return float(max(struts, default=0) + around)
