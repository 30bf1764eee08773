"""Hang labels up, one after another: scan a label, scan its place, and the next; what became of it stays in sight."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import outline_button, primary_button
from mobile.components.frame import frame, header
from mobile.components.mark import announce, mark
from mobile.components.notice import notice
from mobile.components.typed_entry import TypedEntry
from mobile.screens.camera import camera_button
from mobile.screens.top import back_button, banner, words
from mobile.services.labels_api import BoundLabel
from mobile.state.app_state import AppState
from mobile.state.hanging_state import HangingState
from mobile.state.link_state import LinkState

SIGN_DP = 56


@ft.component
def HangLabelScreen(app: AppState, state: HangingState, link: LinkState) -> ft.Control:
    say = words(app)
    has_label = bool(state.label)
    body: list[ft.Control] = [
        _step(say, "1", "label", state.label, ft.Icons.LABEL, is_next=not has_label),
        _step(say, "2", "place", "", ft.Icons.PLACE, is_next=has_label),
    ]
    if state.is_busy:
        body.append(ft.ProgressBar(color=theme.INK, bgcolor=theme.LINE))
    if state.problem:
        body.append(notice("hang-problem", say(state.problem, scan=state.scanned)))
    if state.bound is not None:
        body.append(_bound(say, state.bound))
    typed = TypedEntry(
        "hang-typed",
        say("hang.type_place" if has_label else "hang.type_label"),
        say("hang.typed_do"),
        app.scan_line.put,
    )
    footer: list[ft.Control] = [typed]
    if has_label:
        footer.append(outline_button("hang-other", say("hang.other_label"), state.begin, icon=ft.Icons.UNDO))
    if state.asks_taken_off and state.bound is not None:
        footer = _question(say, state, state.bound)
    head = header(say("labels.hang"), left=back_button(app), right=camera_button(app))
    return frame("screen-hang-label", banner=banner(app), header=head, body=body, footer=footer)


def _step(say: Say, number: str, name: str, value: str, icon: ft.IconData, *, is_next: bool) -> ft.Control:
    """What is waited for is framed in ink and says what to do; what is there already has a tick."""
    is_done = bool(value)
    ink = theme.INK if is_next or is_done else theme.QUIET
    text = value or say(f"hang.scan_{name}" if is_next else f"hang.then_{name}")
    hint = say(f"hang.scan_{name}_hint") if is_next else ""
    lines: list[ft.Control] = [ft.Text(text, style=theme.bold(26 if is_next or is_done else 20, ink), max_lines=2)]
    if hint:
        lines.append(ft.Text(hint, size=theme.TEXT_SP, color=theme.QUIET))
    content = ft.Container(
        bgcolor=theme.PAPER if is_next else theme.MIST,
        border=ft.Border.all(3, theme.INK if is_next else theme.LINE),
        border_radius=theme.CORNER_DP,
        padding=16,
        content=ft.Row(
            [
                ft.Icon(
                    ft.Icons.CHECK_CIRCLE if is_done else icon,
                    size=SIGN_DP if is_next else 40,
                    color=theme.RIGHT if is_done else ink,
                ),
                ft.Column(lines, spacing=2, tight=True, expand=True),
                ft.Text(number, style=theme.bold(26, theme.QUIET)),
            ],
            spacing=14,
        ),
    )
    return announce(f"hang-{name}", content) if is_next else mark(f"hang-{name}", content)


def _bound(say: Say, bound: BoundLabel) -> ft.Control:
    """The last one, with everything the store said of it."""
    lines = [say("hang.blinks")]
    if bound.hung_at and bound.hung_at != bound.location:
        lines.append(say("hang.moved", address=bound.hung_at))
    if bound.taken_off:
        lines.append(say("hang.taken_off", labels=_names(say, bound.taken_off)))
    title = say("hang.done", label=bound.external_id, address=bound.location)
    content = ft.Container(
        bgcolor=theme.RIGHT_SOFT,
        border=ft.Border.all(2, theme.RIGHT),
        border_radius=theme.CORNER_DP,
        padding=14,
        content=ft.Row(
            [
                ft.Icon(ft.Icons.CHECK_CIRCLE, size=40, color=theme.RIGHT),
                ft.Column(
                    [ft.Text(title, style=theme.bold(22)), *(ft.Text(line, size=18) for line in lines)],
                    spacing=2,
                    tight=True,
                    expand=True,
                ),
            ],
            spacing=12,
        ),
    )
    return announce("hang-done", content)


def _question(say: Say, state: HangingState, bound: BoundLabel) -> list[ft.Control]:
    """The place held another label. Nothing is taken off without an answer, and the next scan needs none."""
    text = say("hang.also_here", labels=_names(say, bound.also_here))
    question = ft.Container(
        bgcolor=theme.DECIDE_SOFT,
        border=ft.Border.all(2, theme.INK),
        border_radius=theme.CORNER_DP,
        padding=14,
        content=ft.Row(
            [ft.Icon(ft.Icons.HELP, size=40, color=theme.INK), ft.Text(text, style=theme.bold(20), expand=True)],
            spacing=12,
        ),
    )
    is_free = not state.is_busy
    return [
        announce("hang-also-here", question),
        outline_button(
            "hang-both", say("hang.both"), state.all_hang, icon=ft.Icons.LIBRARY_ADD_CHECK, is_enabled=is_free
        ),
        primary_button(
            "hang-taken-off", say("hang.taken_off_do"), state.taken_off, icon=ft.Icons.LABEL_OFF, is_enabled=is_free
        ),
    ]


def _names(say: Say, labels: list[str]) -> str:
    return say("labels.list_mark").join(labels)
