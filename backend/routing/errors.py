"""What can be wrong with a walk we are asked for; each error names the place."""

from __future__ import annotations

from shared.errors import BlinkpickError


class RoutingError(BlinkpickError):
    """The question has no answer: the map or the stops are wrong, and asking again does not help."""


class PlaceUnknown(RoutingError):
    """A start, end or stop is not on the map."""


class PlaceUnreachable(RoutingError):
    """No walk leads there from the start."""


class GraphMalformed(RoutingError):
    """An edge has no positive length or leads to a node that is not there."""


class OrderTooLarge(RoutingError):
    """One order needs more totes than a trolley carries, and an order is never split."""


class StagesMalformed(RoutingError):
    """The stages of a walk leave out a stop, or name one twice or one that is not there."""


class ProblemMalformed(RoutingError):
    """A file with a batching problem is not what it should be; the sentence names the place."""
