"""Starts the phone: chooses what the app stands on, a browser or a device, and shows it."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.app import show
from mobile.captions import LANGUAGE_NAMES, captions_in
from mobile.services.edges import Edges
from mobile.web.page_bridge import open_page_bridge
from mobile.web.storage import StorageInUse


async def main(page: ft.Page) -> None:
    try:
        edges = await open_edges()
    except StorageInUse:
        page.add(ft.SafeArea(ft.Column(open_elsewhere())))
        return
    await show(page, edges)


async def open_edges() -> Edges:
    bridge = open_page_bridge()
    if bridge is not None:
        from mobile.services.browser_edges import open_browser_edges

        return await open_browser_edges(bridge)
    from mobile.services.native_edges import open_native_edges

    return await open_native_edges()


def open_elsewhere() -> list[ft.Control]:
    """In every language: which one the picker chose is written in the very storage that is in use."""
    return [ft.Text(captions_in(language)("problem.other_tab"), size=theme.NAME_SP) for language in LANGUAGE_NAMES]


def run() -> None:
    ft.run(main)
