"""At the desk: what each tote holds, what is missing, and the trolley is handed over."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import icon_button, primary_button
from mobile.components.frame import frame, header
from mobile.components.mark import mark
from mobile.components.notice import notice
from mobile.components.packing import pack_button, pack_card, packed_words
from mobile.components.quantities import quantity_caption
from mobile.components.short_reasons import told_reason
from mobile.components.substitutions import asked_row, put_back_row
from mobile.components.ticking import use_tick
from mobile.components.tote_badge import tote_badge
from mobile.components.typed_entry import TypedEntry
from mobile.screens.cold_notice import ColdNotice
from mobile.screens.top import banner, menu_button, words
from mobile.state.app_state import AppState
from mobile.state.link_state import LinkState
from mobile.state.packing_state import PackingState
from mobile.state.screens import Screen
from mobile.state.substitute_state import SubstituteState
from mobile.state.work_state import WorkState
from shared.picking import Pick, PickList, PickStatus, Tote, quantity_missing

WAITING_TICK_S = 1.0  # whoever waits for an answer watches the seconds


@ft.component
def FinishScreen(
    app: AppState, work: WorkState, substitute: SubstituteState, packing: PackingState, link: LinkState
) -> ft.Control:
    say = words(app)
    use_tick(WAITING_TICK_S)
    walk = work.active
    if walk is None:
        return ft.Container()

    async def finish() -> None:
        await work.finish()

    undecided, to_put_back = substitute.undecided, substitute.to_put_back
    body: list[ft.Control] = [ColdNotice(app, app.cold, app.pick)] if app.cold.clock is not None else []
    if undecided or to_put_back:
        body += [put_back_row(say, pick, app.language, partial(substitute.put_back, pick.id)) for pick in to_put_back]
        if undecided:
            body.append(ft.Text(say("finish.asked_title"), style=theme.bold(22)))
            body += [asked_row(say, pick, app.language, app.now) for pick in undecided]
    elif packing.current is None:
        body.append(ft.Text(say("finish.hint"), size=18, color=theme.QUIET))
    to_pack = packing.current
    if to_pack is not None:
        body.append(pack_card(say, to_pack, packing))
    if packing.problem:
        body.append(notice("pack-problem", say(packing.problem)))
    body += [_tote(say, walk, tote) for tote in walk.totes]
    reasons = work.store_rules.short_reasons
    shorts = [pick for pick in walk.picks if _is_short(pick)]
    if shorts:
        body.append(ft.Text(say("finish.short_title"), style=theme.bold(22, theme.WRONG)))
        body += [_short(say, pick, app.language, told_reason(say, pick, reasons, app.language)) for pick in shorts]
    elif not undecided:
        body.append(notice("finish-complete", say("finish.complete"), is_wrong=False))
    if work.is_not_stored:
        body.append(notice("finish-problem", say("outcome.not_stored_hint")))
    footer: list[ft.Control] = []
    if to_pack is not None and packing.needs_place:
        footer.append(TypedEntry("pack-place", say("pack.type_place"), say("typed.do"), _typed_place(app, work)))
    footer.append(
        pack_button(say, to_pack, packing, app.pack_or_finish)
        if to_pack is not None
        else primary_button(
            "finish-do",
            say("finish.do"),
            finish,
            icon=ft.Icons.CHECK,
            colour=theme.RIGHT,
            hint=say("finish.waits") if undecided else say("finish.put_back_first") if to_put_back else "",
            is_enabled=not undecided and not to_put_back,
        )
    )
    map_button = icon_button("open-map", ft.Icons.MAP, say("map"), lambda: app.open(Screen.MAP))
    head = header(say("finish.title"), right=[map_button, menu_button(app)])
    return frame("screen-finish", banner=banner(app), header=head, body=body, footer=footer, spacing_dp=12)


def _typed_place(app: AppState, work: WorkState) -> Callable[[str], None]:
    """A place whose code cannot be read is typed: its number is enough."""

    def enter(typed: str) -> None:
        prefix = work.store_rules.place_prefix
        app.scan_line.put(typed if typed.upper().startswith(prefix.upper()) else prefix + typed)

    return enter


def _is_short(pick: Pick) -> bool:
    """Whether something of it is missing, substitutes counted."""
    if pick.status is not PickStatus.SUBSTITUTED:
        return pick.status is PickStatus.SHORT
    return quantity_missing(pick.product.unit, pick.quantity_ordered, _given(pick), pick.tolerance_percent) > 0


def _given(pick: Pick) -> int:
    substituted = pick.substitution.quantity if pick.substitution and pick.status is PickStatus.SUBSTITUTED else 0
    return pick.quantity_picked + substituted


def _tote(say: Say, walk: PickList, tote: Tote) -> ft.Control:
    picks = [pick for pick in walk.picks if pick.tote_letter == tote.letter and pick.status is not PickStatus.CANCELLED]
    picked = sum(
        pick.status is PickStatus.PICKED or (pick.status is PickStatus.SUBSTITUTED and not _is_short(pick))
        for pick in picks
    )
    is_complete = picked == len(picks)
    is_waiting = any(pick.status is PickStatus.PROPOSED for pick in picks)
    icon, ink = (ft.Icons.CHECK_CIRCLE, theme.RIGHT) if is_complete else (ft.Icons.REPORT_PROBLEM, theme.WRONG)
    if is_waiting:
        icon, ink = ft.Icons.HOURGLASS_TOP, theme.INK
    return mark(
        f"finish-tote-{tote.letter}",
        ft.Row(
            [
                tote_badge(tote.letter, 72),
                ft.Column(
                    [
                        ft.Text(tote.display_code, style=theme.bold(24)),
                        ft.Text(say("finish.picked", picked=picked, total=len(picks)), size=18),
                        *packed_words(say, tote),
                    ],
                    spacing=0,
                    tight=True,
                    expand=True,
                ),
                ft.Icon(icon, size=36, color=ink),
            ],
            spacing=14,
        ),
    )


def _short(say: Say, pick: Pick, language: str, reason: str) -> ft.Control:
    found = quantity_caption(say, _given(pick), pick.product)
    ordered = quantity_caption(say, pick.quantity_ordered, pick.product)
    return ft.Container(
        border=ft.Border.all(2, theme.WRONG),
        border_radius=theme.CORNER_DP,
        padding=12,
        content=ft.Row(
            [
                tote_badge(pick.tote_letter, 44),
                ft.Column(
                    [
                        ft.Text(pick.product.names.in_language(language), style=theme.bold(18), max_lines=2),
                        ft.Text(reason, size=theme.TEXT_SP),
                    ],
                    spacing=0,
                    tight=True,
                    expand=True,
                ),
                ft.Text(say("finish.short_line", found=found, ordered=ordered), style=theme.bold(20)),
            ],
            spacing=12,
        ),
    )
