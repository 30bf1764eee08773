"""The walk drawn on the shop floor: here, next, and the desk where it ends."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import primary_button
from mobile.components.empty import empty
from mobile.components.frame import frame, header
from mobile.components.mark import mark
from mobile.components.store_plan import PlanLight, PlanMarker, StorePlan
from mobile.screens.top import back_button, banner, words
from mobile.state.app_state import AppState
from mobile.state.link_state import LinkState
from mobile.state.pick_state import PickState
from mobile.state.shelf_state import ShelfState
from shared.picking import Pick
from shared.places import StoreMap


@ft.component
def MapScreen(app: AppState, pick_state: PickState, shelf: ShelfState, link: LinkState) -> ft.Control:
    say = words(app)
    walk, store_map = pick_state.pick_list, shelf.store_map
    here, following = pick_state.current, pick_state.following
    if walk is None or store_map is None:
        body: list[ft.Control] = [empty("map-none", ft.Icons.MAP, say("map.none"))]
    else:
        colour = theme.LIGHTS[walk.colour] if walk.colour else theme.RIGHT
        later = pick_state.open_picks[2:]
        plan = StorePlan(
            store_map,
            walk=walk.walk,
            walked=_walked(walk.walk, here),
            markers=_markers(say, store_map, here, following),
            lights=[PlanLight(one.location.x_m, one.location.y_m, colour) for one in later],
        )
        caption = f"{say('map.here')}  {here.location.address}" if here else say("finish.title")
        body = [
            mark("map-plan", ft.Container(plan, expand=True), expand=True),
            ft.Text(caption, style=theme.bold(26), text_align=ft.TextAlign.CENTER),
        ]
    footer = [primary_button("map-back", say("back"), app.back, icon=ft.Icons.ARROW_BACK)]
    head = header(say("map.title"), left=back_button(app))
    return frame("screen-map", banner=banner(app), header=head, body=body, footer=footer, is_scrolling=False)


def _walked(walk: list[int], here: Pick | None) -> int:
    """How many nodes of the walk lie behind; a picker who jumped ahead starts from where they are."""
    if here is None:
        return len(walk)
    return walk.index(here.location.node) if here.location.node in walk else 0


def _markers(say: Say, store_map: StoreMap, here: Pick | None, following: Pick | None) -> list[PlanMarker]:
    desk = next((node for node in store_map.nodes if node.id == store_map.desk), None)
    markers: list[PlanMarker] = []
    if desk is not None:
        markers.append(PlanMarker(desk.x_m, desk.y_m, "■", say("map.desk"), theme.INK))
    if following is not None:
        where = following.location
        markers.append(PlanMarker(where.x_m, where.y_m, "2", say("map.next"), theme.PAPER))
    if here is not None:
        markers.append(PlanMarker(here.location.x_m, here.location.y_m, "1", say("map.here"), theme.RIGHT))
    return markers
