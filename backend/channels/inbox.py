"""The inbox: each message takes effect once, whatever came before it or comes again. Inside one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from backend.channels import message_rows, repository
from backend.channels.amending import Amendments
from backend.channels.cancelling import Cancellations, CancelOutcome
from backend.channels.commands import (
    AmendChannelOrder,
    CancelChannelOrder,
    HoldUnreadableOrder,
    KeepRefusedMessage,
    Sender,
    TakeFetchedOrder,
    TakeNotices,
    TakeOrder,
)
from backend.channels.errors import IdempotencyKeyReused, OrderDiffers
from backend.channels.idempotency import request_hash
from backend.channels.intake import Intake, IntakeAnswer
from backend.channels.models import ChannelOrderStatus, MessageVerdict
from backend.channels.port import Cancelled, CancelRequested, NewOrder, Notice, OrderAvailable, RawMessage
from backend.channels.reporting import ChannelReporter, partition_of
from backend.core.writer import Transaction
from backend.orders.errors import OrderAlreadyReady

FETCH_TOPIC = "channels.fetch"
ACCEPTED_STATUS = 202
AMENDED_STATUS = 200


class Inbox:
    """The room's commands that a channel causes."""

    def __init__(
        self, intake: Intake, amendments: Amendments, cancellations: Cancellations, reporter: ChannelReporter
    ) -> None:
        self._intake = intake
        self._amendments = amendments
        self._cancellations = cancellations
        self._reporter = reporter

    def take_order(self, command: TakeOrder, tx: Transaction) -> tuple[int, str]:
        """Take a posted order; returns status and body of the answer, the stored ones where the key came before.

        Raises IdempotencyKeyReused, OrderDiffers.
        """
        return _answered_once(command, lambda: self._take(command.sender, command.found, tx), ACCEPTED_STATUS, tx)

    def amend_order(self, command: AmendChannelOrder, tx: Transaction) -> tuple[int, str]:
        """The same for an order that is changed. Raises IdempotencyKeyReused, and what Amendments.amend raises."""
        return _answered_once(
            command, lambda: self._amendments.amend(command.sender, command.found, tx), AMENDED_STATUS, tx
        )

    def take_notices(self, command: TakeNotices, tx: Transaction) -> int:
        """Take what a webhook or a poll brought; returns how many were new."""
        count_new = 0
        for notice in command.notices:
            sender, message_id = command.sender, f"event:{notice.message_id}"
            if repository.find_message(tx.connection, sender.store_id, sender.channel_id, message_id) is not None:
                continue
            count_new += 1
            verdict, detail = self._act(sender, command.adapter, notice, tx)
            message = command.message or RawMessage(notice.original.encode())
            fingerprint = request_hash("notice", message.body)
            _keep(sender, message_id, fingerprint, message, tx, verdict, detail, status=command.answer_status)
        return count_new

    def take_fetched(self, command: TakeFetchedOrder, tx: Transaction) -> None:
        """Take an order we asked for. A changed order under a known id changes nothing: the first one is picked."""
        sender, found = command.sender, command.found
        try:
            answer = self._take(sender, found, tx)
        except OrderDiffers:
            return
        if answer.status is ChannelOrderStatus.DUPLICATE and answer.is_new:
            message_id, message = f"fetched:{found.external_id}", RawMessage(found.original.encode())
            _keep(sender, message_id, request_hash("fetched", message.body), message, tx, *_verdict_on(answer))

    def hold_unreadable(self, command: HoldUnreadableOrder, tx: Transaction) -> None:
        self._intake.hold_unreadable(command.sender, command.external_id, command.error, tx)

    def keep_refused(self, command: KeepRefusedMessage, tx: Transaction) -> None:
        """Keep a message nobody may act on; the same one once, and only so many of them. One whose sender is known is
        kept whole, for it can be mended.
        """
        fingerprint = request_hash(f"refused {command.message.path}", command.message.body)
        sender, message_id = command.sender, f"refused:{fingerprint}"
        if repository.find_message(tx.connection, sender.store_id, sender.channel_id, message_id) is not None:
            return
        is_forged = command.error.code == "signature_invalid"
        verdict = MessageVerdict.REFUSED if is_forged else MessageVerdict.UNREADABLE
        if message_rows.count(tx.session, sender.channel_id, verdict) >= message_rows.KEPT_MAX:
            return
        message = command.message
        if is_forged:
            message = replace(message, body=message.body[: message_rows.REFUSED_BODY_MAX_BYTES])
        _keep(sender, message_id, fingerprint, message, tx, verdict, command.error.detail, status=command.error.status)

    def cancel(self, command: CancelChannelOrder, tx: Transaction) -> None:
        """Cancel over our own interface. Raises OrderUnknown, OrderAlreadyReady."""
        self._cancellations.require_known(command.sender, command.external_id, tx)
        outcome = self._cancellations.cancel(command.sender, command.external_id, command.reason, tx, is_fact=False)
        if outcome is CancelOutcome.REFUSED:
            raise OrderAlreadyReady("the order is packed already", external_id=command.external_id)

    def _take(self, sender: Sender, found: NewOrder, tx: Transaction) -> IntakeAnswer:
        return self._intake.take(sender, found.order, tx, found.memory, found.deadlines, found.chain)

    def _act(self, sender: Sender, adapter: str, notice: Notice, tx: Transaction) -> tuple[MessageVerdict, str]:
        match notice:
            case NewOrder():
                try:
                    return _verdict_on(self._take(sender, notice, tx))
                except OrderDiffers as error:
                    return MessageVerdict.IGNORED, error.detail
            case OrderAvailable():
                if self._intake.announce(sender, notice.external_id, tx):
                    enqueue_fetch(sender, notice.external_id, tx)
            case CancelRequested():
                outcome = self._cancellations.cancel(sender, notice.external_id, notice.reason, tx, is_fact=False)
                is_granted = outcome is CancelOutcome.GRANTED
                self._reporter.answer_cancellation(sender, adapter, notice, tx, is_granted=is_granted)
            case Cancelled():
                self._cancellations.cancel(sender, notice.external_id, notice.reason, tx, is_fact=True)
            case _:
                return MessageVerdict.IGNORED, str(getattr(notice, "reason", ""))
        return MessageVerdict.TAKEN, ""


def _answered_once(
    command: TakeOrder | AmendChannelOrder, act: Callable[[], IntakeAnswer], status: int, tx: Transaction
) -> tuple[int, str]:
    """Status and body: of what `act` does, or, where the key came before, of what it did then."""
    sender, message_id = command.sender, f"key:{command.key}"
    seen = repository.find_message(tx.connection, sender.store_id, sender.channel_id, message_id)
    if seen is not None:
        if seen.request_hash != command.request_hash:
            raise IdempotencyKeyReused("this Idempotency-Key was used before, for another body")
        return int(seen.answer_status), str(seen.answer)
    became = act()
    answer = answer_text(became)
    _keep(
        sender,
        message_id,
        command.request_hash,
        command.message,
        tx,
        *_verdict_on(became),
        status=status,
        answer=answer,
    )
    return status, answer


def _verdict_on(answer: IntakeAnswer) -> tuple[MessageVerdict, str]:
    """What a supervisor reads of the message that brought an order."""
    if answer.status is ChannelOrderStatus.DUPLICATE:
        return MessageVerdict.DUPLICATE, answer.reason
    return MessageVerdict.TAKEN, ""


def enqueue_fetch(sender: Sender, external_id: str, tx: Transaction) -> None:
    """Read the order from its channel, outside of any transaction and as often as it takes."""
    key = partition_of(sender.channel_id, external_id)
    body = {"store_id": sender.store_id, "channel_id": sender.channel_id, "external_id": external_id}
    tx.enqueue(FETCH_TOPIC, body, partition=key, dedupe_key=key)


def answer_text(answer: IntakeAnswer) -> str:
    """The body of the answer to a posted order, built by hand: this is the busiest path."""
    body: dict[str, Any] = {"external_id": answer.external_id, "status": answer.status}
    if answer.order_id:
        body["order_id"] = answer.order_id
    if answer.intake_exception_id:
        body["intake_exception_id"] = answer.intake_exception_id
    if answer.store_id:
        body["store_id"] = answer.store_id
    if answer.reason:
        body["reason"] = answer.reason
    return json.dumps(body, separators=(",", ":"))


def _keep(
    sender: Sender,
    message_id: str,
    fingerprint: str,
    message: RawMessage,
    tx: Transaction,
    verdict: MessageVerdict = MessageVerdict.TAKEN,
    detail: str = "",
    *,
    status: int = ACCEPTED_STATUS,
    answer: str = "",
) -> None:
    is_kept_whole = verdict in (MessageVerdict.REFUSED, MessageVerdict.UNREADABLE)
    choose = message_rows.headers_of_kept if is_kept_whole else message_rows.headers_of_taken
    repository.insert_message(
        tx.connection,
        {
            "id": tx.ids.new("message"),
            "store_id": sender.store_id,
            "channel_id": sender.channel_id,
            "message_id": message_id,
            "request_hash": fingerprint,
            "path": message.path if is_kept_whole else "",
            "query": message.query if is_kept_whole else "",
            "headers": json.dumps(choose(message.headers)),
            "body": message.body,
            "verdict": verdict.value,
            "detail": detail[:200],
            "answer_status": status,
            "answer": answer,
            "received_at": tx.now(),
        },
    )
