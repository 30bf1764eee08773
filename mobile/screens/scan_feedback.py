"""What a scan gave, over everything else: good news leaves by itself, bad news stays until seen or scanned away."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import primary_button
from mobile.components.product_card import product_picture
from mobile.components.quantities import allowed_range, quantity_caption, weight_caption
from mobile.components.tote_badge import tote_badge
from mobile.components.verdict import ALREADY, DECIDE, RIGHT, WRONG, Verdict, VerdictLook
from mobile.screens.top import words
from mobile.state.app_state import AppState
from mobile.state.pick_state import PickState
from mobile.state.scan_outcome import OutcomeKind, ScanOutcome
from shared.picking import Pick

LOOKS: dict[OutcomeKind, VerdictLook] = {
    OutcomeKind.PICKED: RIGHT,
    OutcomeKind.COUNTED: RIGHT,
    OutcomeKind.SHORT: RIGHT,
    OutcomeKind.LIMITED: RIGHT,
    OutcomeKind.SUBSTITUTED: RIGHT,
    OutcomeKind.WRONG_PRODUCT: WRONG,
    OutcomeKind.WRONG_TOTE: WRONG,
    OutcomeKind.TOTE_BOUND: RIGHT,
    OutcomeKind.SECOND_TOTE: DECIDE,
    OutcomeKind.OTHER_TOTE: ALREADY,
    OutcomeKind.UNDONE: ALREADY,
    OutcomeKind.BAD_BARCODE: WRONG,
    OutcomeKind.WEIGHT_OFF: WRONG,
    OutcomeKind.EXPIRED: WRONG,
    OutcomeKind.NOT_STORED: WRONG,
    OutcomeKind.ALREADY_PICKED: ALREADY,
    OutcomeKind.OTHER_STOP: DECIDE,
}


@ft.component
def ScanFeedback(app: AppState, pick_state: PickState) -> ft.Control:
    outcome = pick_state.outcome
    if outcome is None or outcome.kind not in LOOKS:
        return ft.Container(visible=False)
    say = words(app)
    return Verdict(
        identifier=f"verdict-{outcome.kind.replace('_', '-')}",
        number=outcome.number,
        look=LOOKS[outcome.kind],
        title=_title(say, outcome),
        lines=_lines(say, outcome, app.languages),
        details=_details(say, outcome, app.languages),
        actions=_actions(app, pick_state, say, outcome),
        closes_itself=outcome.closes_itself,
        on_close=pick_state.put_outcome_away,
    )


def _title(say: Say, outcome: ScanOutcome) -> str:
    pick = outcome.expected
    if outcome.kind is OutcomeKind.COUNTED and pick is not None:
        counted = quantity_caption(say, outcome.quantity, pick.product)
        return say(
            "outcome.counted", counted=counted, ordered=quantity_caption(say, pick.quantity_wanted, pick.product)
        )
    if outcome.kind is OutcomeKind.OTHER_TOTE and not outcome.letter:
        return say("outcome.unknown_tote")
    return say(f"outcome.{outcome.kind}", letter=outcome.letter)


def _lines(say: Say, outcome: ScanOutcome, languages: tuple[str, ...]) -> list[str]:
    pick = outcome.expected
    kind = outcome.kind
    lines: list[str] = []
    if kind is OutcomeKind.PICKED and pick is not None:
        lines.append(say("outcome.picked_into", letter=pick.tote_letter))
    elif kind is OutcomeKind.SUBSTITUTED and pick is not None:
        lines.append(say("outcome.picked_into", letter=pick.tote_letter))
        lines.append(say(f"outcome.substituted.{pick.wish}"))
    elif kind is OutcomeKind.COUNTED:
        lines.append(say("outcome.counted_more"))
    elif kind is OutcomeKind.WEIGHT_OFF and pick is not None:
        ordered, weighed = weight_caption(say, pick.quantity_ordered), weight_caption(say, outcome.quantity)
        lines.append(say("outcome.weight_off_hint", ordered=ordered, weighed=weighed))
        lines.append(say("weight.range", **_range(say, pick)))
    elif kind is OutcomeKind.LIMITED and pick is not None:
        lines.append(say("outcome.limited_hint", most=quantity_caption(say, outcome.quantity, pick.product)))
    elif kind is OutcomeKind.OTHER_STOP and outcome.found is not None:
        lines.append(f"{outcome.found.product.names.in_language(languages[0])} · {outcome.found.location.address}")
        lines.append(say("outcome.other_stop_hint"))
    elif kind is OutcomeKind.WRONG_TOTE and pick is not None:
        lines.append(say("outcome.wrong_tote_hint", shown=outcome.letter, letter=pick.tote_letter))
    elif kind in (OutcomeKind.TOTE_BOUND, OutcomeKind.SECOND_TOTE):
        lines.append(say(f"outcome.{kind}_hint", letter=outcome.letter))
    elif kind is OutcomeKind.UNDONE and pick is not None:
        lines.append(say("outcome.undone_hint", letter=pick.tote_letter))
    elif kind is OutcomeKind.EXPIRED:
        lines.append(say("outcome.expired_hint", day=_day(outcome)))
    elif kind is not OutcomeKind.WRONG_PRODUCT:
        lines.append(say(f"outcome.{kind}_hint"))
    if outcome.is_good and outcome.last_day is not None:
        lines.append(say("outcome.near_expiry", day=_day(outcome)))
    if outcome.is_good and outcome.is_offline:
        lines.append(say("outcome.offline"))
    return lines


def _range(say: Say, pick: Pick) -> dict[str, str]:
    """What the scale may say for this pick, in words."""
    fewest_g, most_g = allowed_range(pick)
    return {"fewest": weight_caption(say, fewest_g), "most": weight_caption(say, most_g)}


def _day(outcome: ScanOutcome) -> str:
    """As packs print it everywhere: day, month, year."""
    return f"{outcome.last_day:%d.%m.%Y}" if outcome.last_day is not None else ""


def _details(say: Say, outcome: ScanOutcome, languages: tuple[str, ...]) -> list[ft.Control]:
    pick = outcome.expected
    if outcome.kind in (OutcomeKind.PICKED, OutcomeKind.SUBSTITUTED) and pick is not None:
        return [tote_badge(pick.tote_letter, 150)]
    if outcome.kind is OutcomeKind.WRONG_TOTE and pick is not None:
        return [tote_badge(pick.tote_letter, 150)]
    if outcome.kind is OutcomeKind.ALREADY_PICKED and outcome.found is not None:
        return [tote_badge(outcome.found.tote_letter, 110)]
    if outcome.kind is OutcomeKind.WRONG_PRODUCT:
        return [
            ft.Row(
                [
                    _side(say("outcome.expected"), pick, "", languages, is_expected=True),
                    _side(say("outcome.scanned"), outcome.found, outcome.scan, languages, is_expected=False),
                ],
                spacing=10,
                vertical_alignment=ft.CrossAxisAlignment.STRETCH,
                intrinsic_height=True,
            )
        ]
    return []


def _side(caption: str, pick: Pick | None, scan: str, languages: tuple[str, ...], *, is_expected: bool) -> ft.Control:
    """One of the two products, the needed left, the scanned right, told apart by a tick and a cross."""
    ink = theme.RIGHT if is_expected else theme.WRONG
    inside: list[ft.Control] = [
        ft.Row(
            [
                ft.Icon(ft.Icons.CHECK if is_expected else ft.Icons.CLOSE, color=ink, size=26),
                ft.Text(caption, style=theme.bold(18, ink)),
            ],
            spacing=6,
        )
    ]
    if pick is not None:
        inside.append(product_picture(pick.product, 92))
        name = pick.product.names.in_language(languages[0])
        inside.append(ft.Text(name, style=theme.bold(19), max_lines=3, overflow=ft.TextOverflow.ELLIPSIS))
        if pick.product.size:
            inside.append(ft.Text(pick.product.size, size=theme.TEXT_SP))
    if scan:
        inside.append(ft.Text(scan, size=theme.TEXT_SP, color=theme.INK, max_lines=2))
    return ft.Container(
        expand=True,
        bgcolor=theme.PAPER,
        border_radius=theme.CORNER_DP,
        padding=12,
        content=ft.Column(inside, spacing=8, tight=True),
    )


def _actions(app: AppState, pick_state: PickState, say: Say, outcome: ScanOutcome) -> list[ft.Control]:
    if outcome.closes_itself:
        return []

    def put_away() -> None:
        pick_state.put_outcome_away(outcome.number)

    close = primary_button("verdict-close", say("close"), put_away, icon=ft.Icons.ARROW_BACK, colour=theme.PAPER)
    if outcome.kind is not OutcomeKind.OTHER_STOP:
        return [close]
    take = primary_button(
        "verdict-take-offered",
        say("outcome.other_stop_do"),
        pick_state.take_offered,
        icon=ft.Icons.CALL_SPLIT,
        colour=theme.BOARD,
    )
    return [take, close]
