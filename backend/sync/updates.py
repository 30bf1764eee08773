"""From journal rows to what phones are told: always the present state of a thing, never its history."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from pydantic import BaseModel
from sqlmodel import Session

from backend.core.journal import last_sequence
from backend.people.models import Role
from backend.people.principals import Principal
from backend.sync.repository import News, read_news
from shared.picking import PickList, PickListStatus, PickProgress
from shared.sync.envelope import Update

ROWS_BEHIND_MAX = 2_000  # further behind, everything anew is quicker

BETWEEN_WALKS = frozenset(
    {
        "pick_list.ready",
        "pick_list.started",
        "pick_list.resumed",
        "pick_list.left",
        "pick_list.taken_over",
        "pick_list.cancelled",
    }
)  # others than whoever walks with the trolley get it, or let go of it
WITHIN_A_WALK = frozenset(
    {
        "pick_list.replanned",
        "pick_list.extended",
        "pick_list.finished",
        "pick.chosen",  # every stop after it has another position
        "pick.substituted",  # a pick that has one says so only in the whole document
        "substitution.proposed",
        "substitution.approved",
        "substitution.refused",
        "substitute.put_back",
        "tote.bound",
        "order.packed",
    }
)  # of a trolley somebody walks with: the others let go of it when that walk began
PICK_LIST_EVENTS = BETWEEN_WALKS | WITHIN_A_WALK
_EMPTY_BODY = "{}}"
PICK_EVENTS = frozenset({"pick.confirmed", "pick.short", "pick.cancelled", "pick.reopened"})


class WalkProgress(Protocol):
    """One pick of a trolley somebody walks with."""

    @property
    def picker_id(self) -> str: ...
    @property
    def revision(self) -> int: ...
    @property
    def pick(self) -> PickProgress: ...


class Views(Protocol):
    """Where the present state is read: the picking room's views."""

    def pick_list(self, session: Session, pick_list_id: str) -> PickList | None: ...

    def walk_progress(self, session: Session, pick_list_id: str, pick_id: str) -> WalkProgress | None:
        """None where nobody has taken the trolley, or where there is no such pick."""
        ...

    def open_pick_lists(self, session: Session, store_id: str, picker_id: str) -> list[PickList]: ...


@dataclass(frozen=True, slots=True)
class Told:
    """One journal row as the phones of its store hear it: `own` its picker, `others` everybody else; None: nothing."""

    sequence: int
    picker_id: str | None
    own: str | None
    others: str | None

    def concerns(self, person_id: str) -> bool:
        """Most rows are one picker's progress, which nobody else hears."""
        return self.others is not None or person_id == self.picker_id

    def text_for(self, principal: Principal) -> str | None:
        """Supervisors follow live topics; documents are for pickers."""
        if principal.role is not Role.PICKER:
            return None
        return self.own if principal.person_id == self.picker_id else self.others


@dataclass(frozen=True, slots=True)
class CatchUp:
    """What a phone missed. `texts` end with `synced`, which carries `newest`."""

    newest: int
    is_reset: bool
    texts: list[str]


class Updates:
    """Reads on a session of the caller; all rows of one call are answered with one consistent present."""

    def __init__(self, views: Views) -> None:
        self._views = views

    def read_on(self, session: Session, store_id: str, sequence: int) -> tuple[list[Told], int]:
        """What is new in a store after `sequence`, and how far the journal was read."""
        rows = read_news(session.connection(), store_id, sequence, ROWS_BEHIND_MAX)
        return self.tell(session, rows), rows[-1].sequence if rows else sequence

    def catch_up(self, session: Session, principal: Principal, sequence: int, now: datetime) -> CatchUp:
        """Everything a phone at `sequence` must hear, or the whole state anew where that is less or safer."""
        newest = last_sequence(session, principal.store_id)
        rows: list[News] = []
        if 0 < sequence <= newest:
            rows = read_news(session.connection(), principal.store_id, sequence, ROWS_BEHIND_MAX + 1)
        is_reset = sequence == 0 or sequence > newest or len(rows) > ROWS_BEHIND_MAX
        if is_reset:
            texts = self._everything(session, principal, now)
        else:
            told = [each.text_for(principal) for each in self.tell(session, rows)]
            texts = [text for text in told if text is not None]
        return CatchUp(newest, is_reset, [*texts, _text(newest, "synced", now, {})])

    def tell(self, session: Session, rows: Sequence[News]) -> list[Told]:
        """At most one update per row, in their order. A row whose news a later one carries as well says nothing."""
        last_of = {subject: row for row in rows if (subject := _subject(row)) is not None}
        later = Counter(pick_list_id for pick_list_id, pick_id in last_of if pick_id)
        let_go = {row.pick_list_id for row in rows if row.name in BETWEEN_WALKS}
        pick_lists: dict[str, PickList | None] = {}
        told = []
        for (pick_list_id, pick_id), row in sorted(last_of.items(), key=lambda item: int(item[1].sequence)):
            if pick_id:
                if (pick_list_id, "") in last_of:
                    continue  # the whole pick list is told, with every pick as it is now
                later[pick_list_id] -= 1
                progress = self._views.walk_progress(session, pick_list_id, pick_id)
                if progress is not None:
                    # Each pick raised the revision by one. Told all with the newest, a phone would take only the first.
                    told.append(_tell_progress(row, progress, progress.revision - later[pick_list_id]))
                    continue
            if pick_list_id not in pick_lists:
                pick_lists[pick_list_id] = self._views.pick_list(session, pick_list_id)
            is_held = bool(pick_id) or pick_list_id in let_go  # perhaps, by others than whoever walks with it
            told.append(_tell(row, pick_list_id, pick_lists[pick_list_id], is_held=is_held))
        return told

    def _everything(self, session: Session, principal: Principal, now: datetime) -> list[str]:
        if principal.role is not Role.PICKER:
            return []
        pick_lists = self._views.open_pick_lists(session, principal.store_id, principal.person_id)
        return [_text(0, "pick_list", now, each) for each in pick_lists]


def _subject(row: News) -> tuple[str, str] | None:
    """What a row is about: a pick list, or one pick of it; None where phones need not hear it."""
    if row.pick_list_id is None:
        return None
    if row.name in PICK_LIST_EVENTS:
        return row.pick_list_id, ""
    if row.name in PICK_EVENTS:
        return row.pick_list_id, json.loads(row.body)["pick_id"]
    return None


def _tell(row: News, pick_list_id: str, pick_list: PickList | None, *, is_held: bool) -> Told:
    removed = _text(row.sequence, "pick_list.removed", row.at, {"pick_list_id": pick_list_id})
    if pick_list is None:
        return Told(row.sequence, None, own=None, others=removed)
    # What changes on a trolley that nobody walks with changes the document everybody holds.
    whole = _text(row.sequence, "pick_list", row.at, pick_list)
    if pick_list.status is PickListStatus.READY or pick_list.is_left:
        return Told(row.sequence, pick_list.picker_id, own=whole, others=whole)
    is_held = is_held or pick_list.left_at is not None  # it stood there for anybody until now
    return Told(row.sequence, pick_list.picker_id, own=whole, others=removed if is_held else None)


def _tell_progress(row: News, progress: WalkProgress, revision: int) -> Told:
    body = {
        "pick_list_id": row.pick_list_id,
        "revision": revision,
        "pick": progress.pick.model_dump(mode="json"),
    }
    return Told(row.sequence, progress.picker_id, own=_text(row.sequence, "pick", row.at, body), others=None)


def _text(sequence: int, name: str, at: datetime, body: dict[str, Any] | BaseModel) -> str:
    """An update as it is sent. A document is written once, as it is; what is ours need not be checked again."""
    if isinstance(body, BaseModel):
        empty = _text(sequence, name, at, {})
        assert empty.endswith(_EMPTY_BODY), "the body comes last"
        return f"{empty.removesuffix(_EMPTY_BODY)}{body.model_dump_json()}}}"
    return Update(sequence=sequence, name=name, at=at, body=body).model_dump_json()
