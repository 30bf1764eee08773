"""What can be wrong about a picker's command."""

from __future__ import annotations

from backend.core.errors import Conflict, NotFound, Rejected


class PickListNotFound(NotFound):
    """No such pick list in this store."""


class PickNotFound(NotFound):
    """No such pick in this pick list."""


class TrolleyNotFound(NotFound):
    """No trolley under way carries this container."""


class PickListTaken(Conflict):
    """Another picker walks with this trolley."""


class NotForThisPicker(Conflict):
    """It holds what this picker may not pick."""


class PickListClosed(Conflict):
    """It is finished or cancelled."""


class PickListNotStarted(Conflict):
    """Take the trolley before picking into it."""


class AnotherPickListOpen(Conflict):
    """One trolley at a time."""


class PickAlreadyDone(Conflict):
    """It was confirmed, short or cancelled before."""


class PicksStillOpen(Conflict):
    """The walk is not done yet."""


class WrongProductScanned(Rejected):
    """The scan is not the product of this pick."""


class QuantityWrong(Rejected):
    """Not the quantity that was ordered; what is missing is a short pick."""


class ToteNotFound(NotFound):
    """No such tote on this trolley."""


class ToteInUse(Conflict):
    """Another order lies in this container."""


class WrongToteScanned(Rejected):
    """The tote that was shown belongs to another order of this trolley."""


class NothingToUndo(Conflict):
    """It was not picked or short, or its order was cancelled: there is nothing to take back."""


class SubstituteNotAllowed(Rejected):
    """This product may not be given for the other, or the shopper wants none."""


class ProposalsUndecided(Conflict):
    """Shoppers are still being asked about substitutes in these totes."""


class ProposalNotFound(NotFound):
    """No such proposal for this line."""


class AnswerTooLate(Conflict):
    """The time to answer is over: the store's rule has decided, or is about to."""


class AnsweredOtherwise(Conflict):
    """The shopper has given another answer before, and it stands."""


class ProposalClosed(Conflict):
    """The order was cancelled before anybody answered."""


class NothingToPutBack(Conflict):
    """No substitute of this pick was refused."""


class WalkKeepsChanging(Conflict):
    """Each time the walk was planned anew, somebody had changed it meanwhile; it is tried again soon."""

    is_retryable = True
