"""What every screen shows on top: the state of the link, and the way back."""

from __future__ import annotations

import flet as ft

from mobile.captions import Say, captions_in, is_caption
from mobile.components.buttons import icon_button
from mobile.components.link_banner import link_banner
from mobile.components.ticking import use_tick
from mobile.state.app_state import AppState
from mobile.state.link_state import LinkState
from mobile.state.screens import Screen


def words(app: AppState) -> Say:
    """The captions in the picker's language."""
    return captions_in(app.language)


def why_refused(app: AppState, code: str, detail: str) -> str:
    """Why the backend did not accept something, in the picker's words; where there are none, what it said as well."""
    say = words(app)
    why = refused_caption(say, code)
    return why if is_caption(f"refused.{code}") else with_evidence(say, why, detail or code)


def refused_caption(say: Say, code: str) -> str:
    """Why the backend did not accept something; a newer one may have reasons that have no words yet."""
    key = f"refused.{code}"
    return say(key) if is_caption(key) else say("refused.other")


def with_evidence(say: Say, text: str, *evidence: str) -> str:
    """Words, and below them what the backend, a driver or a platform said itself, for whoever looks for a cause."""
    said = evidence_caption(say, "\n".join(each for each in evidence if each))
    return f"{text}\n{said}" if said else text


def evidence_caption(say: Say, words: str) -> str:
    """Words that are not ours, and said to be so; nothing where there are none."""
    return say("evidence", words=words) if words else ""


def banner(app: AppState) -> ft.Control:
    """Shown on every screen of a signed-in phone."""
    return LinkBanner(app, app.link, app.screen is Screen.PROBLEMS)


@ft.component
def LinkBanner(app: AppState, link: LinkState, is_at_problems: bool) -> ft.Control:
    use_tick()
    since = link.waiting_since
    return link_banner(
        words(app),
        status=link.shown,
        waiting=link.waiting_picks,
        waiting_s=None if since is None else (app.now - since).total_seconds(),
        problems=0 if is_at_problems else len(link.problems),
        on_problems=lambda: app.open(Screen.PROBLEMS),
        on_update=app.take_update if link.has_update else None,
        may_update=app.may_update,
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


def check_button(app: AppState) -> list[ft.Control]:
    """For a screen before anybody is signed in, where there is no menu."""
    if not app.scanner_check.is_possible:
        return []
    title = words(app)("check.title")
    return [icon_button("open-scanner-check", ft.Icons.BARCODE_READER, title, lambda: app.open(Screen.SCANNER_CHECK))]


def menu_button(app: AppState) -> ft.Control:
    return icon_button("menu", ft.Icons.MENU, words(app)("menu"), lambda: app.open(Screen.SETTINGS))
