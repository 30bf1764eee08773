"""Whether a proposed substitute stays in the tote: the shopper says it, or the store's rule once their time is over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.core.outbox_rows import Job
from backend.core.writer import Transaction
from backend.picking import proposals, repository
from backend.picking.commands import DecideProposal
from backend.picking.errors import AnsweredOtherwise, AnswerTooLate, ProposalClosed, ProposalNotFound
from backend.picking.models import SubstitutionRow
from backend.picking.substitution_events import facts_of
from shared.events import SubstitutionApproved, SubstitutionRefused
from shared.substitution import DecidedBy, ShopperAnswer, SubstitutionStatus

_OUTCOMES = {ShopperAnswer.APPROVE: SubstitutionStatus.APPROVED, ShopperAnswer.REFUSE: SubstitutionStatus.REFUSED}


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, and when. `is_new`: False where the same answer had come before."""

    status: SubstitutionStatus
    decided_at: datetime
    is_new: bool


class Deciding:
    """Each proposal is decided once, whoever comes first."""

    def __init__(self, handle: Callable[[Any], Awaitable[Any]]) -> None:
        self._handle = handle

    def answer(
        self, store_id: str, order_line_id: str, proposal_id: str, answer: ShopperAnswer, tx: Transaction
    ) -> Decision:
        """What the shopper says. The same answer again is the same decision.

        Raises ProposalNotFound, AnswerTooLate, AnsweredOtherwise, ProposalClosed.
        """
        row = proposals.get_substitution(tx.session, store_id, proposal_id)
        if row is None or row.order_line_id != order_line_id or row.answer_by is None:
            raise ProposalNotFound("no such proposal for this line", proposal_id=proposal_id)
        if row.status == SubstitutionStatus.PROPOSED:
            if proposals.is_answer_late(row, tx.now()):
                raise _too_late(row)
            _decide(row, answer, DecidedBy.SHOPPER, tx)
            return Decision(_OUTCOMES[answer], tx.now(), is_new=True)
        if row.status == SubstitutionStatus.CLOSED:
            raise ProposalClosed("the order was cancelled before anybody answered", proposal_id=row.id)
        if row.decided_by != DecidedBy.SHOPPER:
            raise _too_late(row)
        if row.status != _OUTCOMES[answer]:
            raise AnsweredOtherwise(
                f"the shopper has answered already: {row.status}", proposal_id=row.id, status=row.status
            )
        assert row.decided_at is not None, "it was decided"
        return Decision(_OUTCOMES[answer], row.decided_at, is_new=False)

    def decide(self, command: DecideProposal, tx: Transaction) -> bool:
        """Nobody answered: the store's rule. False where it is decided already, or there is time left."""
        row = proposals.get_substitution(tx.session, command.store_id, command.substitution_id)
        if row is None or row.status != SubstitutionStatus.PROPOSED or not proposals.is_answer_late(row, tx.now()):
            return False
        assert row.if_silent is not None, "who is asked knows what silence means"
        _decide(row, ShopperAnswer(row.if_silent), DecidedBy.SILENCE, tx)
        return True

    async def decide_due(self, job: Job) -> None:
        """The time to answer is over."""
        await self._handle(DecideProposal(job.body["store_id"], job.body["substitution_id"]))


def _decide(row: SubstitutionRow, answer: ShopperAnswer, decided_by: DecidedBy, tx: Transaction) -> None:
    now = tx.now()
    row.status, row.decided_by, row.decided_at = _OUTCOMES[answer], decided_by, now
    tx.session.add(row)
    tx.session.flush()
    repository.settle(tx.connection, row.pick_id, proposals.pick_status_of(SubstitutionStatus(row.status)), now)
    repository.raise_revision(tx.connection, row.pick_list_id)
    pick = repository.find_progress(tx.connection, row.pick_list_id, row.pick_id)
    facts = facts_of(row, pick.store_reason if pick is not None else "", now)
    event = SubstitutionApproved if answer is ShopperAnswer.APPROVE else SubstitutionRefused
    tx.publish(event.model_validate({**facts, "decided_by": decided_by}))


def _too_late(row: SubstitutionRow) -> AnswerTooLate:
    return AnswerTooLate(
        "the time to answer is over",
        proposal_id=row.id,
        status=row.status,
        answer_by=f"{row.answer_by:%Y-%m-%dT%H:%M:%SZ}",
    )
