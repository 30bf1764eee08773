"""What shoppers say to proposed substitutes: from the channel's names to ours, inside one transaction."""

from __future__ import annotations

from typing import Protocol

from backend.channels import repository
from backend.channels.commands import AnswerProposal
from backend.channels.errors import OrderUnknown
from backend.core.writer import Transaction
from backend.picking.deciding import Decision
from backend.picking.errors import ProposalNotFound
from shared.substitution import ShopperAnswer


class ProposalDesk(Protocol):
    """What this asks of the picking room."""

    def answer(
        self, store_id: str, order_line_id: str, proposal_id: str, answer: ShopperAnswer, tx: Transaction
    ) -> Decision: ...


class ProposalAnswers:
    """The room's command for shoppers who were asked."""

    def __init__(self, proposals: ProposalDesk) -> None:
        self._proposals = proposals

    def answer(self, command: AnswerProposal, tx: Transaction) -> Decision:
        """Raises OrderUnknown, ProposalNotFound, AnswerTooLate, AnsweredOtherwise, ProposalClosed."""
        sender = command.sender
        order_id = repository.find_order_id(tx.connection, sender.store_id, sender.channel_id, command.external_id)
        if order_id is None:
            raise OrderUnknown(f"this channel sent no order {command.external_id}", external_id=command.external_id)
        line_id = repository.find_line_id(tx.connection, order_id, command.external_line_id)
        if line_id is None:
            raise ProposalNotFound("this order has no such line", proposal_id=command.proposal_id)
        return self._proposals.answer(sender.store_id, line_id, command.proposal_id, command.answer, tx)
