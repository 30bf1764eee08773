"""What can go wrong between a channel and us, as sentences. What an adapter may raise is in port/errors.py.

NotFound  404   ChannelNotFound, OrderUnknown, IntakeExceptionNotFound, DeadLetterNotFound, AdapterUnknown,
                WebhookUnknown, MessageNotFound
Conflict  409   StreamMisused, OrderDiffers, IntakeExceptionClosed, ChannelTakesNoPush, ChannelDisabled,
                ChannelNameTaken, MessageNotReplayable, MessageStillRefused, CameAnotherWay
Rejected  422   IdempotencyKeyReused, ChannelSettingsInvalid, WebhookUrlRefused, AmendmentDoesNotFit
BadRequest 400  IdempotencyKeyMissing, IdempotencyKeyMalformed
"""

from __future__ import annotations

from typing import ClassVar

from backend.core.errors import BackendError, Conflict, NotFound, Rejected


class BadRequest(BackendError):
    status: ClassVar[int] = 400


class IdempotencyKeyMissing(BadRequest):
    """A request that changes something came without an Idempotency-Key."""


class IdempotencyKeyMalformed(BadRequest):
    """The Idempotency-Key is not one quoted string."""


class IdempotencyKeyReused(Rejected):
    """The key was used before, for another body."""


class ChannelSettingsInvalid(Rejected):
    """A channel's settings do not fit its adapter."""


class AdapterUnknown(NotFound):
    """No adapter has that name."""


class ChannelNotFound(NotFound):
    """No such channel, or none you may see."""


class OrderUnknown(NotFound):
    """The channel never sent an order with that id."""


class IntakeExceptionNotFound(NotFound):
    """No such exception in this store."""


class DeadLetterNotFound(NotFound):
    """No such undelivered call in this store."""


class MessageNotFound(NotFound):
    """No such message in this store."""


class ChannelNameTaken(Conflict):
    """Another channel of this store has that name."""


class MessageNotReplayable(Conflict):
    """The message was taken already, or too little of it was kept."""


class MessageStillRefused(Conflict):
    """The message does not fit today's secrets either."""


class OrderDiffers(Conflict):
    """The channel sent another order under an id it had used."""


class AmendmentDoesNotFit(Rejected):
    """What the order was to become cannot be picked; it stays what it was."""


class CameAnotherWay(Conflict):
    """Another channel brought this order first: it is changed there."""


class IntakeExceptionClosed(Conflict):
    """The exception was retried or dismissed already."""


class ChannelTakesNoPush(Conflict):
    """Orders of this channel do not come through this door."""


class WebhookUnknown(NotFound):
    """The channel's events are sent nowhere."""


class WebhookUrlRefused(Rejected):
    """A webhook's address is not one we send to."""


class ChannelDisabled(Conflict):
    """The channel is switched off."""


class StreamMisused(Conflict):
    """The other end of a channel stream said something that cannot be."""
