"""Is the scanner set right? Three codes are scanned, and the phone says what arrives, and what would help."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.amounts import decimal_caption
from mobile.components.buttons import outline_button, primary_button
from mobile.components.frame import frame, header
from mobile.components.mark import mark
from mobile.components.notice import notice
from mobile.screens.top import back_button, words
from mobile.state.app_state import AppState
from mobile.state.scanner_check_state import ScannerCheckState
from shared.scanner_check import TEST_CODES, Findings, Report, ScannerSettings

WRONG_SHOWN_MAX = 6
SHOWN_MAX_CHARACTERS = 12


@ft.component
def ScannerCheckScreen(app: AppState, check: ScannerCheckState) -> ft.Control:
    say = words(app)
    report = check.report
    body: list[ft.Control] = []
    if not check.is_possible:
        body.append(notice("check-impossible", say("check.impossible")))
    elif report is None:
        body += _asked(app, say, check)
    for number, found in enumerate(check.findings, 1):
        body.append(_found(say, number, found))
    footer: list[ft.Control] = []
    if report is not None:
        body += _advice(say, report, check)
        footer += _buttons(say, report, check)
    elif check.has_part:
        footer.append(primary_button("check-that-was-all", say("check.that_was_all"), check.conclude))
    if check.kept != ScannerSettings():
        footer.insert(0, outline_button("check-undo", say("check.undo"), check.undo, icon=ft.Icons.RESTART_ALT))
    head = header(say("check.title"), left=back_button(app))
    return frame("screen-scanner-check", banner=None, header=head, body=body, footer=footer, spacing_dp=12)


def _asked(app: AppState, say: Say, check: ScannerCheckState) -> list[ft.Control]:
    step = say("check.step", number=check.number, total=len(TEST_CODES))
    parts: list[ft.Control] = [
        mark("check-step", ft.Text(step, style=theme.bold(theme.TITLE_SP))),
        ft.Text(say(f"check.code.{check.number}"), style=theme.bold(22)),
        ft.Text(say("check.hint"), size=18),
        mark("check-where", ft.Text(app.sheet_address, size=18, color=theme.QUIET)),
    ]
    if check.has_part:
        parts.append(notice("check-part", say("check.part")))
    return parts


def _found(say: Say, number: int, found: Findings) -> ft.Control:
    """One card for each code: what arrived, and what is wrong with it."""
    ink = theme.RIGHT if found.is_fine else theme.WRONG
    title = say("check.fine") if found.is_fine else say("check.not_fine")
    icon = ft.Icons.CHECK_CIRCLE if found.is_fine else ft.Icons.REPORT_PROBLEM
    lines: list[ft.Control] = [
        ft.Row(
            [ft.Icon(icon, size=28, color=ink), ft.Text(f"{number}  {title}", style=theme.bold(20, ink), expand=True)],
            spacing=10,
        )
    ]
    said = _troubles(say, found) if found.is_other_code else [*_troubles(say, found), *_manner(say, found)]
    lines += [ft.Text(line, size=theme.TEXT_SP) for line in said]
    return mark(
        f"check-found-{number}",
        ft.Container(
            ft.Column(lines, spacing=2, tight=True),
            border=ft.Border.all(2, ink),
            border_radius=theme.CORNER_DP,
            padding=12,
        ),
    )


def _troubles(say: Say, found: Findings) -> list[str]:
    if found.is_other_code:
        return [say("check.other_code")]
    said: list[str] = []
    if found.prefix:
        said.append(say("check.found.prefix", text=_shown(found.prefix)))
    if found.suffix:
        said.append(say("check.found.suffix", text=_shown(found.suffix)))
    if found.lost:
        said.append(say("check.found.lost", count=found.lost))
    if found.doubled:
        said.append(say("check.found.doubled", count=found.doubled))
    if found.is_separator_lost:
        said.append(say("check.found.separator_lost"))
    if found.separator_became:
        said.append(say("check.found.separator_became", text=_shown(found.separator_became)))
    if found.is_case_swapped:
        said.append(say("check.found.case"))
    if found.wrong:
        pairs = [f"{printed or '–'} → {arrived}" for printed, arrived in found.wrong[:WRONG_SHOWN_MAX]]
        said.append(say("check.found.wrong", pairs=", ".join(pairs)))
    return said


def _manner(say: Say, found: Findings) -> list[str]:
    """How it scans, whether or not anything is wrong with that."""
    said = [
        say(f"check.ends.{found.ending or 'silence'}"),
        say("check.speed", median=round(found.median_gap_ms), slowest=round(found.slowest_gap_ms)),
    ]
    if found.pause_ms:
        said.append(say("check.pause", seconds=decimal_caption(say, found.pause_ms / 1000, 1, is_rounded=True)))
    if found.symbology:
        said.append(say("check.symbology", identifier=f"]{found.symbology}"))
    if found.is_by_position:
        said.append(say("check.found.layout"))
    return said


def _advice(say: Say, report: Report, check: ScannerCheckState) -> list[ft.Control]:
    said = [notice(f"check-advice-{name}", say(f"check.advice.{name}")) for name in report.trouble]
    if report.settings == ScannerSettings():
        if not report.trouble:
            said.append(notice("check-all-fine", say("check.all_fine"), is_wrong=False))
        return said
    settings = report.settings
    lines = [say("check.proposal.gap", ms=settings.gap_ms_max), say("check.proposal.silence", ms=settings.silence_ms)]
    seconds = decimal_caption(say, settings.rest_ms_max / 1000, 1, is_rounded=True)
    lines.append(say("check.proposal.rest", seconds=seconds))
    if settings.is_by_position:
        lines.append(say("check.proposal.layout"))
    title = say("check.in_use") if check.is_in_use else say("check.proposal")
    text = ft.Column(
        [ft.Text(title, style=theme.bold(20)), *(ft.Text(line, size=18) for line in lines)], spacing=2, tight=True
    )
    said.append(mark("check-proposal", text))
    if check.is_not_stored:
        said.append(notice("check-not-stored", say("problem.not_stored")))
    return said


def _buttons(say: Say, report: Report, check: ScannerCheckState) -> list[ft.Control]:
    if report.settings == ScannerSettings() or check.is_in_use:
        return [primary_button("check-again", say("check.again"), check.begin, icon=ft.Icons.REPLAY)]
    again = outline_button("check-again", say("check.again"), check.begin, icon=ft.Icons.REPLAY)
    return [again, primary_button("check-apply", say("check.apply"), check.apply, icon=ft.Icons.CHECK)]


def _shown(text: str) -> str:
    """Control characters by their code; no more than fits."""
    said = "".join(sign if sign.isprintable() else f"<{ord(sign):02X}>" for sign in text)
    return said if len(said) <= SHOWN_MAX_CHARACTERS else said[:SHOWN_MAX_CHARACTERS] + "…"
