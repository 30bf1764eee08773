"""The outbox forgets nothing: not when the file is damaged, not when the phone dies between two bytes."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mobile.services.outbox import NotStoredOnPhone, Outbox
from shared.errors import Problem
from shared.picking import PickListStatus
from shared.sync.envelope import Command, Result, Update
from tests.mobile.builders import no_flush, pick_list

MADE_AT = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


def command(number: int) -> Command:
    body = {"pick_list_id": "pkl_1", "pick_id": f"pck_{number}", "quantity": 1, "scan": "商"}
    return Command(id=f"cmd_{number}", name="pick.confirm", made_at=MADE_AT, body=body)


def opened(folder: Path, commands: int = 0) -> Outbox:
    outbox = Outbox(folder / "outbox.sqlite3", no_flush)
    for number in range(commands):
        asyncio.run(outbox.add(command(number)))
    return outbox


def ids(outbox: Outbox) -> list[str]:
    return [one.id for one in outbox.waiting()]


class TestCommands:
    def test_wait_in_the_order_they_were_made_and_survive_reopening(self, tmp_path: Path) -> None:
        opened(tmp_path, 5).close()
        assert ids(opened(tmp_path)) == [f"cmd_{number}" for number in range(5)]

    def test_leave_at_their_result_and_a_refused_one_is_kept_as_a_problem(self, tmp_path: Path) -> None:
        outbox = opened(tmp_path, 3)
        refusal = Problem(code="pick_already_confirmed", detail="it is done")
        results = [
            Result(command_id="cmd_0", is_applied=True),
            Result(command_id="cmd_1", is_applied=False, problem=refusal),
            Result(command_id="cmd_unknown", is_applied=True),
        ]
        outbox.hear([], results)
        asyncio.run(outbox.keep())
        outbox.close()
        again = opened(tmp_path)
        assert ids(again) == ["cmd_2"]
        assert [(one.command.id, one.problem.code) for one in again.problems()] == [("cmd_1", "pick_already_confirmed")]
        asyncio.run(again.forget_problem("cmd_1"))
        assert again.problems() == []

    def test_one_that_cannot_be_flushed_did_not_happen(self, tmp_path: Path) -> None:
        async def full() -> None:
            raise OSError("quota")

        outbox = Outbox(tmp_path / "outbox.sqlite3", full)
        with pytest.raises(NotStoredOnPhone):
            asyncio.run(outbox.add(command(1)))
        assert ids(outbox) == []
        outbox.close()
        assert ids(opened(tmp_path)) == []


class TestWhatWasHeard:
    def test_is_in_memory_at_once_and_on_the_device_when_kept(self, tmp_path: Path) -> None:
        outbox = opened(tmp_path, 2)
        update = Update(sequence=7, name="pick_list", at=MADE_AT, body=pick_list().model_dump(mode="json"))
        answered = outbox.hear([update], [Result(command_id="cmd_0", is_applied=True)])
        assert [one.id for one, _ in answered] == ["cmd_0"]
        assert (outbox.last_sequence, ids(outbox), list(outbox.pick_lists())) == (7, ["cmd_1"], ["pkl_1"])
        unkept = opened(tmp_path)
        assert (unkept.last_sequence, ids(unkept), unkept.pick_lists()) == (0, ["cmd_0", "cmd_1"], {})
        unkept.close()
        asyncio.run(outbox.keep())
        outbox.close()
        again = opened(tmp_path)
        assert (again.last_sequence, ids(again), list(again.pick_lists())) == (7, ["cmd_1"], ["pkl_1"])

    def test_what_a_command_is_about_goes_along_with_it_and_how_far_was_read_only_with_the_rest(
        self, tmp_path: Path
    ) -> None:
        outbox = opened(tmp_path, 1)
        updates = [
            Update(sequence=number, name="pick_list", at=MADE_AT, body=pick_list(number=number).model_dump(mode="json"))
            for number in (1, 2)
        ]
        outbox.hear(updates, [Result(command_id="cmd_0", is_applied=True)])
        asyncio.run(outbox.add(command(1)))
        unkept = opened(tmp_path)
        assert (unkept.last_sequence, ids(unkept), list(unkept.pick_lists())) == (0, ["cmd_1"], ["pkl_1"])
        unkept.close()
        asyncio.run(outbox.keep())
        outbox.close()
        again = opened(tmp_path)
        assert (again.last_sequence, sorted(again.pick_lists())) == (2, ["pkl_1", "pkl_2"])

    def test_what_could_not_be_kept_is_kept_later(self, tmp_path: Path) -> None:
        is_full = False

        async def flush() -> None:
            if is_full:
                raise OSError("quota")

        outbox = Outbox(tmp_path / "outbox.sqlite3", flush)
        asyncio.run(outbox.add(command(0)))
        is_full = True
        refusal = Problem(code="pick_cancelled", detail="gone")
        outbox.hear([], [Result(command_id="cmd_0", is_applied=False, problem=refusal)])
        for _ in range(2):  # what is not on the device stays so until it is, however often it is asked
            with pytest.raises(NotStoredOnPhone):
                asyncio.run(outbox.keep())
        is_full = False
        asyncio.run(outbox.keep())
        outbox.close()
        assert [one.command.id for one in opened(tmp_path).problems()] == ["cmd_0"]

    @pytest.mark.parametrize(("status", "is_pressing"), [(PickListStatus.READY, False), (PickListStatus.PICKING, True)])
    def test_a_walk_under_way_is_pressing(self, tmp_path: Path, status: PickListStatus, is_pressing: bool) -> None:
        outbox = opened(tmp_path)
        body = pick_list(status=status, picker_id="per_1").model_dump(mode="json")
        outbox.hear([Update(sequence=7, name="pick_list", at=MADE_AT, body=body)])
        assert outbox.is_pressing is is_pressing
        asyncio.run(outbox.keep())
        assert not outbox.is_pressing


class TestDamage:
    @pytest.mark.parametrize("seed", range(12))
    def test_random_bytes_in_the_file_lose_no_command(self, tmp_path: Path, seed: int) -> None:
        opened(tmp_path, 40).close()
        file = tmp_path / "outbox.sqlite3"
        content = bytearray(file.read_bytes())
        chance = random.Random(seed)
        for _ in range(chance.choice([1, 20, 400])):
            content[chance.randrange(len(content))] = chance.randrange(256)
        file.write_bytes(content)
        again = opened(tmp_path)
        assert set(ids(again)) >= {f"cmd_{number}" for number in range(40)}
        again.close()
        assert ids(opened(tmp_path)) == ids(again)

    @pytest.mark.parametrize("kept", [0, 1, 99, 4096, 5000])
    def test_a_cut_off_file_loses_no_command(self, tmp_path: Path, kept: int) -> None:
        opened(tmp_path, 10).close()
        file = tmp_path / "outbox.sqlite3"
        file.write_bytes(file.read_bytes()[:kept])
        assert sorted(ids(opened(tmp_path))) == sorted(f"cmd_{number}" for number in range(10))

    def test_without_the_journal_the_file_alone_is_enough_and_the_other_way_round(self, tmp_path: Path) -> None:
        opened(tmp_path, 4).close()
        (tmp_path / "outbox.sqlite3.journal").unlink()
        opened(tmp_path).close()
        (tmp_path / "outbox.sqlite3").unlink()
        assert ids(opened(tmp_path)) == ["cmd_0", "cmd_1", "cmd_2", "cmd_3"]

    def test_a_torn_last_line_of_the_journal_costs_only_itself(self, tmp_path: Path) -> None:
        opened(tmp_path, 3).close()
        journal = tmp_path / "outbox.sqlite3.journal"
        journal.write_bytes(journal.read_bytes()[:-7])
        outbox = opened(tmp_path)
        asyncio.run(outbox.add(command(9)))
        outbox.close()
        (tmp_path / "outbox.sqlite3").unlink()
        assert ids(opened(tmp_path)) == ["cmd_0", "cmd_1", "cmd_2", "cmd_9"]

    def test_the_damaged_file_is_put_aside_not_deleted(self, tmp_path: Path) -> None:
        opened(tmp_path, 1).close()
        (tmp_path / "outbox.sqlite3").write_bytes(b"not a database at all" * 400)
        outbox = opened(tmp_path)
        assert outbox.was_damaged
        assert (tmp_path / "outbox.sqlite3.damaged-1").exists()

    def test_what_belongs_to_the_damaged_file_goes_aside_with_it(self, tmp_path: Path) -> None:
        opened(tmp_path, 1).close()
        (tmp_path / "outbox.sqlite3").write_bytes(b"not a database at all" * 400)
        (tmp_path / "outbox.sqlite3-wal").write_bytes(b"its last words")
        assert ids(opened(tmp_path)) == ["cmd_0"]
        assert (tmp_path / "outbox.sqlite3.damaged-1-wal").read_bytes() == b"its last words"

    def test_an_older_file_gives_its_commands_and_its_tokens(self, tmp_path: Path) -> None:
        outbox = opened(tmp_path, 2)
        asyncio.run(outbox.remember("device_token", "dev_secret"))
        outbox.close()
        (tmp_path / "outbox.sqlite3.journal").unlink()
        with sqlite3.connect(tmp_path / "outbox.sqlite3") as connection:
            connection.execute("PRAGMA user_version = 0")
            connection.execute("DROP TABLE problem")
        again = opened(tmp_path)
        assert ids(again) == ["cmd_0", "cmd_1"]
        assert again.recall("device_token") == "dev_secret"


class TestDocuments:
    def test_updates_and_their_sequence_survive_together(self, tmp_path: Path) -> None:
        outbox = opened(tmp_path)
        body = pick_list(revision=4).model_dump(mode="json")
        asyncio.run(outbox.store_updates([Update(sequence=7, name="pick_list", at=MADE_AT, body=body)]))
        outbox.close()
        again = opened(tmp_path)
        assert again.last_sequence == 7
        assert again.pick_lists()["pkl_1"].revision == 4

    def test_an_older_revision_and_an_unreadable_update_change_nothing_but_the_sequence(self, tmp_path: Path) -> None:
        outbox = opened(tmp_path)
        new, old = pick_list(revision=4), pick_list(revision=3)
        updates = [
            Update(sequence=1, name="pick_list", at=MADE_AT, body=new.model_dump(mode="json")),
            Update(sequence=2, name="pick_list", at=MADE_AT, body=old.model_dump(mode="json")),
            Update(sequence=3, name="pick_list", at=MADE_AT, body={"odd": True}),
            Update(sequence=4, name="from.the.future", at=MADE_AT, body={}),
        ]
        asyncio.run(outbox.store_updates(updates))
        assert outbox.pick_lists()["pkl_1"].revision == 4
        assert outbox.last_sequence == 4

    def test_a_reset_forgets_documents_and_never_commands(self, tmp_path: Path) -> None:
        outbox = opened(tmp_path, 2)
        body = pick_list().model_dump(mode="json")
        asyncio.run(outbox.store_updates([Update(sequence=7, name="pick_list", at=MADE_AT, body=body)]))
        asyncio.run(outbox.store_updates([], is_reset=True))
        outbox.close()
        again = opened(tmp_path)
        assert (again.pick_lists(), again.last_sequence, ids(again)) == ({}, 0, ["cmd_0", "cmd_1"])

    def test_another_version_of_the_app_has_read_nothing_yet(self, tmp_path: Path) -> None:
        outbox = opened(tmp_path)
        body = pick_list().model_dump(mode="json")
        updates = [Update(sequence=7, name="pick_list", at=MADE_AT, body=body)]
        asyncio.run(outbox.store_updates(updates, is_reset=True, app_version="1.0"))
        outbox.close()
        again = opened(tmp_path)
        assert (again.sequence_for("1.0"), again.sequence_for("1.1"), again.last_sequence) == (7, 0, 7)
