"""Applies each command of a phone once: carried out, or refused and kept for a supervisor, never dropped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
import structlog
from pydantic import ValidationError

from backend.core.errors import Overloaded
from backend.core.http import rejected_from
from backend.core.metrics import COMMANDS_TOTAL
from backend.core.writer import Transaction, Writer
from backend.people.models import Role
from backend.people.principals import Principal
from backend.sync import repository
from backend.sync.errors import CommandMalformed, CommandUnknown, NotAPicker
from shared.commands import PICKER_COMMANDS, PickerCommand
from shared.errors import BlinkpickError, Problem
from shared.events import CommandRefused
from shared.refusals import is_worth_saying
from shared.sync.envelope import Command, Result

MADE_AT_AGE_MAX = timedelta(days=3)  # a phone may lie in a drawer over a weekend; older than that, its clock is wrong
DETAIL_MAX_CHARACTERS = 300

CarryOut = Callable[[PickerCommand, Principal, datetime, Transaction], None]

_log = structlog.get_logger("sync")


class SyncService:
    """`carry_out` takes a checked command, who asks and when it was made to the room that knows it (flow.py)."""

    def __init__(self, writer: Writer, carry_out: CarryOut) -> None:
        self._writer = writer
        self._carry_out = carry_out

    async def apply(self, principal: Principal, command: Command) -> Result:
        """What became of the command, the same answer however often it is sent.

        Raises a retryable error (Overloaded) where it is neither applied nor refused: the phone must send it again.
        """
        result = await self._writer.submit(
            lambda tx: self._apply(principal, command, tx),
            otherwise=lambda error, tx: self._refuse(principal, command, _problem_of(error, command), tx),
        )
        name = command.name if command.name in PICKER_COMMANDS else "unknown"
        COMMANDS_TOTAL.labels(name, "applied" if result.is_applied else "refused").inc()
        return result

    def _apply(self, principal: Principal, command: Command, tx: Transaction) -> Result:
        result = Result(command_id=command.id, is_applied=True)
        kept = repository.keep_result(tx.connection, principal, command, result, tx.now())
        if kept is not None:
            return kept
        if principal.role is not Role.PICKER:
            raise NotAPicker("only a picker on shift picks")
        self._carry_out(read_command(command), principal, clamp_made_at(command.made_at, tx.now()), tx)
        return result

    def _refuse(self, principal: Principal, command: Command, problem: Problem, tx: Transaction) -> Result:
        result = Result(command_id=command.id, is_applied=False, problem=problem)
        kept = repository.keep_result(tx.connection, principal, command, result, tx.now())
        if kept is not None:  # the same command came over two connections, and the other was quicker
            return kept
        if is_worth_saying(command.name, problem.code):
            tx.publish(
                CommandRefused(
                    store_id=principal.store_id,
                    at=tx.now(),
                    command_id=command.id,
                    command_name=command.name,
                    picker_id=principal.person_id,
                    problem_code=problem.code,
                    detail=problem.detail,
                    made_at=clamp_made_at(command.made_at, tx.now()),
                    evidence=command.body,
                )
            )
        return result


def read_command(command: Command) -> PickerCommand:
    """The checked command inside the envelope. Raises CommandUnknown or CommandMalformed."""
    model = PICKER_COMMANDS.get(command.name)
    if model is None:
        raise CommandUnknown("no command of this name: is the app of another version?", name=command.name)
    try:
        return model.model_validate(command.body)
    except ValidationError as error:
        wrong = rejected_from(error)
        raise CommandMalformed(wrong.detail, **wrong.facts) from None


def clamp_made_at(made_at: datetime, now: datetime) -> datetime:
    """A phone's clock may be wrong; its command counts all the same, at a moment that can be true."""
    if made_at.tzinfo is None:
        made_at = made_at.replace(tzinfo=UTC)
    return min(max(made_at, now - MADE_AT_AGE_MAX), now)


def _problem_of(error: Exception, command: Command) -> Problem:
    """Why it is refused. Raises instead where trying again can help."""
    if isinstance(error, BlinkpickError):
        if error.is_retryable:
            raise error
        problem = error.to_problem()
        return problem.model_copy(update={"detail": problem.detail[:DETAIL_MAX_CHARACTERS]})
    if isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError):
        raise Overloaded("the database does not answer", retry_after_s=1) from error
    # A mistake of ours. Refused, kept and shown, it harms one command; tried for ever, it would block a whole phone.
    _log.error("a command broke its handler", command=command.id, name=command.name, exc_info=error)
    return Problem(code="internal", detail="the backend could not carry this out; it is logged there")
