"""Every platform's time limits as rows: opened with the first word, met by a call, acted on before they pass.

A row survives a restart, and so does the outbox row that wakes us for it. Everything here runs in a transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from backend.channels import deadline_rows, repository
from backend.channels.commands import ActOnDeadline, NoteCall, Sender
from backend.channels.models import ChannelDeadlineRow, ChannelOrderStatus, DeadlineStatus
from backend.channels.open_adapters import OpenAdapters
from backend.channels.port import Capability, CountsFrom, Deadline, DeadlineKind, ReportedOrder
from backend.channels.registry import AdapterRegistry
from backend.channels.reporting import enqueue_calls, is_call_waiting
from backend.core.writer import Transaction
from shared.errors import BlinkpickError
from shared.events import OrderCancelled, OrderDismissed

DEADLINE_TOPIC = "channels.deadline"
_CALLED = {DeadlineKind.ACCEPT: CountsFrom.ACCEPTED, DeadlineKind.START: CountsFrom.STARTED}
_log = structlog.get_logger("channels")


class Deadlines:
    """What each channel waits for. A channel without limits costs nothing here."""

    def __init__(self, registry: AdapterRegistry, adapters: OpenAdapters) -> None:
        self._registry = registry
        self._adapters = adapters
        self._without: set[str] = set()  # channels that have no limits; what adapter a channel has never changes

    def begin(
        self, sender: Sender, external_id: str, tx: Transaction, named: Mapping[DeadlineKind, datetime] | None = None
    ) -> None:
        """The first word about an order: what the order itself names runs, and what else counts from now."""
        if sender.channel_id in self._without:
            return
        for kind, expires_at in (named or {}).items():
            self._write(sender, external_id, kind, expires_at, self._act_before_s(sender, kind, tx), tx)
        self._open(sender, external_id, CountsFrom.RECEIVED, tx)

    def note_call(self, command: NoteCall, tx: Transaction) -> None:
        """The channel has heard a call: what it meets is met, and what counts from it runs."""
        sender, kind = command.sender, command.meets
        repository.note_call(tx.connection, sender.store_id, sender.channel_id, command.external_id, tx.now(), kind)
        if not kind:
            return
        deadline_rows.close(
            tx.connection, sender.store_id, sender.channel_id, command.external_id, DeadlineStatus.MET, tx.now(), kind
        )
        if kind in _CALLED:
            self._open(sender, command.external_id, _CALLED[DeadlineKind(kind)], tx)

    def on_order_over(self, event: OrderCancelled | OrderDismissed, tx: Transaction) -> None:
        """Nobody waits any more."""
        if event.channel_id in self._without:
            return
        external_id = event.external_id if isinstance(event, OrderDismissed) else ""
        if isinstance(event, OrderCancelled):
            facts = repository.find_order_facts(tx.connection, event.store_id, event.order_id)
            external_id = facts.external_id if facts is not None else ""
        self.drop(Sender(event.store_id, event.channel_id), external_id, tx)

    def drop(self, sender: Sender, external_id: str, tx: Transaction) -> None:
        deadline_rows.close(
            tx.connection, sender.store_id, sender.channel_id, external_id, DeadlineStatus.DROPPED, tx.now()
        )

    def act(self, command: ActOnDeadline, tx: Transaction) -> DeadlineStatus | None:
        """Its time has come: do what keeps the order alive, or say that a person must; later, that it is missed.

        Returns what it is now; None where there is nothing left to do.
        """
        row = deadline_rows.get(tx.session, command.store_id, command.deadline_id)
        if row is None or row.closed_at is not None:
            return None
        now = tx.now()
        if now >= row.expires_at:
            row.status, row.closed_at = DeadlineStatus.MISSED, now
            _log.warning("a deadline was missed", channel_id=row.channel_id, kind=row.kind, order=row.external_id)
        elif now >= row.act_at:
            row.status = DeadlineStatus.ACTED if self._keep_alive(row, tx) else DeadlineStatus.PRESSING
            _wake_at(row, row.expires_at, tx)
        else:
            _wake_at(row, row.act_at, tx)
        tx.session.add(row)
        return DeadlineStatus(row.status)

    def _keep_alive(self, row: ChannelDeadlineRow, tx: Transaction) -> bool:
        """Make the calls the adapter has for this, unless one that meets it is on its way already.

        An order we could not read is nobody's to accept: it may be another store's. A person looks at it.
        """
        if is_call_waiting(tx.connection, row.channel_id, row.external_id, row.kind):
            return True
        known = repository.find_channel_order(tx.connection, row.store_id, row.channel_id, row.external_id)
        if known is None or known.status == ChannelOrderStatus.ANNOUNCED or not known.content_hash:
            return False
        channel = repository.get_channel(tx.session, row.channel_id)
        assert channel is not None, "a deadline belongs to a channel"
        adapter_class = self._registry.adapter(channel.adapter).adapter_class
        order_id = repository.find_order_id(tx.connection, row.store_id, row.channel_id, row.external_id)
        order = ReportedOrder(external_id=row.external_id, order_id=order_id or "", memory=dict(known.memory))
        calls = adapter_class.before_deadline(DeadlineKind(row.kind), order)
        enqueue_calls(row.channel_id, calls, tx)
        return bool(calls)

    def _open(self, sender: Sender, external_id: str, counts_from: CountsFrom, tx: Transaction) -> None:
        for rule in self._rules(sender, tx):
            if rule.counts_from is counts_from and rule.within_s:
                expires_at = tx.now() + timedelta(seconds=rule.within_s)
                self._write(sender, external_id, rule.kind, expires_at, rule.act_before_s, tx)

    def _write(
        self,
        sender: Sender,
        external_id: str,
        kind: DeadlineKind,
        expires_at: datetime,
        act_before_s: int,
        tx: Transaction,
    ) -> None:
        act_at = max(tx.now(), expires_at - timedelta(seconds=act_before_s))
        row = ChannelDeadlineRow(
            id=tx.ids.new("deadline"),
            store_id=sender.store_id,
            channel_id=sender.channel_id,
            external_id=external_id,
            kind=kind.value,
            expires_at=expires_at,
            act_at=act_at,
            opened_at=tx.now(),
        )
        if deadline_rows.insert_unless_there(tx.connection, row):
            _wake_at(row, act_at, tx)

    def _act_before_s(self, sender: Sender, kind: DeadlineKind, tx: Transaction) -> int:
        return next((rule.act_before_s for rule in self._rules(sender, tx) if rule.kind is kind), 0)

    def _rules(self, sender: Sender, tx: Transaction) -> Sequence[Deadline]:
        """The channel's own limits; none where it cannot be opened, for a wrong setting must not stop an order."""
        channel = repository.get_channel(tx.session, sender.channel_id)
        if channel is None:
            return ()
        try:
            declared: Capability = self._registry.adapter(channel.adapter).adapter_class.capability
            if not declared.deadlines:
                self._without.add(sender.channel_id)
                return ()
            return self._adapters.of(channel).capability.deadlines
        except BlinkpickError as error:
            _log.error("channel cannot be opened", channel_id=sender.channel_id, error=error.detail)
            return ()


def _wake_at(row: ChannelDeadlineRow, instant: datetime, tx: Transaction) -> None:
    body: dict[str, Any] = {"store_id": row.store_id, "channel_id": row.channel_id, "deadline_id": row.id}
    tx.enqueue(DEADLINE_TOPIC, body, partition=row.id, not_before=instant)
