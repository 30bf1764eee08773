"""The shelf view: the shop floor with every label as it shines now, and where one does not answer or needs care."""

from __future__ import annotations

from collections.abc import Mapping

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.blinking import use_blink
from mobile.components.counts import Count, counts
from mobile.components.empty import empty
from mobile.components.frame import frame, header
from mobile.components.mark import mark
from mobile.components.store_plan import PlanLight, StorePlan
from mobile.screens.top import back_button, banner, words
from mobile.services.backend_api import LabelledLocation
from mobile.state.app_state import AppState
from mobile.state.labels_state import LabelsState
from mobile.state.link_state import LinkState
from mobile.state.shelf_state import ShelfState
from shared.labels import BlinkPattern, LightPhase

RHYTHMS = tuple(pattern for pattern in BlinkPattern if pattern is not BlinkPattern.STEADY)
ON_THE_WAY = (LightPhase.WANTED, LightPhase.SENT)


@ft.component
def ShelfScreen(app: AppState, shelf: ShelfState, labels: LabelsState, link: LinkState) -> ft.Control:
    say = words(app)

    async def load() -> None:
        if link.is_online:
            await labels.load()

    ft.use_effect(load, [link.is_online])
    if shelf.store_map is None:
        body: list[ft.Control] = [empty("shelf-none", ft.Icons.MAP, say("map.none"))]
    else:
        body = [
            _counts(say, shelf, labels),
            mark("shelf-plan", ft.Container(_Plan(shelf, labels), expand=True), expand=True),
        ]
    head = header(say("shelf.title"), left=back_button(app))
    return frame("screen-shelf", banner=banner(app), header=head, body=body, is_scrolling=False)


@ft.component
def _Plan(shelf: ShelfState, labels: LabelsState) -> ft.Control:
    """All lights of one pattern in one rhythm, as on the shelf; what shines lies above what ails."""
    there = {light.pattern for light in shelf.lights.values() if light.phase is not LightPhase.DARK}
    is_on: dict[BlinkPattern | None, bool] = {BlinkPattern.STEADY: True, None: True}
    for pattern in RHYTHMS:
        is_on[pattern] = use_blink(pattern if pattern in there else None)
    places = ft.use_memo(lambda: _places(shelf.locations), [shelf.locations])
    dots = ft.use_memo(lambda: tuple((place.x_m, place.y_m) for place in shelf.locations), [shelf.locations])
    assert shelf.store_map is not None
    lights = troubles(labels, places)
    for light in shelf.lights.values():
        place = places.get(light.label_id) or places.get(light.location_id)
        if place is None or light.phase is LightPhase.DARK:
            continue
        lights.append(
            PlanLight(
                place.x_m,
                place.y_m,
                theme.LIGHTS[light.colour] if light.colour else theme.PAPER,
                is_on=is_on[light.pattern],
                is_silent=light.phase is LightPhase.SILENT,
                is_on_the_way=light.phase in ON_THE_WAY,
            )
        )
    return StorePlan(shelf.store_map, walk=[], dots=dots, markers=[], lights=lights)


def troubles(labels: LabelsState, places: Mapping[str, LabelledLocation]) -> list[PlanLight]:
    """Where a label needs care; the first hundred, which is all the phone knows of."""
    return [
        PlanLight(places[label.location_id].x_m, places[label.location_id].y_m, theme.WRONG, is_in_trouble=True)
        for label in labels.in_trouble
        if label.location_id in places
    ]


def _places(locations: tuple[LabelledLocation, ...]) -> dict[str, LabelledLocation]:
    """Every location under its own id and under its label's."""
    places = {place.id: place for place in locations}
    return places | {place.label_id: place for place in locations if place.label_id}


def _counts(say: Say, shelf: ShelfState, labels: LabelsState) -> ft.Control:
    on_the_way = sum(shelf.count(phase) for phase in ON_THE_WAY)
    in_trouble = labels.health.in_trouble if labels.health is not None else 0
    return counts(
        "shelf-count",
        [
            Count("lit", say("shelf.lit"), shelf.count(LightPhase.LIT), ft.Icons.LIGHTBULB),
            Count("on-the-way", say("shelf.on_the_way"), on_the_way, ft.Icons.SYNC),
            Count("silent", say("shelf.silent"), shelf.count(LightPhase.SILENT), ft.Icons.CLOSE, theme.WRONG),
            Count("in-trouble", say("labels.in_trouble"), in_trouble, ft.Icons.CHANGE_HISTORY, theme.WRONG),
        ],
    )
