"""A container that was scanned is the tote's at once, whatever the network does."""

from __future__ import annotations

from mobile.services.synced import Picker, apply_command
from shared.commands import BindTote, PickerCommand, UndoPick
from shared.picking import PickStatus
from shared.sync.envelope import Command
from tests.mobile.builders import START, pick, pick_list

WALK = pick_list([pick(0), pick(1, tote="B")])


def command(said: PickerCommand) -> Command:
    return Command(id="cmd_1", name=said.name, made_at=START, body=said.model_dump(mode="json"))


def test_a_container_is_added_once() -> None:
    said = command(BindTote(pick_list_id="pkl_1", tote_id="tot_1_B", code="TOTE-2"))
    once = apply_command(WALK, said, Picker())
    assert [tote.codes for tote in once.totes] == [[], ["TOTE-2"]]
    assert apply_command(once, said, Picker()) is once


def test_a_body_nobody_understands_changes_nothing() -> None:
    odd = Command(id="cmd_1", name=BindTote.name, made_at=START, body={"pick_list_id": "pkl_1"})
    assert apply_command(WALK, odd, Picker()) is WALK


def test_a_pick_that_is_taken_back_is_open() -> None:
    done = WALK.picks[0].model_copy(update={"status": PickStatus.PICKED, "quantity_picked": 1})
    walk = WALK.model_copy(update={"picks": [done, WALK.picks[1]]})
    said = command(UndoPick(pick_list_id="pkl_1", pick_id="pck_0"))
    undone = apply_command(walk, said, Picker())
    assert (undone.picks[0].status, undone.picks[0].quantity_picked) == (PickStatus.OPEN, 0)
    assert apply_command(undone, said, Picker()) is undone
