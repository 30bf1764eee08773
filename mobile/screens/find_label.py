"""Find something: whatever is scanned, its label blinks, its address is said, and the plan shows where that is."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.blinking import use_blink
from mobile.components.empty import empty
from mobile.components.frame import frame, header
from mobile.components.light_swatch import LightSwatch
from mobile.components.mark import announce, mark
from mobile.components.notice import notice
from mobile.components.store_plan import PlanMarker, StorePlan
from mobile.components.typed_entry import TypedEntry
from mobile.components.waiting import waiting
from mobile.screens.camera import camera_button
from mobile.screens.top import back_button, banner, words
from mobile.services.backend_api import LabelledLocation
from mobile.services.labels_api import FoundLabels
from mobile.state.app_state import AppState
from mobile.state.finding_state import FindingState
from mobile.state.link_state import LinkState
from mobile.state.shelf_state import ShelfState
from shared.labels import BlinkPattern, LightColour
from shared.places import StoreMap

COLOUR, PATTERN = LightColour.CYAN, BlinkPattern.DOUBLE  # as the backend lights what is looked for


@ft.component
def FindLabelScreen(app: AppState, state: FindingState, shelf: ShelfState, link: LinkState) -> ft.Control:
    say = words(app)
    body: list[ft.Control] = []
    if state.problem:
        body.append(notice("find-problem", say(state.problem, scan=state.scanned)))
    if state.found is not None:
        body += [_found(say, state.found, state.scanned), _where(say, state.found, shelf)]
    elif state.is_busy:
        body.append(waiting("find-waiting", state.scanned))
    else:
        body.append(empty("find-nothing", ft.Icons.QR_CODE_SCANNER, say("find.scan"), say("find.scan_hint")))
    footer: list[ft.Control] = [
        TypedEntry("find-typed", say("find.type"), say("labels.find"), app.scan_line.put),
    ]
    head = header(say("labels.find"), left=back_button(app), right=camera_button(app))
    return frame(
        "screen-find-label", banner=banner(app), header=head, body=body, footer=footer, is_scrolling=state.found is None
    )


def _found(say: Say, found: FoundLabels, scanned: str) -> ft.Control:
    count = len(found.label_ids)
    text = say("find.blinks", count=count)
    lines: list[ft.Control] = [
        ft.Text(found.location, style=theme.bold(theme.LOCATION_MIN_SP), max_lines=1),
        ft.Text(text, style=theme.bold(20)),
    ]
    if scanned.upper() != found.location.upper():
        lines.append(ft.Text(scanned, size=theme.TEXT_SP, color=theme.QUIET, max_lines=1))
    content = ft.Row(
        [ft.Column(lines, spacing=0, tight=True, expand=True), LightSwatch(COLOUR, PATTERN, 72, 44)], spacing=14
    )
    return announce("find-found", content)


def _where(say: Say, found: FoundLabels, shelf: ShelfState) -> ft.Control:
    place = next((each for each in shelf.locations if each.address == found.location), None)
    if place is None or shelf.store_map is None:
        return mark("find-no-plan", ft.Text(say("find.not_on_map"), size=18, color=theme.QUIET))
    plan = _Plan(shelf.store_map, place, say("map.desk"))
    return mark("find-plan", ft.Container(plan, expand=True), expand=True)


@ft.component
def _Plan(store_map: StoreMap, place: LabelledLocation, desk_caption: str) -> ft.Control:
    """The place blinks on the plan as on the shelf, with its address below."""
    is_on = use_blink(PATTERN)
    desk = next((node for node in store_map.nodes if node.id == store_map.desk), None)
    fill = theme.LIGHTS[COLOUR] if is_on else theme.LIGHT_OFF
    markers = [PlanMarker(place.x_m, place.y_m, "", place.address, fill, rim=theme.INK)]
    if desk is not None:
        markers.insert(0, PlanMarker(desk.x_m, desk.y_m, "■", desk_caption, theme.INK))
    return StorePlan(store_map, walk=[], markers=markers, lights=[])
