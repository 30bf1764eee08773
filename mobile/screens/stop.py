"""One stop of the walk: where, what, how many, into which tote. The scan is the answer; this only shows the way."""

from __future__ import annotations

from functools import partial

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.beside_stop import also_here, way_on
from mobile.components.buttons import icon_button, outline_button, primary_button
from mobile.components.frame import frame
from mobile.components.letters import Beside, Figure
from mobile.components.light_line import light_line, no_light_line
from mobile.components.location_card import location_card
from mobile.components.mark import mark
from mobile.components.notice import notice
from mobile.components.product_card import product_card
from mobile.components.quantities import quantity_caption, weight_caption
from mobile.components.substitutions import put_back_notice
from mobile.components.tote_badge import tote_badge
from mobile.components.walk_progress import walk_progress
from mobile.screens.camera import camera_button
from mobile.screens.cold_notice import ColdNotice
from mobile.screens.top import banner, menu_button, words
from mobile.state.app_state import AppState
from mobile.state.in_hand import InHand, tote_of
from mobile.state.link_state import LinkState
from mobile.state.pick_state import PickState
from mobile.state.screens import Screen
from mobile.state.shelf_state import ShelfState
from mobile.state.substitute_state import SubstituteState
from mobile.state.told_light import Told, ToldLight, told_light
from shared.labels import Look
from shared.picking import Pick, PickList, PickStatus
from shared.products import UnitOfMeasure

ALSO_HERE_MAX = 2
NO_LIGHT = (Told.SILENT, Told.NONE, Told.ANOTHERS)  # said in up to three lines


@ft.component
def StopScreen(
    app: AppState, pick_state: PickState, substitute: SubstituteState, shelf: ShelfState, link: LinkState
) -> ft.Control:
    say = words(app)
    walk, pick = pick_state.pick_list, pick_state.current
    if walk is None or pick is None:
        return ft.Container()
    done = sum(one.status is not PickStatus.OPEN for one in walk.picks)
    above = [*_refused(say, substitute, app.language), *_news(say, pick_state, pick)]
    beside_it = [also_here(say, one, app.language) for one in pick_state.also_here[:ALSO_HERE_MAX]]
    if pick.note:
        beside_it.append(_note(say, pick.note))
    light = told_light(_own_look(app, walk), shelf.light_at(pick.location.id))
    is_cold = app.cold.clock is not None
    strips = (not link.is_shown_online) + link.has_update + bool(link.problems)
    extras = 2 * len(above + beside_it) + is_cold + strips + (light.told in NO_LIGHT)
    is_short = (ft.context.page.height or theme.COMPACT_BELOW_DP) < theme.COMPACT_BELOW_DP
    is_crowded = is_short or extras > 1  # the address gives way last
    is_compact = is_crowded or is_cold or bool(strips) or pick_state.in_hand is not None
    body = above
    body += [
        location_card(
            say,
            pick.location,
            light=_light(say, light, pick, app.language),
            is_compact=is_crowded,
        ),
        product_card(pick.product, app.languages, picture_dp=72 if is_compact else 108),
        _into_tote(say, walk, pick, pick_state.in_hand)
        if pick_state.in_hand
        else _how_many(say, pick, pick_state.counted, is_compact),
    ]
    body += beside_it
    if is_cold:
        body.append(ColdNotice(app, app.cold, pick_state))
    empty = None if pick_state.is_shelf_told else pick_state.report_shelf_empty
    last = pick_state.undoable
    body.append(way_on(say, pick_state.following, last, app.language, undo=pick_state.undo, shelf_empty=empty))
    beside: list[ft.Control] = [
        outline_button(
            "stop-short",
            say("stop.short"),
            lambda: app.open(Screen.SHORT),
            icon=ft.Icons.REPORT_PROBLEM,
            colour=theme.WRONG,
            expand=True,
        )
    ]
    if pick_state.following is not None:
        beside.append(outline_button("stop-later", say("stop.later"), pick_state.do_later, icon=ft.Icons.REDO))
    footer: list[ft.Control] = [
        Beside(beside),
        _primary(app, pick_state, pick, say),
    ]
    head = walk_progress(
        say,
        done=done,
        total=len(walk.picks),
        right=[
            *camera_button(app),
            icon_button("open-map", ft.Icons.MAP, say("map"), lambda: app.open(Screen.MAP)),
            menu_button(app),
        ],
    )
    return frame(
        "screen-stop", banner=banner(app), header=head, body=body, footer=footer, spacing_dp=10 if is_compact else 18
    )


def _own_look(app: AppState, walk: PickList) -> Look | None:
    colour, pattern = walk.colour or app.shift.colour, walk.pattern or app.shift.pattern
    return Look(colour, pattern) if colour and pattern else None


def _light(say: Say, light: ToldLight, pick: Pick, language: str) -> ft.Control:
    """What to look for; where no light helps, the product and its place."""
    product = pick.product.names.in_language(language)
    if light.told in NO_LIGHT:
        return no_light_line(say(light.told.value, product=product))
    return light_line(say, say(light.told.value), light.looks, are_alternatives=light.told is Told.OR_WHITE)


def _refused(say: Say, substitute: SubstituteState, language: str) -> list[ft.Control]:
    """What a shopper did not want, one at a time. It may come out at the desk as well; the notice stays until then."""
    return [
        put_back_notice(say, pick, language, partial(substitute.put_back, pick.id))
        for pick in substitute.to_put_back[:1]
    ]


def _news(say: Say, pick_state: PickState, pick: Pick) -> list[ft.Control]:
    """What has changed on the way: an order more, or an aisle one cannot get through."""
    news: list[ft.Control] = []
    if pick_state.added_letters:
        text = say("stop.order_added", letter=", ".join(pick_state.added_letters))
        seen = icon_button("order-added-seen", ft.Icons.CHECK, say("close"), pick_state.put_added_away, is_framed=True)
        said = ft.Container(notice("order-added", text, is_wrong=False), expand=True)
        news.append(ft.Row([said, seen], spacing=8))
    if pick.is_cut_off:
        news.append(notice("stop-cut-off", say("stop.cut_off", aisle=pick.location.aisle)))
    return news


def _primary(app: AppState, pick_state: PickState, pick: Pick, say: Say) -> ft.Control:
    """Scanning is the action; the button stands in for it where a barcode cannot be read."""
    if pick_state.in_hand is not None:
        text, hint = say("stop.scan_tote", letter=pick.tote_letter), say("stop.scan_tote_hint")
        return primary_button(
            "stop-type-tote", text, lambda: app.open(Screen.TYPED_CODE), icon=ft.Icons.BARCODE_READER, hint=hint
        )
    if pick.product.unit is UnitOfMeasure.EACH and pick_state.counted:

        async def take_all() -> None:
            await pick_state.take_all()

        more = say("stop.more", count=pick.quantity_wanted - pick_state.counted)
        text = say("stop.take_all", count=pick.quantity_wanted)
        return primary_button("stop-take-all", text, take_all, icon=ft.Icons.DONE_ALL, hint=more, colour=theme.RIGHT)
    if pick.product.unit is UnitOfMeasure.GRAM:
        text, hint, identifier, screen = (
            say("stop.scan_label"),
            say("stop.weigh_hint"),
            "stop-type-grams",
            Screen.WEIGHT,
        )
    else:
        text, hint, identifier, screen = say("stop.scan"), say("stop.scan_hint"), "stop-type-code", Screen.TYPED_CODE
    return primary_button(identifier, text, lambda: app.open(screen), icon=ft.Icons.BARCODE_READER, hint=hint)


def _how_many(say: Say, pick: Pick, counted: int, is_compact: bool) -> ft.Control:
    is_weighed = pick.product.unit is UnitOfMeasure.GRAM
    quantity = quantity_caption(say, pick.quantity_wanted, pick.product)
    below = say("stop.weigh") if is_weighed else ""
    if pick.is_limited:
        below = say("stop.limited", ordered=quantity_caption(say, pick.quantity_ordered, pick.product))
    if counted:
        so_far = weight_caption(say, counted) if is_weighed else str(counted)
        below = say("stop.counted", counted=so_far, ordered=quantity)
    left = [
        ft.Text(say("stop.quantity"), size=theme.TEXT_SP, color=theme.QUIET),
        mark(
            "stop-quantity",
            Figure(quantity, 44 if is_weighed else 60 if is_compact else 84),
        ),
    ]
    if below:
        left.append(mark("stop-counted", ft.Text(below, style=theme.bold(18, theme.RIGHT))))
    return ft.Row(
        [
            ft.Column(left, spacing=-8, tight=True, expand=True),
            ft.Icon(ft.Icons.ARROW_FORWARD, size=34, color=theme.INK),
            ft.Column(
                [
                    ft.Text(say("stop.into"), size=theme.TEXT_SP, color=theme.QUIET),
                    mark("stop-tote", tote_badge(pick.tote_letter, 92 if is_compact else 120), label=pick.tote_letter),
                ],
                spacing=4,
                tight=True,
                horizontal_alignment=ft.CrossAxisAlignment.CENTER,
            ),
        ],
        spacing=12,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )


def _into_tote(say: Say, walk: PickList, pick: Pick, held: InHand) -> ft.Control:
    """The product was right; now the tote is shown."""
    tote = tote_of(walk, pick)
    all_of_it = say("stop.put_into", quantity=quantity_caption(say, held.quantity, pick.product))
    words: list[ft.Control] = [
        ft.Text(say("stop.put_it_into") if held.quantity == 1 else all_of_it, style=theme.bold(26)),
        ft.Text(say("stop.scan_tote", letter=pick.tote_letter), size=20),
    ]
    if tote is not None and tote.codes:
        words.append(ft.Text(tote.codes[-1], style=theme.bold(18)))
    elif tote is not None:
        words.append(ft.Text(say("stop.tote_new", letter=tote.letter), size=18))
    badge = tote_badge(pick.tote_letter, 110)
    return mark(
        "stop-into-tote",
        ft.Container(
            bgcolor=theme.RIGHT_SOFT,
            border=ft.Border.all(3, theme.RIGHT),
            border_radius=theme.CORNER_DP,
            padding=12,
            content=ft.Row([badge, ft.Column(words, spacing=2, tight=True, expand=True)], spacing=14),
        ),
    )


def _note(say: Say, note: str) -> ft.Control:
    return ft.Container(
        bgcolor=theme.DECIDE_SOFT,
        border_radius=8,
        padding=10,
        content=ft.Text(f"{say('stop.note')}: {note}", size=18, max_lines=3, overflow=ft.TextOverflow.ELLIPSIS),
    )
