"""Why somebody may not come in. None of these says which half of a badge and a PIN was wrong, and none holds a secret.

NotAuthenticated 401    DeviceNotEnrolled, SignInRefused, NotSignedIn, SessionEnded, SessionLocked, ChannelKeyRefused
NotAllowed       403    RoleNotAllowed, OriginNotAllowed
NotFound         404    EnrolmentCodeInvalid, PersonNotFound, DeviceNotFound, StoreNotYours
Rejected         422    PeopleFileRejected
TooManyAttempts  429    from core, with `retry_after_s`
"""

from __future__ import annotations

from backend.core.errors import NotAllowed, NotAuthenticated, NotFound, Rejected


class DeviceNotEnrolled(NotAuthenticated):
    """This phone is not, or no longer, one of ours."""


class SignInRefused(NotAuthenticated):
    """Badge and PIN do not belong together; the answer is the same for an unknown badge."""


class NotSignedIn(NotAuthenticated):
    """No token came with the request."""


class SessionEnded(NotAuthenticated):
    """The session is over (or never was): sign in again."""


class SessionLocked(NotAuthenticated):
    """Nobody touched the phone for too long; the PIN opens it again and the shift goes on."""


class ChannelKeyRefused(NotAuthenticated):
    """No channel has this key, or no longer."""


class RoleNotAllowed(NotAllowed):
    """Signed in, but this is for another role."""


class OriginNotAllowed(NotAllowed):
    """A browser page from elsewhere wants to talk to us."""


class EnrolmentCodeInvalid(NotFound):
    """Unknown, used or expired: the answer is the same."""


class PersonNotFound(NotFound):
    """No such person in this store."""


class DeviceNotFound(NotFound):
    """No such phone in this store."""


class StoreNotYours(NotFound):
    """Another store's id: whether it exists is not told."""


class PeopleFileRejected(Rejected):
    """people.csv has wrong rows; `problems` say where and what, never the PIN itself."""
