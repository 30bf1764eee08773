"""The backend's error tree: who must act, whether trying again helps, and which HTTP status says so.

BlinkpickError (shared/errors.py)
├── NotAuthenticated 401    nobody we know
├── NotAllowed       403    known, but not for this
├── NotFound         404    no such thing, or none that you may see
├── Conflict         409    the thing is not in a state for this
├── TooLarge         413    more bytes than we take
├── Rejected         422    the payload is wrong; `facts["problems"]` say where
├── TooManyAttempts  429    wait; `facts["retry_after_s"]`
├── Overloaded       503    our own queues are full; try again
├── EdgeError        502    something outside failed; never the picker's fault
└── SealBroken       500    a stored secret does not open with our key
"""

from __future__ import annotations

from typing import ClassVar

from shared.errors import BlinkpickError


class BackendError(BlinkpickError):
    """Base of the backend's errors; `status` is what HTTP says."""

    status: ClassVar[int] = 500


class NotAuthenticated(BackendError):
    status = 401


class NotAllowed(BackendError):
    status = 403


class NotFound(BackendError):
    status = 404


class Conflict(BackendError):
    status = 409


class TooLarge(BackendError):
    status = 413


class Rejected(BackendError):
    status = 422


class TooManyAttempts(BackendError):
    status = 429
    is_retryable = True


class Overloaded(BackendError):
    status = 503
    is_retryable = True


class EdgeError(BackendError):
    """A gateway or a channel failed. Subclasses say whether trying again can help, and whether anything was tried."""

    status = 502
    is_retryable = True
    is_attempt: ClassVar[bool] = True


class SealBroken(BackendError):
    pass
