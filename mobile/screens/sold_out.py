"""What the shelf has no more of, the latest first; one tap says that it is back, and every channel sells it again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import icon_button, outline_button
from mobile.components.card import card
from mobile.components.due_time import clock_caption
from mobile.components.empty import empty
from mobile.components.frame import frame, header
from mobile.components.notice import notice
from mobile.components.waiting import waiting
from mobile.screens.top import back_button, banner, words
from mobile.services.stock_api import SoldOut
from mobile.state.app_state import AppState
from mobile.state.link_state import LinkState
from mobile.state.sold_out_state import SoldOutState


@ft.component
def SoldOutScreen(app: AppState, state: SoldOutState, link: LinkState) -> ft.Control:
    say = words(app)

    async def load() -> None:
        await state.load()

    ft.use_effect(load, [link.is_online])
    body: list[ft.Control] = []
    if not link.is_online and state.products is not None:
        body.append(notice("sold-out-old", say("board.offline")))
    elif state.problem:
        body.append(notice("sold-out-problem", say(state.problem)))
    if state.products:
        body.append(ft.Text(say("sold_out.hint"), size=18, color=theme.QUIET))
        addresses = {place.id: place.address for place in app.shelf.locations}
        is_free = link.is_online and not state.is_busy
        body += [_product(app, say, state, one, addresses, is_free=is_free) for one in state.products]
    elif state.products is not None:
        body.append(empty("sold-out-none", ft.Icons.CHECK_CIRCLE, say("sold_out.none")))
    elif not link.is_online:
        body.append(empty("sold-out-offline", ft.Icons.CLOUD_OFF, say("labels.offline")))
    elif state.problem:
        body.append(outline_button("sold-out-again", say("outcome.again"), load, icon=ft.Icons.REPLAY))
    else:
        body.append(waiting("sold-out-waiting", say("sold_out.title")))
    reload = icon_button("sold-out-reload", ft.Icons.REFRESH, say("labels.reload"), load)
    head = header(say("sold_out.title"), left=back_button(app), right=[reload])
    return frame("screen-sold-out", banner=banner(app), header=head, body=body, spacing_dp=theme.WIDE_GAP_DP)


def _product(
    app: AppState, say: Say, state: SoldOutState, product: SoldOut, addresses: dict[str, str], *, is_free: bool
) -> ft.Control:
    return card(
        f"sold-out-{product.sku}",
        ft.Icons.REMOVE_SHOPPING_CART,
        product.names.in_language(app.language),
        beside=addresses.get(product.location_id, ""),
        facts=say("sold_out.since", clock=clock_caption(product.since), sku=product.sku),
        details=[
            outline_button(
                f"sold-out-back-{product.sku}",
                say("sold_out.back"),
                _back(state, product.sku),
                icon=ft.Icons.ADD_SHOPPING_CART,
                is_enabled=is_free,
            )
        ],
        ink=theme.WRONG,
    )


def _back(state: SoldOutState, sku: str) -> Callable[[], Awaitable[None]]:
    async def back() -> None:
        await state.say_back(sku)

    return back
