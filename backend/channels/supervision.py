"""What a supervisor may do and see: held orders and undelivered calls. Commands run inside a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.channels import message_rows, repository
from backend.channels.commands import (
    AcknowledgeEvents,
    DismissHeldOrder,
    ForgetMessages,
    RetryHeldOrder,
    ReviveDeadLetter,
    Sender,
)
from backend.channels.errors import DeadLetterNotFound
from backend.channels.held_orders import HeldOrders
from backend.channels.inbox import FETCH_TOPIC, enqueue_fetch
from backend.channels.intake import Intake, IntakeAnswer
from backend.channels.models import ChannelOrderStatus, ChannelRow, IntakeExceptionRow
from backend.channels.reporting import DELIVER_TOPIC
from backend.channels.webhook_sender import WEBHOOK_TOPIC
from backend.core.database import Database
from backend.core.outbox_rows import revive_job
from backend.core.writer import Transaction

CALL_TOPICS = (DELIVER_TOPIC, FETCH_TOPIC, WEBHOOK_TOPIC)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A call or a question to a channel that never got through."""

    id: str
    channel_id: str
    external_id: str
    operation: str
    attempts: int
    error: str
    created_at: datetime
    dead_at: datetime


class Supervision:
    """The room's commands that a person of the store causes, and what they look at."""

    def __init__(self, database: Database, intake: Intake, held: HeldOrders) -> None:
        self._database = database
        self._intake = intake
        self._held = held

    # Commands

    def retry(self, command: RetryHeldOrder, tx: Transaction) -> IntakeAnswer:
        """Try a held order again. Raises IntakeExceptionNotFound, IntakeExceptionClosed."""
        exception = self._held.read(command.store_id, command.exception_id, tx)
        answer = self._intake.take_again(exception, command.person_id, tx)
        if answer is not None:
            return answer
        sender = Sender(exception.store_id, exception.channel_id)
        enqueue_fetch(sender, exception.external_id, tx)
        return IntakeAnswer(exception.external_id, ChannelOrderStatus.ANNOUNCED)

    def dismiss(self, command: DismissHeldOrder, tx: Transaction) -> None:
        """Close a held order without picking it. Raises IntakeExceptionNotFound, IntakeExceptionClosed."""
        exception = self._held.read(command.store_id, command.exception_id, tx)
        self._held.dismiss(exception, ChannelOrderStatus.DISMISSED, command.reason, command.person_id, tx)

    def revive(self, command: ReviveDeadLetter, tx: Transaction) -> None:
        """Give an undelivered call another life. Raises DeadLetterNotFound."""
        channels = [channel.id for channel in repository.get_channels_of_store(tx.session, command.store_id)]
        is_ours = repository.is_dead_letter_of(tx.connection, command.job_id, channels, CALL_TOPICS)
        if not is_ours or not revive_job(tx.connection, command.job_id, tx.now()):
            raise DeadLetterNotFound(f"no undelivered call {command.job_id} in this store", job_id=command.job_id)
        tx.has_jobs = True

    def acknowledge(self, command: AcknowledgeEvents, tx: Transaction) -> None:
        sender = command.sender
        repository.acknowledge_events(tx.connection, sender.store_id, sender.channel_id, command.sequence)

    def forget_messages(self, command: ForgetMessages, tx: Transaction) -> int:
        """Empty the inbox of what is older; returns how many messages went. Orders and their ids stay."""
        message_rows.erase_contents(tx.connection, command.contents_before)
        repository.erase_closed_exceptions(tx.connection, command.contents_before)
        return repository.delete_messages_before(tx.connection, command.before)

    # Reads

    def exceptions(self, store_id: str, status: str | None, limit: int) -> Sequence[IntakeExceptionRow]:
        with self._database.reading() as session:
            return repository.get_exceptions(session, store_id, status=status, limit=limit)

    def dead_letters(self, store_id: str, limit: int) -> list[DeadLetter]:
        with self._database.reading() as session:
            channels = [channel.id for channel in repository.get_channels_of_store(session, store_id)]
            rows = repository.get_dead_letters(session.connection(), channels, CALL_TOPICS, limit)
        return [DeadLetter(**row) for row in rows]

    def channels(self, store_id: str) -> Sequence[ChannelRow]:
        with self._database.reading() as session:
            return repository.get_channels_of_store(session, store_id)
