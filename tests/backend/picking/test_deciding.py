"""Each proposal is decided once: by its shopper in time, or by the store's rule."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.picking.commands import DecideProposal, HandOverTrolley
from backend.picking.deciding import Decision
from backend.picking.errors import AnsweredOtherwise, AnswerTooLate, ProposalClosed, ProposalNotFound
from backend.picking.models import SubstitutionRow
from backend.picking.substituting import Substituting, SubstitutionRules
from shared.clock import ManualClock
from shared.commands import FinishPickList, Substitute
from shared.events import SubstitutionApproved, SubstitutionRefused
from shared.picking import PickStatus
from shared.substitution import DecidedBy, ShopperAnswer, SubstitutionStatus, SubstitutionWish
from tests.backend.databases import both_databases
from tests.backend.picking.steps import substitute, walking_with
from tests.backend.picking.test_service import refused
from tests.backend.rooms import Rooms
from tests.factories import OPENING, STORE_ID, make_asker, make_cancellation, make_order

ADA = make_asker("Ada")
APPROVE, REFUSE = ShopperAnswer.APPROVE, ShopperAnswer.REFUSE


@pytest.fixture
def proposal(rooms: Rooms) -> SubstitutionRow:
    """The shopper of A-1-1 is asked about A-1-2."""
    return propose(rooms)


def propose(rooms: Rooms) -> SubstitutionRow:
    rooms.products.substitutes["A-1-1"] = ["A-1-2"]
    walking_with(rooms, ADA, SubstitutionWish.ASK, "A-1-1")
    substitute(rooms, ADA, "A-1-1", "A-1-2")
    (row,) = rooms.rows(SubstitutionRow)
    return row


def answer(rooms: Rooms, row: SubstitutionRow, said: ShopperAnswer, **changed: str) -> Decision:
    names = {"store_id": row.store_id, "order_line_id": row.order_line_id, "proposal_id": row.id, **changed}
    return rooms.writer.run_once(lambda tx: rooms.deciding.answer(**names, answer=said, tx=tx))


class TestAnswers:
    @both_databases
    def test_approved_it_stays(self, rooms: Rooms, proposal: SubstitutionRow) -> None:
        assert answer(rooms, proposal, APPROVE) == Decision(SubstitutionStatus.APPROVED, OPENING, is_new=True)
        assert rooms.pick_of("A-1-1").status == PickStatus.SUBSTITUTED
        event = next(event for event in rooms.events() if isinstance(event, SubstitutionApproved))
        assert event.decided_by is DecidedBy.SHOPPER
        rooms.ask(ADA, FinishPickList(pick_list_id=proposal.pick_list_id))

    def test_refused_the_line_is_short(self, rooms: Rooms, proposal: SubstitutionRow) -> None:
        answer(rooms, proposal, REFUSE)
        pick = rooms.pick_of("A-1-1")
        assert (pick.status, pick.quantity_picked, pick.short_reason) == (PickStatus.SHORT, 0, "not_on_shelf")
        rooms.ask(ADA, FinishPickList(pick_list_id=proposal.pick_list_id))

    def test_each_raises_the_revision(self, rooms: Rooms, proposal: SubstitutionRow) -> None:
        before = rooms.pick_list(proposal.pick_list_id).revision
        answer(rooms, proposal, APPROVE)
        assert rooms.pick_list(proposal.pick_list_id).revision == before + 1

    def test_the_same_again_is_the_same(self, rooms: Rooms, clock: ManualClock, proposal: SubstitutionRow) -> None:
        first = answer(rooms, proposal, APPROVE)
        clock.advance(1_000)
        before = rooms.look()
        assert answer(rooms, proposal, APPROVE) == Decision(first.status, first.decided_at, is_new=False)
        assert rooms.look() == before

    def test_the_other_one_does_not_count(self, rooms: Rooms, proposal: SubstitutionRow) -> None:
        answer(rooms, proposal, APPROVE)
        with refused(rooms, AnsweredOtherwise, match="answered already: approved"):
            answer(rooms, proposal, REFUSE)

    def test_at_the_deadline_it_is_too_late(self, rooms: Rooms, clock: ManualClock, proposal: SubstitutionRow) -> None:
        clock.advance(300)
        with refused(rooms, AnswerTooLate):
            answer(rooms, proposal, APPROVE)
        rooms.deliver()
        with refused(rooms, AnswerTooLate):
            answer(rooms, proposal, REFUSE)

    def test_a_cancelled_order_has_nothing_to_answer(self, rooms: Rooms, proposal: SubstitutionRow) -> None:
        rooms.do(make_cancellation(make_order("o1", [])))
        with refused(rooms, ProposalClosed):
            answer(rooms, proposal, APPROVE)

    @pytest.mark.parametrize("changed", [{"proposal_id": "sub_x"}, {"order_line_id": "orl_x"}, {"store_id": "sto_x"}])
    def test_only_of_this_line(self, rooms: Rooms, proposal: SubstitutionRow, changed: dict[str, str]) -> None:
        with refused(rooms, ProposalNotFound):
            answer(rooms, proposal, APPROVE, **changed)

    def test_nobody_is_asked_where_the_store_may_choose(self, rooms: Rooms) -> None:
        rooms.products.substitutes["A-1-1"] = ["A-1-2"]
        walking_with(rooms, ADA, SubstitutionWish.ALLOW, "A-1-1")
        substitute(rooms, ADA, "A-1-1", "A-1-2")
        with refused(rooms, ProposalNotFound):
            answer(rooms, rooms.rows(SubstitutionRow)[0], REFUSE)


class TestSilence:
    def test_nothing_happens_before_its_time(self, rooms: Rooms, clock: ManualClock, proposal: SubstitutionRow) -> None:
        clock.advance(299)
        assert rooms.deliver() == 0
        assert rooms.do(DecideProposal(proposal.store_id, proposal.id)) is False
        assert rooms.pick_of("A-1-1").status == PickStatus.PROPOSED

    @both_databases
    def test_it_means_no_unless_the_store_says_otherwise(
        self, rooms: Rooms, clock: ManualClock, proposal: SubstitutionRow
    ) -> None:
        clock.advance(300)
        assert rooms.deliver() == 1
        assert rooms.pick_of("A-1-1").status == PickStatus.SHORT
        event = next(event for event in rooms.events() if isinstance(event, SubstitutionRefused))
        assert (event.decided_by, event.at) == (DecidedBy.SILENCE, OPENING + timedelta(seconds=300))

    def test_it_may_mean_yes(self, rooms: Rooms, clock: ManualClock) -> None:
        rules = SubstitutionRules(if_silent=APPROVE)
        rooms.substituting = Substituting(rooms.places, rooms.products.find_substitutes, rules)
        rooms.handlers[Substitute] = rooms.substituting.substitute
        propose(rooms)
        clock.advance(300)
        rooms.deliver()
        assert rooms.pick_of("A-1-1").status == PickStatus.SUBSTITUTED

    def test_an_answer_in_time_keeps_the_rule_away(
        self, rooms: Rooms, clock: ManualClock, proposal: SubstitutionRow
    ) -> None:
        answer(rooms, proposal, APPROVE)
        clock.advance(300)
        before = rooms.look()
        assert rooms.deliver() == 1
        assert rooms.look() == before
        assert rooms.do(DecideProposal(proposal.store_id, "sub_nobody")) is False

    def test_the_trolley_may_have_been_left_meanwhile(
        self, rooms: Rooms, clock: ManualClock, proposal: SubstitutionRow
    ) -> None:
        rooms.do(HandOverTrolley(STORE_ID, proposal.pick_list_id, "per_Boss"))
        clock.advance(300)
        rooms.deliver()
        assert rooms.pick_of("A-1-1").status == PickStatus.SHORT
