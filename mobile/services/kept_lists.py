"""The pick lists as the backend last described them: in memory at once, on the device with a write.

The device holds each list as a document, and what has become of a pick since then as a small one of its own: a walk of
sixty picks is not written sixty times. A list that is told anew takes the place of both.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from pydantic import ValidationError

from mobile.services.synced import (
    PICK,
    PICK_LIST,
    PICK_LIST_REMOVED,
    PickLists,
    PickUpdate,
    fold_update,
    with_pick_update,
)
from shared.commands import ConfirmPick, ReportShort
from shared.picking import PickList, PickListStatus, PickProgress
from shared.sync.envelope import Command, Update

_PROGRESS = "progress of "  # and the list's id: the kind of what has become of its picks
_ONE_PICK = frozenset({ConfirmPick.name, ReportShort.name})


class KeptLists:
    """Reads the documents at the start. Afterwards `lists` is the truth, and `write` brings the device up to date."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lists_behind: set[str] = set()
        self._picks_behind: dict[str, set[str]] = {}  # by list
        self._is_anew = False
        self._going: set[str] = set()  # lists of the write under way
        self.has_unreadable = False
        self.lists: PickLists = dict(self._read())

    # What the backend says

    def fold(self, updates: Iterable[Update]) -> None:
        for update in updates:
            before, self.lists = self.lists, fold_update(self.lists, update)
            if self.lists is before:
                continue
            self._lists_behind |= before.keys() - self.lists.keys()  # walks of before make room
            if update.name == PICK:
                self._note_pick(str(update.body["pick_list_id"]), str(update.body["pick"]["id"]))
            else:
                self._lists_behind.add(str(update.body["pick_list_id" if update.name == PICK_LIST_REMOVED else "id"]))

    def settle(self, command: Command, settled: PickList) -> None:
        """An applied command's effect stays visible until the backend's own word for it arrives."""
        if settled is self.lists[settled.id]:
            return
        is_one_pick = command.name in _ONE_PICK and settled.totes is self.lists[settled.id].totes
        self.lists = {**self.lists, settled.id: settled}
        if is_one_pick:
            self._note_pick(settled.id, str(command.body["pick_id"]))
        else:
            self._lists_behind.add(settled.id)

    def forget(self) -> None:
        """Everything comes anew."""
        self.lists = {}
        self._is_anew = True

    # What the device holds

    @property
    def is_behind(self) -> bool:
        return bool(self._lists_behind or self._picks_behind or self._is_anew)

    @property
    def is_pressing(self) -> bool:
        """A walk under way has changed: the next start, perhaps without network, must know it."""
        return self._is_anew or any(self._is_under_way(list_id) for list_id in self._lists_behind)

    def write(self, about: str | None = None) -> None:
        """In a transaction of the caller, who says `written` when it is done. Only one list, and what has become of
        picks, where that is all it is `about`: nobody who scans waits for the trolleys of others.
        """
        is_all = about is None or self._is_anew
        self._going = set(self._lists_behind) if is_all else self._lists_behind & {about}
        if self._is_anew:  # what nobody could read goes as well
            query = "DELETE FROM document WHERE kind = ? OR substr(kind, 1, ?) = ?"
            self._connection.execute(query, (PICK_LIST, len(_PROGRESS), _PROGRESS))
        for list_id in self._going:
            self._connection.execute("DELETE FROM document WHERE kind = ?", (_PROGRESS + list_id,))
            pick_list = self.lists.get(list_id)
            if pick_list is None:
                self._connection.execute("DELETE FROM document WHERE kind = ? AND id = ?", (PICK_LIST, list_id))
            else:
                self._put(PICK_LIST, list_id, text_of(pick_list))
        for list_id, pick_ids in self._picks_behind.items():
            if list_id in self.lists and list_id not in self._lists_behind:
                for update in _progress(self.lists[list_id], pick_ids):
                    self._put(_PROGRESS + list_id, update.pick.id, update.model_dump_json())

    def written(self) -> None:
        self._lists_behind -= self._going
        self._picks_behind.clear()  # those of a list that is behind go with it
        self._is_anew = False

    # Helpers

    def _is_under_way(self, list_id: str) -> bool:
        pick_list = self.lists.get(list_id)
        return pick_list is not None and pick_list.status is PickListStatus.PICKING and not pick_list.is_left

    def _note_pick(self, list_id: str, pick_id: str) -> None:
        self._picks_behind.setdefault(list_id, set()).add(pick_id)

    def _put(self, kind: str, identity: str, body: str) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO document (kind, id, body) VALUES (?, ?, ?)", (kind, identity, body)
        )

    def _read(self) -> Iterable[tuple[str, PickList]]:
        rows = self._connection.execute("SELECT id, body FROM document WHERE kind = ?", (PICK_LIST,)).fetchall()
        for list_id, body in rows:
            try:
                yield list_id, self._read_on(PickList.model_validate_json(body))
            except ValidationError:
                self.has_unreadable = True

    def _read_on(self, pick_list: PickList) -> PickList:
        """What has become of its picks since the list was told whole. Each says at which revision of the list."""
        kind = _PROGRESS + pick_list.id
        told = [
            PickUpdate.model_validate_json(body)
            for (body,) in self._connection.execute("SELECT body FROM document WHERE kind = ?", (kind,))
        ]
        for update in sorted(told, key=lambda update: update.revision):
            pick_list = with_pick_update(pick_list, update)
        return pick_list


def text_of(pick_list: PickList) -> str:
    """As it lies on the device."""
    return pick_list.model_dump_json()


def _progress(pick_list: PickList, pick_ids: set[str]) -> Iterable[PickUpdate]:
    for pick in pick_list.picks:
        if pick.id in pick_ids:
            progress = PickProgress(
                id=pick.id,
                status=pick.status,
                quantity_picked=pick.quantity_picked,
                short_reason=pick.short_reason,
                store_reason=pick.store_reason,
            )
            yield PickUpdate(pick_list_id=pick_list.id, revision=pick_list.revision, pick=progress)
