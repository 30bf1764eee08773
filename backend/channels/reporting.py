"""Tells each channel what happens to its orders: a numbered event for its stream, and the calls its adapter wants."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, Protocol

import structlog
from sqlalchemy import Connection

from backend.channels import repository
from backend.channels.commands import Sender
from backend.channels.models import ExceptionStatus
from backend.channels.port import Call, CancelRequested, IncomingOrder, ReportedLine, ReportedOrder
from backend.channels.registry import AdapterRegistry
from backend.channels.stream_messages import event_body
from backend.channels.webhook_sender import WEBHOOK_TOPIC, job_body
from backend.core.writer import Transaction
from shared.channel_stream import OrderInStream, StreamMessage
from shared.errors import BlinkpickError
from shared.events import Event, OrderDismissed, OrderEvent, OrderHeld, OrderReady

DELIVER_TOPIC = "channels.deliver"
ORDERS_REMEMBERED_MAX = 4_096
_log = structlog.get_logger("channels")


class Wake(Protocol):
    """Whoever waits for news of one channel."""

    def wake(self, channel_id: str) -> None: ...


class ChannelReporter:
    """Listeners: they run in the transaction of what happened, so the report is kept exactly when the event is."""

    def __init__(self, registry: AdapterRegistry, streams: Wake) -> None:
        self._registry = registry
        self._streams = streams
        self._orders: dict[tuple[str, str], OrderInStream] = {}

    def on_order_event(self, event: OrderEvent, tx: Transaction) -> None:
        order = self._named(event, tx)
        is_ready = isinstance(event, OrderReady)
        self._tell(event, order, lambda: _read_lines(tx.connection, event.order_id) if is_ready else (), tx)

    def on_held_order_event(self, event: OrderHeld | OrderDismissed, tx: Transaction) -> None:
        exception = repository.get_exception(tx.session, event.store_id, event.intake_exception_id)
        assert exception is not None, "an event comes after its exception"
        order = OrderInStream(id="", external_id=event.external_id, display_code=exception.display_code)
        is_closed = exception.status == ExceptionStatus.DISMISSED
        self._tell(event, order, lambda: _held_lines(exception.incoming, exception.facts) if is_closed else (), tx)

    def answer_cancellation(
        self, sender: Sender, adapter: str, wish: CancelRequested, tx: Transaction, *, is_granted: bool
    ) -> None:
        """Enqueue the calls that answer a channel's wish to cancel."""
        external_id = wish.external_id
        known = repository.find_channel_order(tx.connection, sender.store_id, sender.channel_id, external_id)
        memory = {**(known.memory if known else {}), **wish.memory}
        order = ReportedOrder(external_id=external_id, memory=memory)
        adapter_class = self._registry.adapter(adapter).adapter_class
        enqueue_calls(sender.channel_id, adapter_class.answer_cancellation(order, is_granted=is_granted), tx)

    def _named(self, event: OrderEvent, tx: Transaction) -> OrderInStream:
        """What its channel and people call the order; that never changes, and a busy order is asked for often."""
        key = (event.store_id, event.order_id)
        order = self._orders.get(key)
        if order is None:
            facts = repository.find_order_facts(tx.connection, *key)
            assert facts is not None, "an event comes after its order"
            order = OrderInStream(id=event.order_id, external_id=facts.external_id, display_code=facts.display_code)
            if len(self._orders) >= ORDERS_REMEMBERED_MAX:
                self._orders.clear()
            self._orders[key] = order
        return order

    def _tell(
        self,
        event: OrderEvent | OrderHeld | OrderDismissed,
        order: OrderInStream,
        lines: Callable[[], Sequence[ReportedLine]],
        tx: Transaction,
    ) -> None:
        adapter = append_to_stream(event.channel_id, event, order, self._streams, tx)
        self._enqueue_report(event, order, adapter, lines, tx)

    def _enqueue_report(
        self,
        event: OrderEvent | OrderHeld | OrderDismissed,
        order: OrderInStream,
        adapter: str,
        lines: Callable[[], Sequence[ReportedLine]],
        tx: Transaction,
    ) -> None:
        """A channel whose adapter is gone must not stop a pick: it is logged, and its stream still has the event."""
        try:
            adapter_class = self._registry.adapter(adapter).adapter_class
        except BlinkpickError as error:
            _log.error("channel without adapter", channel_id=event.channel_id, error=error.detail)
            return
        if not adapter_class.capability.sends_calls:
            return
        known = repository.find_channel_order(tx.connection, event.store_id, event.channel_id, order.external_id)
        reported = ReportedOrder(
            external_id=order.external_id,
            order_id=order.id,
            display_code=order.display_code,
            lines=tuple(lines()),
            memory=dict(known.memory) if known is not None else {},
        )
        enqueue_calls(event.channel_id, adapter_class.report(event, reported), tx)


def append_to_stream(channel_id: str, event: Event, order: OrderInStream | None, streams: Wake, tx: Transaction) -> str:
    """The next message of a channel's stream, and of its webhook where it has one; returns the channel's adapter."""
    channel = repository.next_sequence(tx.connection, event.store_id, channel_id)
    external_id = order.external_id if order is not None else ""
    message = StreamMessage(
        sequence=channel.last_sequence, name=event.name, at=event.at, order=order, body=event_body(event)
    )
    repository.insert_event(
        tx.connection,
        {
            "store_id": event.store_id,
            "channel_id": channel_id,
            "sequence": channel.last_sequence,
            "at": event.at,
            "name": event.name,
            "external_id": external_id,
            "message": message.model_dump_json(),
        },
    )
    tx.after_commit(lambda: streams.wake(channel_id))
    if channel.has_webhook:
        body = {**job_body(event.store_id, channel_id, channel.last_sequence), "external_id": external_id}
        tx.enqueue(WEBHOOK_TOPIC, body, partition=partition_of(channel_id, external_id))
    return str(channel.adapter)


def enqueue_calls(channel_id: str, calls: Sequence[Call], tx: Transaction) -> None:
    """One outbox row per call. Calls about one order leave one after another, in order."""
    for call in calls:
        body: dict[str, Any] = {"channel_id": channel_id, "call": asdict(call)}
        tx.enqueue(DELIVER_TOPIC, body, partition=partition_of(channel_id, call.external_id))


def is_call_waiting(connection: Connection, channel_id: str, external_id: str, meets: str) -> bool:
    """Whether a call that meets this deadline is on its way to the channel."""
    bodies = repository.get_waiting_bodies(connection, DELIVER_TOPIC, partition_of(channel_id, external_id))
    return any(json.loads(body)["call"].get("meets") == meets for body in bodies)


def partition_of(channel_id: str, external_id: str) -> str:
    return f"{channel_id}:{external_id}"


def _read_lines(connection: Connection, order_id: str) -> tuple[ReportedLine, ...]:
    return tuple(
        ReportedLine(
            line.external_line_id,
            line.sku,
            line.quantity_ordered,
            line.quantity_picked,
            quantity_substituted=line.quantity_substituted,
            substitute_sku=line.substitute_sku or "",
            substitute_gtin=line.substitute_gtin or "",
        )
        for line in repository.get_order_lines(connection, order_id)
    )


def _held_lines(incoming: str, facts: dict[str, Any]) -> tuple[ReportedLine, ...]:
    if not incoming:
        return ()
    troubled = {problem["external_line_id"] for problem in facts.get("problems", [])}
    return tuple(
        ReportedLine(line.external_line_id, line.sku, is_unknown=line.external_line_id in troubled)
        for line in IncomingOrder.model_validate_json(incoming).lines
    )
