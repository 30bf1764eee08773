"""What may go wrong at a channel's edge: three failures of the other side, and a message nobody can prove.

These never reach HTTP as they are, but for SignatureInvalid and PayloadUnknown, which answer a webhook.
"""

from __future__ import annotations

from typing import ClassVar

from backend.core.errors import EdgeError


class ChannelError(EdgeError):
    """A channel, or what it sent, failed us. Subclasses say whether trying again can help."""

    is_retryable: ClassVar[bool] = False


class SignatureInvalid(ChannelError):
    """The message does not prove who sent it. The detail stays the same whatever was wrong."""

    status: ClassVar[int] = 401


class PayloadUnknown(ChannelError):
    """The message is not one we can read: asking for it again would bring the same."""

    status: ClassVar[int] = 422


class ChannelRefused(ChannelError):
    """The channel answered that it will never do this."""


class ChannelUnavailable(ChannelError):
    """The channel did not answer, or said later. `facts["retry_after_s"]` is its wish where it told one."""

    is_retryable: ClassVar[bool] = True


class CallTooEarly(ChannelUnavailable):
    """The channel would refuse this call now and take it later; nothing has been sent."""

    is_attempt: ClassVar[bool] = False
