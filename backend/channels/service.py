"""The front desk of channels: what comes over the network is checked here, then carried out as one command each."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
from sqlalchemy.exc import IntegrityError

from backend.channels import commands, repository
from backend.channels.amending import Amendments
from backend.channels.answering import ProposalAnswers, ProposalDesk
from backend.channels.assortment import AssortmentReporter, FindGtins, FindPrices
from backend.channels.channel_desk import ChannelDesk
from backend.channels.commands import Sender
from backend.channels.deadlines import DEADLINE_TOPIC, Deadlines
from backend.channels.errors import (
    AmendmentDoesNotFit,
    ChannelDisabled,
    ChannelNotFound,
    ChannelTakesNoPush,
    MessageStillRefused,
)
from backend.channels.held_orders import HeldOrders
from backend.channels.idempotency import read_key, request_hash
from backend.channels.inbox import FETCH_TOPIC, Inbox
from backend.channels.intake import FindRules, Intake, OrderDesk, ProductFinder
from backend.channels.message_desk import MessageDesk
from backend.channels.models import ChannelRow, MessageVerdict
from backend.channels.open_adapters import OpenAdapters
from backend.channels.port import (
    Call,
    CallTooEarly,
    Capability,
    ChannelAdapter,
    ChannelError,
    ChannelUnavailable,
    DeadlineKind,
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
from backend.core.outbox_rows import Job
from backend.core.sealing import Sealer
from backend.core.writer import Listener
from backend.orders.errors import OrderRenamed
from backend.picking.deciding import Decision
from shared.errors import BlinkpickError
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

CHANNEL_KNOWN_S = 1.0  # how long a channel that was switched off may still be let in
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
        self._database = database
        self._handle = handle
        self._clock = edge.clock
        self._known: dict[str, tuple[float, ChannelRow]] = {}
        self.registry = registry
        self.adapters = OpenAdapters(registry, edge, secrets, sealer)
        self.streams = ChannelStreams(database, self._handle, StreamRequests(self).carry_out)
        self.reporter = ChannelReporter(registry, self.streams)
        self.assortment = AssortmentReporter(registry, self.streams, find_prices, find_gtins)
        held = HeldOrders()
        self.deadlines = Deadlines(registry, self.adapters)
        intake = Intake(orders, products, held, self.deadlines, find_rules)
        self.inbox = Inbox(intake, Amendments(intake, orders, held), self.reporter)
        self.answers = ProposalAnswers(proposals)
        self.put_off = PutOff(self._handle, edge.clock)
        self.webhooks_out = WebhooksOut()
        self.webhook_sender = WebhookSender(database, self._handle, edge.clock, edge.http_transport)
        self.supervision = Supervision(database, intake, held)
        self.desk = ChannelDesk(database, self.adapters)
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
            DELIVER_TOPIC: self.deliver,
            FETCH_TOPIC: self.fetch,
            DEADLINE_TOPIC: self.act_on_deadline,
            WEBHOOK_TOPIC: self.webhook_sender.deliver,
        }

    # What channels send

    async def receive_order(self, sender: Sender, key_header: str | None, message: RawMessage) -> tuple[int, str]:
        """A posted order -> (status, body) of the answer. The same key and body again get the same answer."""
        key = read_key(key_header)
        found = self._read_whole(sender, message)
        fingerprint = request_hash("take order", message.body)
        answer: tuple[int, str] = await self._once(commands.TakeOrder(sender, key, fingerprint, message, found))
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
            answer: tuple[int, str] = await self._once(command)
        except AmendmentDoesNotFit as error:
            await self._once(commands.KeepRefusedMessage(sender, message, error))
            raise
        return answer

    def _read_whole(self, sender: Sender, message: RawMessage) -> NewOrder:
        """The order in a message. Raises ChannelDisabled, ChannelTakesNoPush, PayloadUnknown."""
        channel, adapter = self._open(sender.channel_id)
        if IntakeKind.PUSH_FULL not in adapter.capability.intake:
            raise ChannelTakesNoPush(f"{channel.name} does not post whole orders", adapter=channel.adapter)
        found = next((notice for notice in adapter.parse(message) if isinstance(notice, NewOrder)), None)
        if found is None:
            raise PayloadUnknown("the message holds no order")
        return found

    async def receive_webhook(self, channel_id: str, message: RawMessage) -> WebhookAnswer:
        """A pushed message -> what to answer. Raises SignatureInvalid, PayloadUnknown; both are kept."""
        channel, adapter = self._open(channel_id)
        sender = Sender(channel.store_id, channel.id)
        try:
            self._verify(channel, adapter, message)
            notices = adapter.parse(message)
        except (SignatureInvalid, PayloadUnknown) as error:
            _log.warning("message refused", channel_id=channel_id, error=error.code)
            await self._once(commands.KeepRefusedMessage(sender, message, error))
            raise
        status = adapter.capability.answer_status
        await self._once(commands.TakeNotices(sender, channel.adapter, notices, status, message))
        return adapter.answer(message)

    async def replay(self, store_id: str, row_id: str, person_id: str, corrected: bytes | None) -> int:
        """A second try for a message that was refused or unreadable; returns how much of it was new.

        Raises MessageNotFound, MessageNotReplayable, MessageStillRefused, and PayloadUnknown where it says nothing yet.
        """
        row, message = self.messages.to_replay(store_id, row_id, corrected)
        channel, adapter = self._open(row.channel_id, is_outward=True)
        if row.verdict == MessageVerdict.REFUSED:
            try:
                self._verify(channel, adapter, message)
            except SignatureInvalid:
                raise MessageStillRefused(
                    "it fits no secret that is good today, or it is too old: have the channel send it again"
                ) from None
        sender = Sender(channel.store_id, channel.id)
        replayed = commands.TakeReplayed(sender, channel.adapter, adapter.parse(message), message, row.id, person_id)
        count: int = await self._once(replayed)
        return count

    async def poll(self, channel_id: str) -> int:
        """Ask a channel for news and take it; returns how many were new. Acknowledged only once it is stored."""
        channel, adapter = self._open(channel_id)
        async with self._heard_of(channel):
            notices = await adapter.poll()
        if not notices:
            return 0
        sender = Sender(channel.store_id, channel.id)
        count: int = await self._once(commands.TakeNotices(sender, channel.adapter, notices, answer_status=200))
        await adapter.acknowledge(notices)
        return count

    async def cancel_order(self, sender: Sender, external_id: str, reason: str) -> None:
        self._open(sender.channel_id)
        await self._handle(commands.CancelChannelOrder(sender, external_id, reason))

    async def answer_proposal(self, command: commands.AnswerProposal) -> Decision:
        """Raises OrderUnknown and what the picking room says of answers that come too late, or twice."""
        self._open(command.sender.channel_id)
        decision: Decision = await self._handle(command)
        return decision

    # What the outbox asks

    async def fetch(self, job: Job) -> None:
        """Read an announced order from its channel. What can never be read is held, where a person sees it."""
        channel, adapter = self._open(job.body["channel_id"])
        sender, external_id = Sender(channel.store_id, channel.id), str(job.body["external_id"])
        try:
            found = await adapter.fetch(external_id)
        except ChannelError as error:
            if error.is_retryable:
                raise
            await self._once(commands.HoldUnreadableOrder(sender, external_id, error))
        else:
            await self._once(commands.TakeFetchedOrder(sender, found))

    async def deliver(self, job: Job) -> None:
        """Make one call to a channel. Raises ChannelUnavailable (again later) or ChannelRefused (never)."""
        channel, adapter = self._open(job.body["channel_id"], is_outward=True)
        call, capability = Call(**job.body["call"]), adapter.capability
        is_timed = bool(capability.deadlines or capability.min_interval_per_order_s)
        if is_timed:
            self._wait_for_its_time(channel, capability, call)
        sender = Sender(channel.store_id, channel.id)
        try:
            async with self._heard_of(channel):
                await adapter.send(call)
        except ChannelUnavailable:
            if is_timed:  # it may have heard it all the same: the next one keeps its distance from this one as well
                await self._handle(commands.NoteCall(sender, call.external_id, ""))
            raise
        if is_timed or call.meets:
            await self._handle(commands.NoteCall(sender, call.external_id, call.meets))

    async def act_on_deadline(self, job: Job) -> None:
        await self._handle(commands.ActOnDeadline(job.body["store_id"], job.body["deadline_id"]))

    def _wait_for_its_time(self, channel: ChannelRow, capability: Capability, call: Call) -> None:
        """Some platforms refuse calls that come too soon after one another. Raises CallTooEarly."""
        with self._database.asking() as connection:
            order = repository.find_channel_order(connection, channel.store_id, channel.id, call.external_id)
        if order is None:
            return
        waits = [(order.last_call_at, capability.min_interval_per_order_s)]
        if call.meets == DeadlineKind.FINISH:
            waits.append((order.accepted_at, capability.final_call_after_accept_s))
        now = self._clock.now()
        wait_s = max(
            (wait_s - (now - since).total_seconds() for since, wait_s in waits if since is not None), default=0
        )
        if wait_s > 0:
            raise CallTooEarly(f"the platform takes this in {wait_s:.0f} s", retry_after_s=math.ceil(wait_s))

    async def seal_secrets(self) -> None:
        """What an older version stored as it was given is sealed, once at a start."""
        with self._database.reading() as session:
            channels = repository.get_channels(session)
        for channel in channels:
            try:
                if self.adapters.keeps_secrets_plain(channel):
                    await self._handle(commands.SealSettings(channel.id))
                    _log.info("a channel's secrets were sealed", channel_id=channel.id)
            except BlinkpickError as error:  # it cannot be opened either, and then says so
                _log.error("a channel's secrets were not sealed", channel_id=channel.id, detail=error.detail)

    @asynccontextmanager
    async def _heard_of(self, channel: ChannelRow) -> AsyncIterator[None]:
        """A channel that answers, whatever it says, is there."""
        try:
            yield
        except ChannelError as error:
            if error.is_retryable:
                self.put_off.did_not_answer(channel.id)
            raise
        await self.put_off.answered(channel.id)

    async def aclose(self) -> None:
        await self.webhook_sender.aclose()
        await self.adapters.aclose()

    def pollable_channels(self) -> list[tuple[str, float]]:
        """(channel id, seconds between polls) of every channel that is asked for news."""
        with self._database.asking() as connection:
            channels = repository.find_enabled_channels(connection)
        found = []
        for channel in channels:
            try:
                capability = self.adapters.of(channel).capability
            except BlinkpickError as error:
                _log.error("channel cannot be opened", channel_id=channel.id, error=error.detail)
                continue
            if IntakeKind.POLL in capability.intake and capability.poll_interval_s > 0:
                found.append((channel.id, float(capability.poll_interval_s)))
        return found

    def forget(self, channel_id: str) -> None:
        """The channel was changed: it is read again before it is used again."""
        self._known.pop(channel_id, None)

    def _open(self, channel_id: str, *, is_outward: bool = False) -> tuple[ChannelRow, ChannelAdapter]:
        """A channel and its adapter. A channel that is switched off sends nothing in, but still hears what is due."""
        now_s = self._clock.monotonic_s()
        loaded_s, channel = self._known.get(channel_id, (float("-inf"), None))
        if channel is None or now_s - loaded_s > CHANNEL_KNOWN_S:
            with self._database.reading() as session:
                channel = repository.get_channel(session, channel_id)
            if channel is None:
                raise ChannelNotFound("there is no such channel")
            self._known[channel_id] = (now_s, channel)
        if not channel.is_enabled and not is_outward:
            raise ChannelDisabled("this channel is switched off")
        return channel, self.adapters.of(channel)

    def _verify(self, channel: ChannelRow, adapter: ChannelAdapter, message: RawMessage) -> None:
        """With the channel's secrets, and while they are replaced with the ones before. Raises SignatureInvalid."""
        try:
            adapter.verify(message)
        except SignatureInvalid:
            last = self.adapters.last_of(channel)
            if last is None:
                raise
            last.verify(message)

    async def _once(self, command: Any) -> Any:
        """Carry out a command that writes a once-only row. Where another node wrote it at the same instant, the
        second look finds it.
        """
        try:
            return await self._handle(command)
        except IntegrityError:
            return await self._handle(command)
