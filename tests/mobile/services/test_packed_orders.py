"""An order that was packed is packed at once, whatever the network does."""

from __future__ import annotations

from mobile.services.synced import Picker, apply_command
from shared.commands import PackOrder
from shared.sync.envelope import Command
from tests.mobile.builders import START, pick, pick_list

WALK = pick_list([pick(0), pick(1, tote="B")])


def packed(order_id: str) -> Command:
    said = PackOrder(pick_list_id="pkl_1", order_id=order_id, bags=2, bag_codes=["BAG-1", "BAG-2"], place="STAGE-A1")
    return Command(id="cmd_1", name=said.name, made_at=START, body=said.model_dump(mode="json"))


def test_its_tote_says_so() -> None:
    after = apply_command(WALK, packed("ord_1_B"), Picker())
    assert [(tote.is_packed, tote.bags, tote.place) for tote in after.totes] == [(False, 0, ""), (True, 2, "STAGE-A1")]
    assert after.totes[1].bag_codes == ["BAG-1", "BAG-2"]


def test_anothers_order_or_an_odd_body_changes_nothing() -> None:
    assert apply_command(WALK, packed("ord_other"), Picker()) is WALK
    odd = Command(id="cmd_1", name=PackOrder.name, made_at=START, body={"pick_list_id": "pkl_1"})
    assert apply_command(WALK, odd, Picker()) is WALK
