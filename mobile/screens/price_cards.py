"""Products whose price is not the same everywhere: what is wrong in words, and each amount below its caption."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.captions import Say, is_caption
from mobile.components.amounts import amount_caption
from mobile.components.card import card
from mobile.services.labels_api import LabelNotRight, LabelToClear, PriceDifference

STATE_SIGNS = {"waiting": ft.Icons.SCHEDULE, "under_way": ft.Icons.SYNC, "given_up": ft.Icons.REPORT_PROBLEM}
TROUBLE_SIGNS = {
    "till_higher": ft.Icons.POINT_OF_SALE,
    "till_lower": ft.Icons.POINT_OF_SALE,
    "label_behind": ft.Icons.LABEL,
    "not_at_till": ft.Icons.HELP,
}
GIVEN_UP = "given_up"
TILL_HIGHER = "till_higher"  # the shopper is asked for more than was promised


def label_not_right(say: Say, label: LabelNotRight, address: str, currency: str) -> ft.Control:
    """What the label shows, what it should, and why it does not yet."""
    facts = " · ".join(part for part in (label.sku, label.external_id) if part)
    should = amount_caption(say, label.price_minor, currency)
    return _label(say, label, label.name, address, facts, should, currency)


def label_to_clear(say: Say, label: LabelToClear, address: str, currency: str) -> ft.Control:
    """What the label shows although its product is gone, and why it is not cleared yet."""
    return _label(say, label, say("prices.to_clear"), address, label.external_id, say("prices.none"), currency)


def price_difference(say: Say, one: PriceDifference, currency: str) -> ft.Control:
    """Till, shelf and catalogue side by side; the one that disagrees in the colour of what is wrong."""
    is_grave = one.trouble == TILL_HIGHER
    promised = one.shelf_minor if one.shelf_minor is not None else one.catalogue_minor
    amounts = [
        (say(f"prices.{place}"), _amount(say, minor, currency), theme.WRONG if is_off else theme.INK)
        for place, minor, is_off in (
            ("till", one.till_minor, one.till_minor != promised),
            ("shelf", one.shelf_minor, one.shelf_minor not in (None, one.catalogue_minor)),
            ("catalogue", one.catalogue_minor, False),
        )
    ]
    return card(
        f"difference-{one.sku}",
        TROUBLE_SIGNS.get(one.trouble, ft.Icons.HELP),
        one.name,
        words=_named(say, f"prices.trouble.{one.trouble}", one.trouble),
        facts=one.sku,
        details=[_amounts(amounts)],
        ink=theme.WRONG if is_grave else theme.INK,
        edge=theme.WRONG if is_grave else theme.LINE,
    )


def _label(
    say: Say,
    label: LabelNotRight | LabelToClear,
    title: str,
    address: str,
    facts: str,
    should: str,
    currency: str,
) -> ft.Control:
    is_given_up = label.state == GIVEN_UP
    words = _named(say, f"prices.state.{label.state}", label.state)
    if label.problem:
        words = say("prices.why", state=words, reason=label.problem)
    shown = (
        say("prices.nobody_knows") if label.shown_minor is None else amount_caption(say, label.shown_minor, currency)
    )
    return card(
        f"price-{label.external_id}",
        STATE_SIGNS.get(label.state, ft.Icons.HELP),
        title,
        beside=address,
        words=words,
        facts=facts,
        details=[_amounts([(say("prices.shows"), shown, theme.WRONG), (say("prices.should"), should, theme.INK)])],
        ink=theme.WRONG if is_given_up else theme.INK,
        edge=theme.WRONG if is_given_up else theme.LINE,
    )


def _named(say: Say, key: str, name: str) -> str:
    """What a newer backend says is shown as it says it."""
    return say(key) if is_caption(key) else name


def _amount(say: Say, minor: int | None, currency: str) -> str:
    return say("prices.none") if minor is None else amount_caption(say, minor, currency)


def _amounts(amounts: list[tuple[str, str, str]]) -> ft.Control:
    """Caption, amount and ink of each, one below the other: whatever the currency, no digit is cut off."""
    return ft.Container(
        padding=ft.Padding.only(top=6),
        content=ft.Column(
            [
                ft.Row(
                    [
                        ft.Text(caption, size=theme.TEXT_SP, expand=True),
                        ft.Text(amount, style=theme.bold(20, ink), text_align=ft.TextAlign.END),
                    ],
                    spacing=10,
                )
                for caption, amount, ink in amounts
            ],
            spacing=0,
            tight=True,
        ),
    )
