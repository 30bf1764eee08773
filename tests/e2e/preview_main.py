"""Shows one screen with sample state in the real bundle: `/#/case/<name>/<language>`. Used by preview.py."""

from __future__ import annotations

import flet as ft

from mobile.app import draw
from tests.e2e import preview_app, preview_labels, preview_totes

CASES = preview_app.CASES | preview_labels.CASES | preview_totes.CASES


async def main(page: ft.Page) -> None:
    async def show(route: str) -> None:
        parts = route.strip("/").split("/")
        name, language = (parts[1], parts[2]) if len(parts) == 3 and parts[1] in CASES else ("work", "en")
        app = await CASES[name](language)
        draw(page, app)
        page.title = f"{name} {language}"
        page.update()

    async def changed(event: ft.RouteChangeEvent) -> None:
        await show(event.route)

    page.on_route_change = changed
    await show(page.route)


if __name__ == "__main__":
    ft.run(main)
