"""The native adapter: the order comes whole with the request, and the channel reads what happens from its stream."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from backend.channels.adapters.native.payload import parse_order, with_wish
from backend.channels.port import (
    AcceptPoint,
    AdjustMode,
    Call,
    Capability,
    ChannelRefused,
    DeadlineKind,
    Edge,
    Intake,
    NewOrder,
    Notice,
    RawMessage,
    RepeatSemantics,
    ReportedOrder,
    SignatureInvalid,
    WebhookAnswer,
)
from backend.channels.port.push_only import PushOnly
from shared.events import Event
from shared.substitution import SubstitutionWish


class NativeSettings(BaseModel):
    """The channel key is everything; what may be set is what lines say that say nothing about substitutes."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    substitution: SubstitutionWish = Field(default=SubstitutionWish.REFUSE, strict=False)
    chain: str = Field(
        default="",
        max_length=60,
        description="the same at channels of several stores: an order that names no store goes to the one that can "
        "serve it best",
    )


class NativeAdapter(PushOnly):
    """Everything we can do, a native channel hears of: it is the reference of capability."""

    capability = Capability(
        intake=(Intake.PUSH_FULL,),
        accept_point=AcceptPoint.BEFORE_PICK,
        adjust_mode=AdjustMode.PER_ITEM,
        repeat_semantics=RepeatSemantics.ACCEPTED,
        can_reduce=True,
        can_substitute=True,
        can_weigh=True,
        streams_products=True,
        hears_handover_pin=True,
    )

    def __init__(self, settings: NativeSettings, edge: Edge) -> None:
        del edge  # nothing outside to reach
        self._substitution = settings.substitution
        self._chain = settings.chain

    def verify(self, message: RawMessage) -> None:
        """There is no webhook for native channels; their requests carry a key, which the endpoint checks."""
        raise SignatureInvalid("the message could not be verified")

    def parse(self, message: RawMessage) -> list[Notice]:
        order = with_wish(parse_order(message.body), self._substitution)
        order_id = order.external_id
        return [NewOrder(message_id=order_id, external_id=order_id, at=order.placed_at, order=order, chain=self._chain)]

    def answer(self, message: RawMessage) -> WebhookAnswer:
        return WebhookAnswer(self.capability.answer_status)

    async def fetch(self, external_id: str) -> NewOrder:
        raise ChannelRefused("a native channel posts its orders; there is nowhere to fetch one")

    @staticmethod
    def report(event: Event, order: ReportedOrder) -> list[Call]:
        return []

    @staticmethod
    def answer_cancellation(order: ReportedOrder, *, is_granted: bool) -> list[Call]:
        return []

    @staticmethod
    def before_deadline(kind: DeadlineKind, order: ReportedOrder) -> list[Call]:
        return []

    async def send(self, call: Call) -> None:
        raise ChannelRefused("a native channel takes no calls; it reads its stream")

    async def aclose(self) -> None:
        """Nothing was opened."""
