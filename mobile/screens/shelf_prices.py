"""Prices on the shelf: which labels do not say the right one yet and why, and where the till asks for another."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import icon_button, outline_button, primary_button
from mobile.components.card import card
from mobile.components.counts import Count, counts
from mobile.components.empty import empty
from mobile.components.frame import frame, header
from mobile.components.mark import mark
from mobile.components.notice import notice
from mobile.components.waiting import waiting
from mobile.screens.price_cards import GIVEN_UP, STATE_SIGNS, label_not_right, label_to_clear, price_difference
from mobile.screens.top import back_button, banner, words
from mobile.services.labels_api import LISTED_MAX, LabelNotRight, LabelToClear, PriceDifferences, ShelfPrices
from mobile.state.app_state import AppState
from mobile.state.link_state import LinkState
from mobile.state.prices_state import PricesState
from mobile.state.screens import Screen


@ft.component
def ShelfPricesScreen(app: AppState, state: PricesState, link: LinkState) -> ft.Control:
    say = words(app)

    async def load() -> None:
        await state.load()

    async def try_again() -> None:
        await state.try_again()

    ft.use_effect(load, [link.is_online])
    shelf, differences = state.shelf, state.differences
    is_known = shelf is not None and differences is not None
    body: list[ft.Control] = _notices(say, state, link, is_known=is_known)
    footer: list[ft.Control] = []
    if shelf is not None and differences is not None:
        body += [_counts(say, shelf), _choice(say, state, shelf, differences)]
        if state.shows_till:
            body += _differing(say, differences, state.currency)
        else:
            body += _not_right(app, say, shelf, state.currency)
        if shelf.given_up and not state.shows_till:
            is_free = link.is_online and not state.is_busy
            hint = say("prices.try_again_hint", count=shelf.given_up)
            footer.append(
                primary_button(
                    "prices-try-again",
                    say("prices.try_again"),
                    try_again,
                    icon=ft.Icons.REPLAY,
                    hint=hint,
                    is_enabled=is_free,
                )
            )
    elif not link.is_online:
        body.append(empty("prices-offline", ft.Icons.CLOUD_OFF, say("labels.offline"), say("prices.offline_hint")))
    elif not state.problem:
        body.append(waiting("prices-waiting", say("labels.waiting")))
    else:
        body.append(outline_button("prices-again", say("outcome.again"), load, icon=ft.Icons.REPLAY))
    reload = icon_button("prices-reload", ft.Icons.REFRESH, say("labels.reload"), load)
    plans = icon_button("prices-plans", ft.Icons.SCHEDULE, say("plans.title"), lambda: app.open(Screen.PRICE_PLANS))
    head = header(say("prices.title"), left=back_button(app), right=[plans, reload])
    return frame("screen-shelf-prices", banner=banner(app), header=head, body=body, footer=footer, spacing_dp=12)


def _notices(say: Say, state: PricesState, link: LinkState, *, is_known: bool) -> list[ft.Control]:
    if not link.is_online and is_known:
        return [notice("prices-old", say("board.offline"))]
    if state.problem and link.is_online:
        return [notice("prices-problem", say(state.problem))]
    if state.tried is not None:
        return [notice("prices-tried", say("prices.tried", count=state.tried), is_wrong=False)]
    return []


def _counts(say: Say, shelf: ShelfPrices) -> ft.Control:
    ink = theme.WRONG if shelf.given_up else theme.INK
    return counts(
        "prices-count",
        [
            Count("right", say("prices.right"), shelf.right, ft.Icons.CHECK_CIRCLE, theme.RIGHT),
            Count("waiting", say("prices.state.waiting"), shelf.waiting, STATE_SIGNS["waiting"]),
            Count("under-way", say("prices.state.under_way"), shelf.under_way, STATE_SIGNS["under_way"]),
            Count("given-up", say("prices.state.given_up"), shelf.given_up, STATE_SIGNS["given_up"], ink),
        ],
    )


def _choice(say: Say, state: PricesState, shelf: ShelfPrices, differences: PriceDifferences) -> ft.Control:
    """Which of the two lists is up; the other says how long it is."""
    wrong = shelf.labels - shelf.right
    return ft.Row(
        [
            _tab(
                "prices-on-shelf",
                say("prices.on_shelf", count=wrong),
                not state.shows_till,
                lambda: state.show_till(False),
            ),
            _tab(
                "prices-at-till",
                say("prices.at_till", count=differences.differences),
                state.shows_till,
                lambda: state.show_till(True),
            ),
        ],
        spacing=10,
    )


def _tab(identifier: str, text: str, is_up: bool, choose: Callable[[], None]) -> ft.Control:
    ink = theme.PAPER if is_up else theme.INK
    button = ft.Button(
        content=ft.Text(text, style=theme.bold(18, ink), text_align=ft.TextAlign.CENTER, max_lines=2),
        height=theme.TOUCH_HEIGHT_DP,
        on_click=lambda: choose(),
        style=ft.ButtonStyle(
            bgcolor=theme.INK if is_up else theme.PAPER,
            color=ink,
            elevation=0,
            padding=ft.Padding.symmetric(horizontal=8),
            side=ft.BorderSide(2, theme.INK),
            shape=ft.RoundedRectangleBorder(radius=theme.CORNER_DP),
        ),
    )
    chosen = mark(identifier, button, expand=True)
    chosen.selected = is_up
    return chosen


def _not_right(app: AppState, say: Say, shelf: ShelfPrices, currency: str) -> list[ft.Control]:
    if not shelf.labels:
        return [_nothing("prices-no-labels", ft.Icons.LABEL, say("prices.no_labels"))]
    wrong: list[LabelNotRight | LabelToClear] = [*shelf.not_right, *shelf.to_clear]
    if not wrong:
        return [_nothing("prices-all-right", ft.Icons.CHECK_CIRCLE, say("prices.all_right"))]
    addresses = {place.id: place.address for place in app.shelf.locations}
    listed = sorted(wrong, key=lambda label: label.state != GIVEN_UP)[:LISTED_MAX]
    rows = [
        label_not_right(say, label, addresses.get(label.location_id, ""), currency)
        if isinstance(label, LabelNotRight)
        else label_to_clear(say, label, addresses.get(label.location_id, ""), currency)
        for label in listed
    ]
    return rows + _and_more(say, shelf.labels - shelf.right - len(listed))


def _differing(say: Say, differences: PriceDifferences, currency: str) -> list[ft.Control]:
    if not differences.listed:
        return [_nothing("prices-no-difference", ft.Icons.CHECK_CIRCLE, say("prices.no_difference"))]
    listed = differences.listed[:LISTED_MAX]
    rows = [price_difference(say, one, currency) for one in listed]
    return rows + _and_more(say, differences.differences - len(listed))


def _nothing(identifier: str, icon: ft.IconData, words: str) -> ft.Control:
    return card(identifier, icon, words, ink=theme.RIGHT, edge=theme.RIGHT)


def _and_more(say: Say, count: int) -> list[ft.Control]:
    return [card("prices-more", ft.Icons.MORE_HORIZ, say("labels.more", count=count))] if count > 0 else []
