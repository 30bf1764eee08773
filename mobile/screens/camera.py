"""The camera in place of a scanner: the button that opens it, and why it did not open."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.components.buttons import icon_button
from mobile.components.mark import announce
from mobile.screens.top import words
from mobile.state.app_state import AppState
from mobile.state.camera_state import CameraState


def camera_button(app: AppState) -> list[ft.Control]:
    """For a screen where something can be scanned; nothing where there is no camera to offer."""
    if not app.camera.is_possible:
        return []
    say = words(app)

    def look() -> None:
        app.camera.look({"hint": say("camera.hint"), "close": say("close"), "torch": say("camera.torch")})

    return [icon_button("open-camera", ft.Icons.PHOTO_CAMERA, say("camera.open"), look)]


@ft.component
def CameraNotice(app: AppState, camera: CameraState) -> ft.Control:
    """On top, until it is put away: what is wrong, and what to do instead; the button for that stays free."""
    if camera.problem is None:
        return ft.Container(visible=False)
    say = words(app)
    text = ft.Text(say(f"camera.{camera.problem}"), style=theme.bold(18, theme.PAPER), expand=True)
    close = icon_button(
        "camera-problem-close", ft.Icons.CLOSE, say("close"), camera.put_problem_away, colour=theme.PAPER
    )
    band = ft.Container(ft.Row([text, close]), bgcolor=theme.WRONG, padding=16)
    return ft.Container(announce("camera-problem", band), alignment=ft.Alignment.TOP_CENTER)
