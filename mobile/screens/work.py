"""Which trolleys wait, the most urgent first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import outline_button, primary_button
from mobile.components.due_time import due_time
from mobile.components.empty import empty
from mobile.components.frame import frame, header
from mobile.components.light_swatch import LightSwatch
from mobile.components.mark import mark
from mobile.components.notice import notice
from mobile.components.ticking import use_tick
from mobile.components.tote_badge import tote_badge
from mobile.screens.top import banner, handover_button, menu_button, words
from mobile.state.app_state import AppState
from mobile.state.link_state import LinkState
from mobile.state.work_state import WorkState
from shared.picking import PickList, PickStatus


@ft.component
def WorkScreen(app: AppState, work: WorkState, link: LinkState) -> ft.Control:
    say = words(app)
    use_tick()
    to_do = work.to_do
    body: list[ft.Control] = [_person(app, say)]
    if link.was_damaged:
        body.append(notice("work-damaged", say("work.damaged")))
        body.append(outline_button("work-damaged-seen", say("close"), link.put_damage_away, icon=ft.Icons.CHECK))
    if link.is_clock_wrong:
        body.append(notice("work-clock-wrong", say("link.clock_wrong")))
    for index, pick_list in enumerate(to_do):
        mark_of = _mark_of(say, work, pick_list)
        body.append(_card(say, pick_list, app.now, index, mark_of, _choose(work, pick_list.id)))
    if not to_do and link.is_shown_online:
        body.append(empty("work-empty", ft.Icons.SHOPPING_CART, say("work.empty"), say("work.empty_hint")))
    elif not to_do:
        title, hint = say("work.empty_offline"), say("work.empty_offline_hint")
        body.append(empty("work-empty-offline", ft.Icons.CLOUD_OFF, title, hint))
    footer: list[ft.Control] = []
    if to_do:
        take = _choose(work, to_do[0].id)
        footer.append(primary_button("work-next", say("work.next"), take, icon=ft.Icons.SHOPPING_CART))
    head = header(say("work.title"), right=[handover_button(app), menu_button(app)])
    screen = frame("screen-work", banner=banner(app), header=head, body=body, footer=footer, spacing_dp=12)
    # Who waits and touches the screen, wherever, is here: the phone must not lock under their eyes.
    return ft.GestureDetector(
        content=screen, on_tap_down=lambda: app.presence.touched(), exclude_from_semantics=True, expand=True
    )


def _choose(work: WorkState, pick_list_id: str) -> Callable[[], None]:
    return lambda: work.choose(pick_list_id)


def _person(app: AppState, say: Say) -> ft.Control:
    shift = app.shift
    parts: list[ft.Control] = [
        ft.Text(shift.profile.name if shift.profile else "", style=theme.bold(20), expand=True, max_lines=1)
    ]
    if shift.colour is not None and shift.pattern is not None:
        parts.append(ft.Text(say(f"colour.{shift.colour}"), size=18))
        parts.append(LightSwatch(shift.colour, shift.pattern, 44, 26))
    return ft.Container(content=ft.Row(parts, spacing=10), padding=ft.Padding.only(left=8, right=4))


def _mark_of(say: Say, work: WorkState, pick_list: PickList) -> list[ft.Control]:
    """For whom it is kept, and whether somebody has left it half done: each with a sign of its own."""
    marks: list[ft.Control] = []
    if work.is_kept_for_me(pick_list):
        marks.append(_said(ft.Icons.STAR, say("work.kept_for_you"), theme.RIGHT))
    elif name := work.kept_for_other(pick_list):
        marks.append(_said(ft.Icons.SCHEDULE, say("work.kept_for", name=name), theme.QUIET))
    if pick_list.is_left:
        counted = [pick for pick in pick_list.picks if pick.status is not PickStatus.CANCELLED]
        done = sum(pick.status is not PickStatus.OPEN for pick in counted)
        where = {"address": pick_list.left_near, "done": done, "total": len(counted)}
        key = "work.left" if pick_list.left_near else "work.left_nowhere"
        marks.append(_said(ft.Icons.PAN_TOOL, say(key, **where), theme.INK))
    return marks


def _said(icon: ft.IconData, text: str, ink: str) -> ft.Control:
    return ft.Row(
        [ft.Icon(icon, size=22, color=ink), ft.Text(text, style=theme.bold(18, ink), expand=True, max_lines=2)],
        spacing=8,
    )


def _card(
    say: Say, pick_list: PickList, now: datetime, index: int, marks: list[ft.Control], on_tap: Callable[[], None]
) -> ft.Control:
    picks = sum(pick.status is PickStatus.OPEN for pick in pick_list.picks)
    facts = [say("work.picks", count=picks)]
    if not pick_list.is_left:
        facts.append(say("metres", metres=round(pick_list.walk_m)))
    letters: list[ft.Control] = [tote_badge(tote.letter, 38) for tote in pick_list.totes]
    content = ft.Column(
        [
            *marks,
            ft.Text(say("due.by"), size=theme.TEXT_SP, color=theme.QUIET),
            due_time(say, pick_list.due_at, now),
            ft.Row(letters, spacing=8),
            ft.Text(" · ".join(facts), size=18, color=theme.INK),
        ],
        spacing=6,
        horizontal_alignment=ft.CrossAxisAlignment.START,
    )
    card = ft.Container(
        bgcolor=theme.PAPER if index else theme.MIST,
        border=ft.Border.all(3 if index == 0 else 2, theme.INK if index == 0 else theme.LINE),
        border_radius=theme.CORNER_DP,
        padding=16,
        ink=True,
        on_click=on_tap,
        content=content,
    )
    return mark(f"work-list-{index}", card)
