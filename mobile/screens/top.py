"""What every screen shows on top: the state of the link, and the way back."""

from __future__ import annotations

import flet as ft

from mobile.captions import Say, captions_in
from mobile.components.buttons import icon_button
from mobile.components.link_banner import link_banner
from mobile.state.app_state import AppState, Screen


def words(app: AppState) -> Say:
    """The captions in the picker's language."""
    return captions_in(app.language)


def banner(app: AppState) -> ft.Control:
    """Shown on every screen of a signed-in phone."""
    return link_banner(
        words(app),
        status=app.link.status,
        waiting=app.link.waiting_picks,
        problems=0 if app.screen is Screen.PROBLEMS else len(app.link.problems),
        on_problems=lambda: app.open(Screen.PROBLEMS),
    )


def back_button(app: AppState) -> ft.Control:
    return icon_button("back", ft.Icons.ARROW_BACK, words(app)("back"), app.back)


def supervisor_buttons(app: AppState) -> list[ft.Control]:
    """From the board to what else only a supervisor does."""
    say = words(app)
    return [
        handover_button(app),
        icon_button("open-labels", ft.Icons.LABEL, say("labels.title"), lambda: app.open(Screen.LABELS)),
        icon_button("open-shelf", ft.Icons.LIGHTBULB, say("shelf.title"), lambda: app.open(Screen.SHELF)),
        icon_button(
            "open-enrol-phone", ft.Icons.PHONELINK_SETUP, say("enrol_phone.title"), lambda: app.open(Screen.ENROL_PHONE)
        ),
    ]


def handover_button(app: AppState) -> ft.Control:
    say = words(app)
    return icon_button(
        "open-handover", ft.Icons.TAKEOUT_DINING, say("handover.title"), lambda: app.open(Screen.HANDOVER)
    )


def menu_button(app: AppState) -> ft.Control:
    return icon_button("menu", ft.Icons.MENU, words(app)("menu"), lambda: app.open(Screen.SETTINGS))
