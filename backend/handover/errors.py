"""What can be wrong when an order is given out."""

from __future__ import annotations

from backend.core.errors import Conflict, NotFound, Rejected


class NothingWaits(NotFound):
    """No order of this store waits under that code."""


class SlipNotFound(NotFound):
    """No such delivery slip in this store."""


class OrderNotReady(Conflict):
    """It is still being picked, or was cancelled."""


class BagsWrong(Rejected):
    """A bag is missing, or belongs to another order."""


class AgeNotChecked(Rejected):
    """Something in it is for adults only: look at a document first."""


class HandOverCodeWrong(Conflict):
    """What was shown is not this order's PIN; `tries_left` says how often it may be tried again."""


class HandOverLocked(Conflict):
    """Too many wrong PINs: a supervisor must give it out, and say why."""
