"""Test an aisle: every label of it blinks for a while, for somebody who walks along and looks which do not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import flet as ft

from mobile import theme
from mobile.components.buttons import outline_button
from mobile.components.empty import empty
from mobile.components.frame import frame, header
from mobile.components.notice import notice
from mobile.screens.top import back_button, banner, words
from mobile.state.app_state import AppState
from mobile.state.labels_state import LabelsState, aisles_of
from mobile.state.link_state import LinkState
from mobile.state.shelf_state import ShelfState

IN_A_ROW = 3


@ft.component
def AislesScreen(app: AppState, state: LabelsState, shelf: ShelfState, link: LinkState) -> ft.Control:
    say = words(app)
    aisles = aisles_of(shelf.locations)
    body: list[ft.Control] = [ft.Text(say("aisles.hint"), size=18, color=theme.QUIET)]
    if state.problem:
        body.append(notice("aisles-problem", say(state.problem)))
    if state.notice:
        text = say(state.notice, count=state.count, aisle=state.aisle, seconds=state.seconds)
        body.append(notice("aisles-notice", text, is_wrong=not state.count))
    if not aisles:
        body.append(empty("aisles-none", ft.Icons.MAP, say("map.none")))
    for start in range(0, len(aisles), IN_A_ROW):
        row: list[ft.Control] = [
            outline_button(f"aisle-{aisle}", aisle, _test(state, aisle), is_enabled=not state.is_busy, expand=True)
            for aisle in aisles[start : start + IN_A_ROW]
        ]
        row += [ft.Container(expand=True)] * (IN_A_ROW - len(row))
        body.append(ft.Row(row, spacing=12))
    head = header(say("labels.test_aisle"), left=back_button(app))
    return frame("screen-aisles", banner=banner(app), header=head, body=body, spacing_dp=12)


def _test(state: LabelsState, aisle: str) -> Callable[[], Awaitable[None]]:
    async def test() -> None:
        await state.test_aisle(aisle)

    return test
