"""The list of orders that wait for a supervisor: how they get onto it and off it, and that the channel hears."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.channels import repository
from backend.channels.commands import Sender
from backend.channels.errors import IntakeExceptionClosed, IntakeExceptionNotFound
from backend.channels.models import ChannelOrderStatus, ExceptionStatus, IntakeExceptionRow
from backend.channels.port import IncomingOrder
from backend.channels.resolution import Problem
from backend.core.writer import Transaction
from shared.events import OrderDismissed, OrderHeld


class HeldOrders:
    """Every method runs inside the caller's transaction."""

    def hold(
        self,
        sender: Sender,
        external_id: str,
        problems: Sequence[Problem],
        tx: Transaction,
        order: IncomingOrder | None = None,
    ) -> str:
        """Put an order on the list; returns the id of its exception."""
        reason = problems[0].reason
        exception = IntakeExceptionRow(
            id=tx.ids.new("intake_exception"),
            store_id=sender.store_id,
            channel_id=sender.channel_id,
            external_id=external_id,
            display_code=order.display_code if order else "",
            reason=reason,
            facts=facts_of(problems),
            incoming=order.model_dump_json() if order else "",
            due_at=order.due_at if order else None,
            created_at=tx.now(),
        )
        tx.session.add(exception)
        tx.session.flush()
        _mark(exception, ChannelOrderStatus.HELD, reason, tx)
        tx.publish(OrderHeld(**_event_facts(exception, tx), reason=reason))
        return exception.id

    def restate(self, exception: IntakeExceptionRow, problems: Sequence[Problem], tx: Transaction) -> None:
        """It was tried again and still does not fit: say what is wrong now."""
        _require_open(exception)
        exception.reason, exception.facts = problems[0].reason, facts_of(problems)
        tx.session.add(exception)

    def amend(
        self, exception: IntakeExceptionRow, order: IncomingOrder, problems: Sequence[Problem], tx: Transaction
    ) -> None:
        """Its channel sent it anew, and it does not fit as it is now either."""
        exception.incoming, exception.due_at = order.model_dump_json(), order.due_at
        exception.display_code = order.display_code
        self.restate(exception, problems, tx)

    def release(
        self, exception: IntakeExceptionRow, status: ChannelOrderStatus, person_id: str, tx: Transaction
    ) -> None:
        """Take an order off the list, for it is tried again."""
        _close(exception, ExceptionStatus.RETRIED, person_id, tx)
        _mark(exception, status, "", tx)

    def dismiss(
        self,
        exception: IntakeExceptionRow,
        status: ChannelOrderStatus,
        reason: str,
        closed_by: str,
        tx: Transaction,
    ) -> None:
        """Take an order off the list for good, without picking it."""
        _close(exception, ExceptionStatus.DISMISSED, closed_by, tx)
        _mark(exception, status, reason, tx)
        tx.publish(OrderDismissed(**_event_facts(exception, tx), reason=reason))

    def read(self, store_id: str, exception_id: str, tx: Transaction) -> IntakeExceptionRow:
        exception = repository.get_exception(tx.session, store_id, exception_id)
        if exception is None:
            raise IntakeExceptionNotFound(f"no exception {exception_id} in this store", exception_id=exception_id)
        return exception


def _mark(exception: IntakeExceptionRow, status: ChannelOrderStatus, reason: str, tx: Transaction) -> None:
    known = repository.find_channel_order(
        tx.connection, exception.store_id, exception.channel_id, exception.external_id
    )
    assert known is not None, "an order is written before it is held"
    repository.update_channel_order(tx.connection, known.id, status=status, reason=reason)


def _close(exception: IntakeExceptionRow, status: ExceptionStatus, closed_by: str, tx: Transaction) -> None:
    _require_open(exception)
    exception.status, exception.closed_at, exception.closed_by = status, tx.now(), closed_by
    tx.session.add(exception)
    tx.session.flush()


def _require_open(exception: IntakeExceptionRow) -> None:
    if exception.status != ExceptionStatus.OPEN:
        raise IntakeExceptionClosed(f"this exception was {exception.status} already", exception_id=exception.id)


def facts_of(problems: Sequence[Problem]) -> dict[str, Any]:
    """The problems as a person and a channel read them."""
    return {
        "problems": [
            {"reason": problem.reason, "detail": problem.detail, "external_line_id": problem.external_line_id}
            for problem in problems
        ]
    }


def _event_facts(exception: IntakeExceptionRow, tx: Transaction) -> dict[str, Any]:
    return {
        "store_id": exception.store_id,
        "at": tx.now(),
        "channel_id": exception.channel_id,
        "intake_exception_id": exception.id,
        "external_id": exception.external_id,
    }
