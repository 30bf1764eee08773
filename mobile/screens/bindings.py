"""Which label hangs where, as a file: what one would change and which lines are wrong, then taken; and all to keep."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.captions import Say, is_caption
from mobile.components.buttons import outline_button, primary_button
from mobile.components.card import card
from mobile.components.counts import Count, counts
from mobile.components.frame import frame, header
from mobile.components.heading import heading
from mobile.components.notice import notice
from mobile.components.text_entry import text_entry
from mobile.components.waiting import waiting
from mobile.screens.top import back_button, banner, words
from mobile.services.bindings_api import ImportedLabels, ImportPreview, LineProblem, PreviewedLine
from mobile.state.app_state import AppState
from mobile.state.bindings_state import BindingsState
from mobile.state.link_state import LinkState

MOVED = "moved"
COLUMNS = ("label_id", "gateway", "location")


@ft.component
def BindingsScreen(app: AppState, state: BindingsState, link: LinkState) -> ft.Control:
    say = words(app)
    pasted, set_pasted = ft.use_state(state.pasted)

    async def look() -> None:
        await state.paste(pasted)

    async def put_away() -> None:
        state.put_away()
        set_pasted("")

    is_free = link.is_online and not state.is_busy
    body = _notices(say, state, link)
    footer: list[ft.Control] = []
    if state.preview is not None:
        body += _preview(say, state.name, state.preview)
        body.append(outline_button("bindings-other", say("bindings.other"), put_away, icon=ft.Icons.CLOSE))
        changed = state.preview.labels_added + state.preview.labels_changed
        take = say("bindings.take", count=changed)
        footer.append(
            primary_button(
                "bindings-take",
                take,
                state.take,
                icon=ft.Icons.CHECK,
                hint=say("bindings.all_or_none"),
                is_enabled=is_free and state.may_take and changed > 0,
            )
        )
    elif state.is_busy:
        body.append(waiting("bindings-waiting", say("labels.waiting")))
    else:
        body += [
            ft.Text(say("bindings.hint"), size=18),
            outline_button(
                "bindings-choose", say("bindings.choose"), state.choose, icon=ft.Icons.UPLOAD_FILE, is_enabled=is_free
            ),
            text_entry(
                "bindings-paste",
                say("bindings.paste"),
                pasted,
                set_pasted,
                hint="label_id,gateway,location",
                is_long=True,
            ),
            outline_button(
                "bindings-look",
                say("bindings.look"),
                look,
                icon=ft.Icons.SEARCH,
                is_enabled=is_free and bool(pasted.strip()),
            ),
        ]
        if state.has_file:
            body.append(outline_button("bindings-again", say("outcome.again"), state.look_again, icon=ft.Icons.REPLAY))
        footer.append(
            primary_button(
                "bindings-export",
                say("bindings.export"),
                state.export,
                icon=ft.Icons.DOWNLOAD,
                hint=say("bindings.export_hint"),
                is_enabled=is_free,
            )
        )
    head = header(say("bindings.title"), left=back_button(app))
    return frame("screen-bindings", banner=banner(app), header=head, body=body, footer=footer, spacing_dp=12)


def _notices(say: Say, state: BindingsState, link: LinkState) -> list[ft.Control]:
    if not link.is_online:
        return [notice("bindings-offline", say("bindings.offline"))]
    if state.problem:
        return [notice("bindings-problem", say(state.problem))]
    if state.taken is not None:
        return [notice("bindings-taken", _counted(say, state.taken), is_wrong=False)]
    return []


def _counted(say: Say, taken: ImportedLabels) -> str:
    return say("bindings.taken", added=taken.labels_added, moved=taken.labels_changed, same=taken.labels_unchanged)


def _preview(say: Say, name: str, found: ImportPreview) -> list[ft.Control]:
    ink = theme.WRONG if found.problems_total else theme.INK
    shown: list[ft.Control] = [ft.Text(name, style=theme.bold(18))] if name else []
    shown.append(
        counts(
            "bindings-count",
            [
                Count("added", say("bindings.added"), found.labels_added, ft.Icons.ADD),
                Count("moved", say("bindings.moved"), found.labels_changed, ft.Icons.SWAP_HORIZ),
                Count("unchanged", say("bindings.unchanged"), found.labels_unchanged, ft.Icons.CHECK),
                Count("wrong", say("bindings.wrong"), found.problems_total, ft.Icons.REPORT_PROBLEM, ink),
            ],
        )
    )
    if found.problems_total:
        shown.append(notice("bindings-wrong", say("bindings.mend")))
        shown.append(heading(say("bindings.wrong"), found.problems_total, ink=theme.WRONG))
        shown += [_problem(say, number, problem) for number, problem in enumerate(found.problems)]
        shown += _and_more(say, found.problems_total - len(found.problems))
    if found.changes:
        changed = found.labels_added + found.labels_changed
        shown.append(heading(say("bindings.changes"), changed))
        shown += [_change(say, line) for line in found.changes]
        shown += _and_more(say, changed - len(found.changes))
    elif not found.problems_total:
        shown.append(
            card("bindings-same", ft.Icons.CHECK_CIRCLE, say("bindings.same"), ink=theme.RIGHT, edge=theme.RIGHT)
        )
    return shown


def _problem(say: Say, number: int, problem: LineProblem) -> ft.Control:
    """What a newer backend expects is said in its own words."""
    key = f"bindings.expected.{problem.expected}"
    return card(
        f"bindings-problem-{number}",
        ft.Icons.REPORT_PROBLEM,
        say("bindings.line", row=problem.row),
        beside=problem.column,
        words=say(key) if is_caption(key) else problem.problem,
        facts=say("bindings.stands_there", value=problem.value) if problem.value else "",
        ink=theme.WRONG,
        edge=theme.WRONG,
    )


def _change(say: Say, line: PreviewedLine) -> ft.Control:
    is_moved = line.change == MOVED
    before = say("bindings.before", location=line.before_location or say("labels.no_address")) if is_moved else ""
    return card(
        f"bindings-change-{line.row}",
        ft.Icons.SWAP_HORIZ if is_moved else ft.Icons.ADD,
        line.label,
        beside=line.location,
        facts="\n".join(fact for fact in (before, line.gateway) if fact),
    )


def _and_more(say: Say, count: int) -> list[ft.Control]:
    return [card(f"bindings-more-{count}", ft.Icons.MORE_HORIZ, say("labels.more", count=count))] if count > 0 else []
