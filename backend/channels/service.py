"""The front desk of channels: what comes over the network is checked here, then carried out as one command each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog

from backend.channels import commands
from backend.channels.amending import Amendments
from backend.channels.answering import ProposalAnswers, ProposalDesk
from backend.channels.assortment import AssortmentReporter, FindGtins, FindPrices
from backend.channels.cancelling import Cancellations
from backend.channels.channel_desk import ChannelDesk
from backend.channels.commands import Sender
from backend.channels.deadlines import DEADLINE_TOPIC, Deadlines
from backend.channels.errors import (
    AmendmentDoesNotFit,
    ChannelTakesNoPush,
    MessageStillRefused,
)
from backend.channels.held_orders import HeldOrders
from backend.channels.idempotency import read_key, request_hash
from backend.channels.inbox import FETCH_TOPIC, Inbox
from backend.channels.intake import FindRules, Intake, OrderDesk, ProductFinder
from backend.channels.known_channels import KnownChannels
from backend.channels.message_desk import MessageDesk
from backend.channels.models import MessageVerdict
from backend.channels.once import once
from backend.channels.open_adapters import OpenAdapters
from backend.channels.outbox_work import OutboxWork
from backend.channels.port import (
    Edge,
    NewOrder,
    PayloadUnknown,
    RawMessage,
    SignatureInvalid,
    WebhookAnswer,
)
from backend.channels.port import Intake as IntakeKind
from backend.channels.put_off import PutOff
from backend.channels.registry import AdapterRegistry
from backend.channels.reporting import DELIVER_TOPIC, ChannelReporter
from backend.channels.stream import ChannelStreams
from backend.channels.stream_requests import StreamRequests
from backend.channels.supervision import Supervision
from backend.channels.webhook_sender import WEBHOOK_TOPIC, WebhookSender
from backend.channels.webhooks_out import WebhooksOut
from backend.core.bus import Handler
from backend.core.database import Database
from backend.core.outbox import Deliver
from backend.core.sealing import Sealer
from backend.core.writer import Listener
from backend.orders.errors import OrderRenamed
from backend.picking.deciding import Decision
from shared.events import (
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderDismissed,
    OrderHandedOver,
    OrderHeld,
    OrderLinePicked,
    OrderLineShort,
    OrderLineSubstituted,
    OrderLineSubstitutionProposed,
    OrderPickingStarted,
    OrderReady,
    ProductAvailable,
    ProductsChanged,
    ProductSoldOut,
    ProductsPriced,
)
from shared.store_rules import DEFAULT_RULES

Handle = Callable[[Any], Awaitable[Any]]

_log = structlog.get_logger("channels")


class ChannelsService:
    """`handle` is the bus. `secrets` is where settings of the form `env:NAME` are looked up."""

    def __init__(
        self,
        *,
        database: Database,
        handle: Handle,
        orders: OrderDesk,
        proposals: ProposalDesk,
        products: ProductFinder,
        registry: AdapterRegistry,
        edge: Edge,
        secrets: Mapping[str, str],
        sealer: Sealer,
        find_prices: FindPrices = lambda session, store_id, product_ids: (),
        find_gtins: FindGtins = lambda session, store_id, skus: {},
        find_rules: FindRules = lambda session, store_id: DEFAULT_RULES,
    ) -> None:
        self._handle = handle
        self.registry = registry
        self.adapters = OpenAdapters(registry, edge, secrets, sealer)
        self.known = KnownChannels(database, self.adapters, edge.clock, handle)
        self.streams = ChannelStreams(database, self._handle, StreamRequests(self).carry_out)
        self.reporter = ChannelReporter(registry, self.streams)
        self.assortment = AssortmentReporter(registry, self.streams, find_prices, find_gtins)
        held = HeldOrders()
        self.deadlines = Deadlines(registry, self.adapters)
        cancellations = Cancellations(orders, held, self.deadlines)
        intake = Intake(orders, products, held, cancellations, self.deadlines, find_rules)
        self.inbox = Inbox(intake, Amendments(intake, orders, held), cancellations, self.reporter)
        self.answers = ProposalAnswers(proposals)
        self.put_off = PutOff(self._handle, edge.clock)
        self.outbox_work = OutboxWork(database, self.known, self.put_off, edge.clock, self._handle)
        self.webhooks_out = WebhooksOut()
        self.webhook_sender = WebhookSender(database, self._handle, edge.clock, edge.http_transport)
        self.supervision = Supervision(database, intake, held)
        self.desk = ChannelDesk(database, self.adapters, self.known.forget)
        self.messages = MessageDesk(database, self.inbox)

    # This room's rows of flow.py

    @property
    def handlers(self) -> Mapping[type, Handler]:
        return {
            commands.TakeOrder: self.inbox.take_order,
            commands.TakeNotices: self.inbox.take_notices,
            commands.TakeFetchedOrder: self.inbox.take_fetched,
            commands.HoldUnreadableOrder: self.inbox.hold_unreadable,
            commands.KeepRefusedMessage: self.inbox.keep_refused,
            commands.AmendChannelOrder: self.inbox.amend_order,
            commands.CancelChannelOrder: self.inbox.cancel,
            commands.AnswerProposal: self.answers.answer,
            commands.AcknowledgeEvents: self.supervision.acknowledge,
            commands.NoteCall: self.deadlines.note_call,
            commands.ActOnDeadline: self.deadlines.act,
            commands.RetryHeldOrder: self.supervision.retry,
            commands.DismissHeldOrder: self.supervision.dismiss,
            commands.AddChannel: self.desk.add,
            commands.ChangeChannel: self.desk.change,
            commands.SealSettings: self.desk.seal,
            commands.TakeReplayed: self.messages.take_replayed,
            commands.ReviveDeadLetter: self.supervision.revive,
            commands.SetWebhook: self.webhooks_out.set,
            commands.RotateWebhookSecret: self.webhooks_out.rotate,
            commands.RemoveWebhook: self.webhooks_out.remove,
            commands.DisableWebhook: self.webhooks_out.disable,
            commands.BringForward: self.put_off.bring_forward,
            commands.ForgetMessages: self.supervision.forget_messages,
        }

    @property
    def listeners(self) -> Mapping[type, Sequence[Listener]]:
        of_orders = (
            OrderAccepted,
            OrderAmended,
            OrderPickingStarted,
            OrderLinePicked,
            OrderLineShort,
            OrderLineSubstitutionProposed,
            OrderLineSubstituted,
            OrderReady,
            OrderHandedOver,
            OrderCancelled,
        )
        return {
            **dict.fromkeys(of_orders, (self.reporter.on_order_event,)),
            OrderCancelled: (self.deadlines.on_order_over, self.reporter.on_order_event),
            OrderHeld: (self.reporter.on_held_order_event,),
            OrderDismissed: (self.deadlines.on_order_over, self.reporter.on_held_order_event),
            ProductSoldOut: (self.assortment.on_stock_event,),
            ProductAvailable: (self.assortment.on_stock_event,),
            ProductsChanged: (self.assortment.on_products_changed,),
            ProductsPriced: (self.assortment.on_products_priced,),
        }

    @property
    def topics(self) -> Mapping[str, Deliver]:
        return {
            DELIVER_TOPIC: self.outbox_work.deliver,
            FETCH_TOPIC: self.outbox_work.fetch,
            DEADLINE_TOPIC: self.outbox_work.act_on_deadline,
            WEBHOOK_TOPIC: self.webhook_sender.deliver,
        }

    # What channels send

    async def receive_order(self, sender: Sender, key_header: str | None, message: RawMessage) -> tuple[int, str]:
        """A posted order -> (status, body) of the answer. The same key and body again get the same answer."""
        key = read_key(key_header)
        found = self._read_whole(sender, message)
        fingerprint = request_hash("take order", message.body)
        answer: tuple[int, str] = await once(self._handle, commands.TakeOrder(sender, key, fingerprint, message, found))
        return answer

    async def amend_order(
        self, sender: Sender, external_id: str, key_header: str | None, message: RawMessage
    ) -> tuple[int, str]:
        """The same for an order that came before and is otherwise now.

        What it cannot become is refused and kept, where whoever mends the catalogue finds it.
        """
        key = read_key(key_header)
        found = self._read_whole(sender, message)
        if found.external_id != external_id:
            raise OrderRenamed("the order has another external_id than its address", external_id=external_id)
        fingerprint = request_hash(f"amend order {external_id}", message.body)
        command = commands.AmendChannelOrder(sender, key, fingerprint, message, found)
        try:
            answer: tuple[int, str] = await once(self._handle, command)
        except AmendmentDoesNotFit as error:
            await once(self._handle, commands.KeepRefusedMessage(sender, message, error))
            raise
        return answer

    def _read_whole(self, sender: Sender, message: RawMessage) -> NewOrder:
        """The order in a message. Raises ChannelDisabled, ChannelTakesNoPush, PayloadUnknown."""
        channel, adapter = self.known.open(sender.channel_id)
        if IntakeKind.PUSH_FULL not in adapter.capability.intake:
            raise ChannelTakesNoPush(f"{channel.name} does not post whole orders", adapter=channel.adapter)
        found = next((notice for notice in adapter.parse(message) if isinstance(notice, NewOrder)), None)
        if found is None:
            raise PayloadUnknown("the message holds no order")
        return found

    async def receive_webhook(self, channel_id: str, message: RawMessage) -> WebhookAnswer:
        """A pushed message -> what to answer. Raises SignatureInvalid, PayloadUnknown; both are kept."""
        channel, adapter = self.known.open(channel_id)
        sender = Sender(channel.store_id, channel.id)
        try:
            self.known.verify(channel, adapter, message)
            notices = adapter.parse(message)
        except (SignatureInvalid, PayloadUnknown) as error:
            _log.warning("message refused", channel_id=channel_id, error=error.code)
            await once(self._handle, commands.KeepRefusedMessage(sender, message, error))
            raise
        status = adapter.capability.answer_status
        await once(self._handle, commands.TakeNotices(sender, channel.adapter, notices, status, message))
        return adapter.answer(message)

    async def replay(self, store_id: str, row_id: str, person_id: str, corrected: bytes | None) -> int:
        """A second try for a message that was refused or unreadable; returns how much of it was new.

        Raises MessageNotFound, MessageNotReplayable, MessageStillRefused, and PayloadUnknown where it says nothing yet.
        """
        row, message = self.messages.to_replay(store_id, row_id, corrected)
        channel, adapter = self.known.open(row.channel_id, is_outward=True)
        if row.verdict == MessageVerdict.REFUSED:
            try:
                self.known.verify(channel, adapter, message)
            except SignatureInvalid:
                raise MessageStillRefused(
                    "it fits no secret that is good today, or it is too old: have the channel send it again"
                ) from None
        sender = Sender(channel.store_id, channel.id)
        replayed = commands.TakeReplayed(sender, channel.adapter, adapter.parse(message), message, row.id, person_id)
        count: int = await once(self._handle, replayed)
        return count

    async def poll(self, channel_id: str) -> int:
        """Ask a channel for news and take it; returns how many were new. Acknowledged only once it is stored."""
        channel, adapter = self.known.open(channel_id)
        async with self.outbox_work.heard_of(channel):
            notices = await adapter.poll()
        if not notices:
            return 0
        sender = Sender(channel.store_id, channel.id)
        count: int = await once(self._handle, commands.TakeNotices(sender, channel.adapter, notices, answer_status=200))
        await adapter.acknowledge(notices)
        return count

    async def cancel_order(self, sender: Sender, external_id: str, reason: str) -> None:
        self.known.open(sender.channel_id)
        await self._handle(commands.CancelChannelOrder(sender, external_id, reason))

    async def answer_proposal(self, command: commands.AnswerProposal) -> Decision:
        """Raises OrderUnknown and what the picking room says of answers that come too late, or twice."""
        self.known.open(command.sender.channel_id)
        decision: Decision = await self._handle(command)
        return decision

    async def aclose(self) -> None:
        await self.webhook_sender.aclose()
        await self.adapters.aclose()
