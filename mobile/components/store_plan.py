"""The shop floor drawn from its map: furniture, the walk, where the picker stands, and labels that shine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft
import flet.canvas as cv

from mobile import theme
from shared.places import StoreMap

PADDING_DP = 14
WALK_DP = 5
MARKER_DP = 17
DOT_DP = 2
THIN_DP = 14
CAPTION_SP = 12


@dataclass(frozen=True)
class PlanMarker:
    """A named point: a sign in a disc and a caption below it."""

    x_m: float
    y_m: float
    sign: str
    caption: str
    fill: str
    rim: str = theme.PAPER


@dataclass(frozen=True)
class PlanLight:
    """One label: lit in a colour, silent (a cross), on its way (an empty ring), or in need of care (a triangle)."""

    x_m: float
    y_m: float
    colour: str
    is_on: bool = True
    is_silent: bool = False
    is_on_the_way: bool = False
    is_in_trouble: bool = False


@ft.component
def StorePlan(
    store_map: StoreMap,
    *,
    walk: list[int],
    walked: int = 0,
    dots: tuple[tuple[float, float], ...] = (),
    markers: list[PlanMarker],
    lights: list[PlanLight],
) -> ft.Control:
    """Drawn to fit; turned by a quarter when the store is wide and the phone tall. `walked`: nodes already passed.

    `dots` are dark labels, in metres: thousands, so they lie with the furniture on a layer that is drawn once.
    """
    size, set_size = ft.use_state((0.0, 0.0))

    def resized(event: cv.CanvasResizeEvent) -> None:
        set_size((event.width, event.height))

    shapes: list[cv.Shape] = []
    if size[0] > 0:
        plan = _Fit(store_map, *size)
        shapes = _walk(store_map, walk, walked, plan)
        shapes += [shape for light in lights for shape in _light(light, plan)]
        shapes += [shape for marker in markers for shape in _marker(marker, plan)]
    above = cv.Canvas(shapes=shapes, on_resize=resized, resize_interval=100, left=0, top=0, right=0, bottom=0)
    return ft.Stack([_DrawnOnce(store_map, dots, size), above], expand=True)


@ft.component
def Floor(store_map: StoreMap, dots: tuple[tuple[float, float], ...], size: tuple[float, float]) -> ft.Control:
    """What does not change while one looks at it."""
    shapes: list[cv.Shape] = []
    if size[0] > 0:
        plan = _Fit(store_map, *size)
        shapes = _furniture(store_map, plan)
        if dots:
            paint = ft.Paint(color=theme.QUIET, stroke_width=DOT_DP, stroke_cap=ft.StrokeCap.ROUND)
            shapes.append(cv.Points([plan.point(*dot) for dot in dots], cv.PointMode.POINTS, paint=paint))
    return cv.Canvas(shapes=shapes, left=0, top=0, right=0, bottom=0)


_DrawnOnce: Callable[..., ft.Control] = ft.memo(Floor)  # type: ignore[no-untyped-call]


class _Fit:
    """Metres to pixels."""

    def __init__(self, store_map: StoreMap, width: float, height: float) -> None:
        self.is_turned = (store_map.width_m > store_map.height_m) == (height > width)
        across_m, down_m = store_map.width_m, store_map.height_m
        if self.is_turned:
            across_m, down_m = down_m, across_m
        self.scale = max(0.1, min((width - 2 * PADDING_DP) / across_m, (height - 2 * PADDING_DP) / down_m))
        self._left = (width - across_m * self.scale) / 2
        self._top = (height - down_m * self.scale) / 2
        self._height_m = store_map.height_m

    def point(self, x_m: float, y_m: float) -> tuple[float, float]:
        if self.is_turned:  # a quarter to the right: the left wall becomes the top
            x_m, y_m = self._height_m - y_m, x_m
        return self._left + x_m * self.scale, self._top + y_m * self.scale

    def box(self, x_m: float, y_m: float, width_m: float, height_m: float) -> tuple[float, float, float, float]:
        first, second = self.point(x_m, y_m), self.point(x_m + width_m, y_m + height_m)
        left, top = min(first[0], second[0]), min(first[1], second[1])
        return left, top, abs(first[0] - second[0]), abs(first[1] - second[1])


def _furniture(store_map: StoreMap, plan: _Fit) -> list[cv.Shape]:
    shapes: list[cv.Shape] = []
    x, y, width, height = plan.box(0, 0, store_map.width_m, store_map.height_m)
    shapes.append(cv.Rect(x - 6, y - 6, width + 12, height + 12, border_radius=10, paint=ft.Paint(color=theme.MIST)))
    for fixture in store_map.fixtures:
        x, y, width, height = plan.box(fixture.x_m, fixture.y_m, fixture.width_m, fixture.height_m)
        shapes.append(cv.Rect(x, y, width, height, border_radius=2, paint=ft.Paint(color=theme.LINE)))
        if fixture.caption:
            shapes.append(_caption(fixture.caption, x, y, width, height))
    return shapes


def _caption(text: str, x: float, y: float, width: float, height: float) -> cv.Text:
    """In the middle of what is wide enough or stands upright; beside a thin shelf, where no label covers it."""
    is_upright, is_thin = height > width, height < THIN_DP
    size = CAPTION_SP if is_thin and not is_upright else min(13, max(8, min(width, height) * 0.9))
    is_beside = is_thin and not is_upright
    return cv.Text(
        x - 4 if is_beside else x + width / 2,
        y + height / 2,
        text,
        style=ft.TextStyle(size=size, color=theme.INK),
        alignment=ft.Alignment.CENTER_RIGHT if is_beside else ft.Alignment.CENTER,
        rotate=-1.5708 if is_upright else 0,
    )


def _walk(store_map: StoreMap, walk: list[int], walked: int, plan: _Fit) -> list[cv.Shape]:
    where = {node.id: (node.x_m, node.y_m) for node in store_map.nodes}
    points = [plan.point(*where[node]) for node in walk if node in where]
    ahead = points[max(0, min(walked, len(points) - 1)) :]
    lines: list[cv.Shape] = []
    for part, colour, dashes in ((points, theme.QUIET, [2.0, 7.0]), (ahead, theme.RIGHT, None)):
        if len(part) > 1:
            steps: list[cv.Path.PathElement] = [cv.Path.MoveTo(*part[0])]
            steps += [cv.Path.LineTo(*point) for point in part[1:]]
            paint = ft.Paint(
                color=colour,
                stroke_width=WALK_DP if dashes is None else 2,
                style=ft.PaintingStyle.STROKE,
                stroke_join=ft.StrokeJoin.ROUND,
                stroke_cap=ft.StrokeCap.ROUND,
                stroke_dash_pattern=dashes,
            )
            lines.append(cv.Path(steps, paint=paint))
    return lines


def _light(light: PlanLight, plan: _Fit) -> list[cv.Shape]:
    x, y = plan.point(light.x_m, light.y_m)
    if light.is_in_trouble:
        corners = [cv.Path.MoveTo(x, y - 8), cv.Path.LineTo(x + 8, y + 6), cv.Path.LineTo(x - 8, y + 6)]
        rim = ft.Paint(color=theme.PAPER, stroke_width=3, style=ft.PaintingStyle.STROKE)
        whole: list[cv.Path.PathElement] = [*corners, cv.Path.Close()]
        return [cv.Path(whole, paint=rim), cv.Path(whole, paint=ft.Paint(color=theme.WRONG))]
    if light.is_silent:
        cross = ft.Paint(color=theme.WRONG, stroke_width=3, style=ft.PaintingStyle.STROKE)
        return [cv.Line(x - 6, y - 6, x + 6, y + 6, paint=cross), cv.Line(x - 6, y + 6, x + 6, y - 6, paint=cross)]
    if light.is_on_the_way:
        ring = ft.Paint(color=theme.INK, stroke_width=2, style=ft.PaintingStyle.STROKE)
        return [cv.Circle(x, y, 7, paint=ft.Paint(color=theme.PAPER)), cv.Circle(x, y, 7, paint=ring)]
    fill = ft.Paint(color=light.colour if light.is_on else theme.LIGHT_OFF)
    rim = ft.Paint(color=light.colour, stroke_width=3, style=ft.PaintingStyle.STROKE)
    return [
        cv.Circle(x, y, 10, paint=ft.Paint(color=theme.INK)),
        cv.Circle(x, y, 8, paint=fill),
        cv.Circle(x, y, 7, paint=rim),
    ]


def _marker(marker: PlanMarker, plan: _Fit) -> list[cv.Shape]:
    x, y = plan.point(marker.x_m, marker.y_m)
    ink = theme.TEXT_ON.get(marker.fill, theme.INK)
    return [
        cv.Circle(x, y, MARKER_DP + 3, paint=ft.Paint(color=marker.rim)),
        cv.Circle(x, y, MARKER_DP, paint=ft.Paint(color=marker.fill)),
        cv.Text(x, y, marker.sign, style=theme.bold(18, ink), alignment=ft.Alignment.CENTER),
        cv.Text(
            x,
            y + MARKER_DP + 4,
            marker.caption,
            style=ft.TextStyle(size=16, weight=ft.FontWeight.BOLD, color=theme.INK, bgcolor=theme.PAPER),
            alignment=ft.Alignment.TOP_CENTER,
        ),
    ]
