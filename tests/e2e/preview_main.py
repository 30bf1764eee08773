"""Shows one screen with sample state in the real bundle: `/#/case/<name>/<language>/<wishes>`. Used by preview.py.

Wishes, joined by commas, are what a picker may have chosen: `night`, `left`, `150`, `200`; `-` for none.
"""

from __future__ import annotations

import flet as ft

from mobile.app import draw
from mobile.state.app_state import AppState
from mobile.web.page_bridge import PageBridge, open_page_bridge
from tests.e2e import (
    preview_app,
    preview_channels,
    preview_labels,
    preview_scanner,
    preview_setup,
    preview_totes,
    preview_troubles,
)

PARTS = (
    preview_app, preview_labels, preview_setup, preview_channels, preview_totes, preview_scanner, preview_troubles,
)  # fmt: skip
CASES = {name: case for part in PARTS for name, case in part.CASES.items()}
WISHES: dict[str, dict[str, object]] = {
    "night": {"look": "night"},
    "left": {"hand": "left"},
    "150": {"text_percent": 150},
    "200": {"text_percent": 200},
}


async def wished(app: AppState, wishes: str) -> None:
    await app.preferences.change(look="day")  # whatever the machine that draws prefers
    for wish in wishes.split(","):
        await app.preferences.change(**WISHES.get(wish, {}))


async def main(page: ft.Page) -> None:
    bridge = open_page_bridge()

    async def show(route: str) -> None:
        parts = route.strip("/").split("/")
        name, language, wishes = parts[1:4] if len(parts) == 4 and parts[1] in CASES else ("work", "en", "-")
        app = await CASES[name](language)
        await wished(app, wishes)
        letters_as(bridge, app)
        draw(page, app)
        page.title = f"{name} {language} {wishes}"
        page.update()

    async def changed(event: ft.RouteChangeEvent) -> None:
        await show(event.route)

    page.on_route_change = changed
    await show(page.route)


def letters_as(bridge: PageBridge | None, app: AppState) -> None:
    """The samples stand on a display that only remembers; the real page is told as well."""
    if bridge is not None:
        bridge.set_text_percent(app.preferences.now.text_percent)


if __name__ == "__main__":
    ft.run(main)
