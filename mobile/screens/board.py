"""The shop at a glance: orders by promise, who picks what, what is late, what nobody could read."""

from __future__ import annotations

from datetime import datetime

import flet as ft

from mobile import theme
from mobile.captions import Say, is_caption
from mobile.components.board_order import BoardLine, board_order
from mobile.components.buttons import outline_button, primary_button
from mobile.components.due_time import clock_caption
from mobile.components.empty import empty
from mobile.components.frame import frame, header
from mobile.components.light_swatch import LightSwatch
from mobile.components.mark import mark
from mobile.components.notice import notice
from mobile.components.ticking import use_tick
from mobile.components.walked_today import walked_today
from mobile.screens.board_problem import board_problem
from mobile.screens.top import back_button, banner, menu_button, supervisor_buttons, words
from mobile.services.backend_api import IntakeException
from mobile.state.app_state import AppState
from mobile.state.board_state import Board, BoardOrder, BoardPicker, BoardState
from mobile.state.link_state import LinkState
from mobile.state.screens import Screen

PROBLEMS_MAX = 10


@ft.component
def BoardScreen(app: AppState, state: BoardState, link: LinkState) -> ft.Control:
    say = words(app)
    use_tick()
    board = state.board

    async def release() -> None:
        await state.release()

    body: list[ft.Control] = []
    if not link.is_shown_online and board is not None:
        body.append(notice("board-old", say("board.offline")))
    if state.notice:
        text = say(state.notice, count=state.released or 0)
        body.append(notice("board-notice", text, is_wrong=state.notice != "board.released"))
    if board is None:
        body.append(empty("board-waiting", ft.Icons.HOURGLASS_EMPTY, say("board.waiting")))
    else:
        if board.today.walked_m:
            today = board.today
            body.append(walked_today(say, today.walked_m, today.saved_m, today.metres_per_line))
        body += (
            _exceptions(say, state, board) + _orders(say, board, app.now) + _pickers(say, board) + _problems(say, board)
        )
        body += _more(app, say)
    footer = [
        primary_button(
            "board-release", say("board.release"), release, icon=ft.Icons.PLAY_ARROW, is_enabled=not state.busy_with
        )
    ]
    is_home = app.aside is None
    left = None if is_home else back_button(app)
    right = [*supervisor_buttons(app), menu_button(app)] if is_home else []
    head = header(say("board.title"), left=left, right=right)
    return frame("screen-board", banner=banner(app), header=head, body=body, footer=footer, spacing_dp=10)


def _orders(say: Say, board: Board, now: datetime) -> list[ft.Control]:
    if not board.orders:
        return [empty("board-empty", ft.Icons.CHECK_CIRCLE, say("board.empty"))]
    swatches = {picker.name: picker for picker in board.pickers}
    return [
        board_order(say, _line(order, swatches), now) for order in sorted(board.orders, key=lambda order: order.due_at)
    ]


def _line(order: BoardOrder, pickers: dict[str, BoardPicker]) -> BoardLine:
    picker = pickers.get(order.picker_name or "")
    return BoardLine(
        order_id=order.order_id,
        display_code=order.display_code,
        channel_name=order.channel_name,
        status=order.status,
        due_at=order.due_at,
        lines_total=order.lines_total,
        lines_done=order.lines_done,
        lines_short=order.lines_short,
        picker_name=order.picker_name or "",
        colour=picker.colour if picker else None,
        pattern=picker.pattern if picker else None,
        elapsed_s=order.elapsed_s,
        target_s=order.target_s,
    )


def _pickers(say: Say, board: Board) -> list[ft.Control]:
    if not board.pickers:
        return []
    rows: list[ft.Control] = [ft.Text(say("board.pickers"), style=theme.bold(22))]
    for picker in board.pickers:
        pace = say("board.units_per_hour", count=round(picker.units_per_hour)) if picker.units_per_hour else ""
        parts: list[ft.Control] = [ft.Text(picker.name, style=theme.bold(18), expand=True)]
        parts.append(ft.Text(pace or ("" if picker.pick_list_id else say("board.not_walking")), size=theme.TEXT_SP))
        if picker.colour and picker.pattern:
            parts.append(LightSwatch(picker.colour, picker.pattern, 44, 26))
        rows.append(mark(f"board-picker-{picker.person_id}", ft.Row(parts, spacing=10)))
    return rows


def _more(app: AppState, say: Say) -> list[ft.Control]:
    """To everything that was ever refused, for the problems above are only the latest; and to the channels."""
    return [
        outline_button("open-refusals", say("refusals.title"), lambda: app.open(Screen.REFUSALS), icon=ft.Icons.INBOX),
        outline_button(
            "open-sold-out",
            say("sold_out.title"),
            lambda: app.open(Screen.SOLD_OUT),
            icon=ft.Icons.REMOVE_SHOPPING_CART,
        ),
        outline_button(
            "open-channels", say("channels.title"), lambda: app.open(Screen.CHANNELS), icon=ft.Icons.STOREFRONT
        ),
    ]


def _problems(say: Say, board: Board) -> list[ft.Control]:
    if not board.problems:
        return []
    rows: list[ft.Control] = [ft.Text(say("board.problems"), style=theme.bold(22))]
    rows += [board_problem(say, number, problem) for number, problem in enumerate(board.problems[:PROBLEMS_MAX])]
    return rows


def _exceptions(say: Say, state: BoardState, board: Board) -> list[ft.Control]:
    if not board.exceptions:
        return []
    title = ft.Text(say("board.exceptions"), style=theme.bold(22, theme.WRONG))
    return [title, *(_exception(say, state, one) for one in board.exceptions)]


def _exception(say: Say, state: BoardState, one: IntakeException) -> ft.Control:
    async def retry() -> None:
        await state.retry(one.id)

    async def dismiss() -> None:
        await state.dismiss(one.id)

    is_free = not state.busy_with
    at = clock_caption(one.created_at) if one.created_at else ""
    buttons = ft.Row(
        [
            outline_button(
                f"exception-retry-{one.id}",
                say("board.retry"),
                retry,
                icon=ft.Icons.REPLAY,
                is_enabled=is_free,
                expand=True,
            ),
            outline_button(
                f"exception-dismiss-{one.id}",
                say("board.dismiss"),
                dismiss,
                icon=ft.Icons.CLOSE,
                is_enabled=is_free,
                expand=True,
            ),
        ],
        spacing=theme.WIDE_GAP_DP,
    )
    key = f"board.held.{one.reason}"
    why = say(key) if is_caption(key) else say("evidence", words=one.reason)
    about = " · ".join(part for part in (at, one.channel_name, one.external_id) if part)
    return mark(
        f"board-exception-{one.id}",
        ft.Container(
            border=ft.Border.all(2, theme.WRONG),
            border_radius=theme.CORNER_DP,
            padding=12,
            content=ft.Column(
                [ft.Text(about, style=theme.bold(18)), ft.Text(why, size=theme.TEXT_SP, max_lines=3), buttons],
                spacing=8,
                horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            ),
        ),
    )
