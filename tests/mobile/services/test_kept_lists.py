"""What the device holds of the pick lists is what the phone knows, however that came about."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobile.services.kept_lists import KeptLists
from mobile.services.outbox_file import open_file
from mobile.services.synced import Picker, apply_command
from shared.commands import ConfirmPick, StartPickList
from shared.picking import PickList, PickListStatus, PickStatus
from shared.sync.envelope import Command, Update
from tests.mobile.builders import START, pick, pick_list

ANA = Picker(person_id="per_1", name="Ana")


def told(one: PickList) -> Update:
    return Update(sequence=1, name="pick_list", at=START, body=one.model_dump(mode="json"))


def progress(pick_number: int, revision: int, status: str = "picked", *, number: int = 1) -> Update:
    body = {
        "pick_list_id": f"pkl_{number}",
        "revision": revision,
        "pick": {"id": f"pck_{pick_number}", "status": status, "quantity_picked": 1, "short_reason": None},
    }
    return Update(sequence=1, name="pick", at=START, body=body)


def removed(number: int = 1) -> Update:
    return Update(sequence=1, name="pick_list.removed", at=START, body={"pick_list_id": f"pkl_{number}"})


def confirmed(pick_number: int) -> Command:
    body = {"pick_list_id": "pkl_1", "pick_id": f"pck_{pick_number}", "quantity": 1, "scan": "x"}
    return Command(id=f"cmd_{pick_number}", name=ConfirmPick.name, made_at=START, body=body)


def started(number: int = 1) -> Command:
    return Command(id="cmd_start", name=StartPickList.name, made_at=START, body={"pick_list_id": f"pkl_{number}"})


def settle(kept: KeptLists, command: Command) -> None:
    pick_list = kept.lists.get(command.body["pick_list_id"])
    if pick_list is not None:
        kept.settle(command, apply_command(pick_list, command, ANA))


def write(kept: KeptLists) -> None:
    kept.write()
    kept.written()


def documents(connection: sqlite3.Connection) -> dict[tuple[str, str], Any]:
    rows = connection.execute("SELECT kind, id, body FROM document").fetchall()
    return {(kind, identity): json.loads(body) for kind, identity, body in rows}


@pytest.fixture
def connection(tmp_path: Path) -> sqlite3.Connection:
    return open_file(tmp_path / "outbox.sqlite3")[0]


class TestPicks:
    def test_what_has_become_of_one_is_written_and_the_list_is_not(self, connection: sqlite3.Connection) -> None:
        kept = KeptLists(connection)
        kept.fold([told(pick_list(revision=4))])
        write(kept)
        before = documents(connection)
        kept.fold([progress(0, 5), progress(1, 6, "cancelled")])
        write(kept)
        after = documents(connection)
        assert before.items() <= after.items()
        assert len(after) == len(before) + 2
        again = KeptLists(connection)
        assert again.lists == kept.lists
        assert [one.status for one in again.lists["pkl_1"].picks] == ["picked", "cancelled", "open"]
        assert again.lists["pkl_1"].revision == 6

    def test_a_settled_one_stays_done_at_the_revision_the_backend_gave(self, connection: sqlite3.Connection) -> None:
        kept = KeptLists(connection)
        kept.fold([told(pick_list(revision=4))])
        write(kept)
        settle(kept, confirmed(2))
        write(kept)
        again = KeptLists(connection)
        assert again.lists["pkl_1"].picks[2].status is PickStatus.PICKED
        assert again.lists["pkl_1"].revision == 4
        again.fold([progress(2, 5)])
        assert again.lists["pkl_1"].revision == 5

    def test_a_list_told_anew_takes_their_place(self, connection: sqlite3.Connection) -> None:
        kept = KeptLists(connection)
        kept.fold([told(pick_list(revision=4)), progress(0, 5)])
        write(kept)
        kept.fold([progress(1, 6)])
        write(kept)
        kept.fold([told(pick_list(revision=7))])
        write(kept)
        again = KeptLists(connection)
        assert [one.status for one in again.lists["pkl_1"].picks] == ["open"] * 3
        assert len(documents(connection)) == 1

    def test_one_that_cannot_be_read_makes_the_list_unreadable(self, connection: sqlite3.Connection) -> None:
        kept = KeptLists(connection)
        kept.fold([told(pick_list(revision=4))])
        write(kept)
        kept.fold([progress(0, 5)])
        write(kept)
        connection.execute("UPDATE document SET body = '{}' WHERE id = 'pck_0'")
        again = KeptLists(connection)
        assert again.has_unreadable
        assert again.lists == {}


class TestLists:
    def test_one_that_is_gone_leaves_nothing(self, connection: sqlite3.Connection) -> None:
        kept = KeptLists(connection)
        kept.fold([told(pick_list(revision=4))])
        write(kept)
        kept.fold([progress(0, 5)])
        write(kept)
        kept.fold([removed()])
        write(kept)
        assert documents(connection) == {}

    def test_one_that_came_and_went_before_a_write_was_never_written(self, connection: sqlite3.Connection) -> None:
        kept = KeptLists(connection)
        kept.fold([told(pick_list(revision=4)), progress(0, 5), removed()])
        write(kept)
        assert documents(connection) == {}

    def test_a_started_one_stays_started(self, connection: sqlite3.Connection) -> None:
        kept = KeptLists(connection)
        kept.fold([told(pick_list())])
        settle(kept, started())
        write(kept)
        assert KeptLists(connection).lists["pkl_1"].status is PickListStatus.PICKING

    def test_to_forget_takes_along_what_nobody_can_read(self, connection: sqlite3.Connection) -> None:
        kept = KeptLists(connection)
        kept.fold([told(pick_list(number=1)), told(pick_list(number=2))])
        write(kept)
        connection.execute("UPDATE document SET body = '{}' WHERE id = 'pkl_2'")
        connection.execute("INSERT INTO document (kind, id, body) VALUES ('store_map', 'sto_1', '{}')")
        again = KeptLists(connection)
        assert again.has_unreadable
        again.forget()
        again.fold([told(pick_list(number=3))])
        write(again)
        assert set(documents(connection)) == {("pick_list", "pkl_3"), ("store_map", "sto_1")}

    def test_what_an_earlier_app_wrote_goes_on_as_it_is(self, connection: sqlite3.Connection) -> None:
        """It wrote the whole list after each pick."""
        done = pick(0).model_copy(update={"status": PickStatus.PICKED, "quantity_picked": 1})
        whole = pick_list([done, pick(1)], revision=5, status=PickListStatus.PICKING, picker_id="per_1")
        row = ("pick_list", "pkl_1", whole.model_dump_json())
        connection.execute("INSERT INTO document (kind, id, body) VALUES (?, ?, ?)", row)
        kept = KeptLists(connection)
        assert kept.lists == {"pkl_1": whole}
        kept.fold([progress(1, 6)])
        write(kept)
        assert [one.status for one in KeptLists(connection).lists["pkl_1"].picks] == ["picked", "picked"]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["told", "progress", "removed", "settle", "start", "forget", "write"]), st.integers(0, 2)
    ),
    max_size=30,
)


@given(steps=STEPS)
def test_after_a_write_the_device_holds_what_the_phone_knows(steps: list[tuple[str, int]]) -> None:
    connection, _ = open_file(Path(":memory:"))
    kept = KeptLists(connection)
    for revision, (kind, number) in enumerate(steps, start=1):
        if kind == "told":
            kept.fold([told(pick_list(number=number, revision=revision))])
        elif kind == "progress":
            kept.fold([progress(number, revision)])
        elif kind == "removed":
            kept.fold([removed(number)])
        elif kind == "settle":
            settle(kept, confirmed(number))
        elif kind == "start":
            settle(kept, started(number))
        elif kind == "forget":
            kept.forget()
        else:
            write(kept)
            assert KeptLists(connection).lists == kept.lists
    write(kept)
    again = KeptLists(connection)
    assert again.lists == kept.lists
    assert not again.has_unreadable
    connection.close()


def test_walks_that_are_over_leave_the_device_as_they_leave_the_memory(tmp_path: Path) -> None:
    """In a browser each scan writes the whole file: a shift's walks must not pile up in it."""
    connection, _ = open_file(tmp_path / "outbox.sqlite3")
    kept = KeptLists(connection)
    for number in range(1, 9):
        over = pick_list(number=number, status=PickListStatus.FINISHED, picker_id="per_1")
        kept.fold([told(over)])
        write(kept)
    on_device = {row for (row,) in connection.execute("SELECT id FROM document WHERE kind = 'pick_list'")}
    assert on_device == set(kept.lists)
    assert len(on_device) == 2
    connection.close()
