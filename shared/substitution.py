"""Another product in place of the one ordered: what the shopper wishes, what may be given, what has become of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from shared.ids import Id
from shared.places import Location
from shared.products import ProductCard

CANDIDATES_MAX = 3  # as many as fit on a phone and on the way to it


class SubstitutionWish(StrEnum):
    """What the shopper said about a line whose product may be missing."""

    REFUSE = "refuse"  # rather nothing
    ASK = "ask"  # ask me
    ALLOW = "allow"  # the store chooses


class SubstitutionStatus(StrEnum):
    """How it stands with a substitute that lies in the tote."""

    PROPOSED = "proposed"  # the shopper is asked
    GIVEN = "given"  # nobody had to be asked
    APPROVED = "approved"
    REFUSED = "refused"
    CLOSED = "closed"  # the order was cancelled before anybody decided


class ShopperAnswer(StrEnum):
    """What the shopper says to a proposal; also what the store's rule says where they stay silent."""

    APPROVE = "approve"
    REFUSE = "refuse"


class DecidedBy(StrEnum):
    WISH = "wish"  # the shopper lets the store choose
    SHOPPER = "shopper"
    SILENCE = "silence"  # no answer in time: the store's rule


class SubstituteCandidate(BaseModel):
    """A product the picker may give instead, and where it stands: the phone offers it without asking anybody."""

    model_config = ConfigDict(frozen=True)

    product: ProductCard
    location: Location


class PickSubstitution(BaseModel):
    """What the picker gives instead. `quantity` in the unit of the ordered product, which is also the substitute's."""

    model_config = ConfigDict(frozen=True)

    id: Id = Field(description="the proposal, where the shopper is asked")
    product: ProductCard
    location: Location
    quantity: int = Field(gt=0)
    status: SubstitutionStatus
    answer_by: datetime | None = Field(default=None, description="when the store's rule decides; None: nobody is asked")
    is_put_back: bool = Field(default=False, description="refused, and on its shelf again")

    @property
    def is_to_put_back(self) -> bool:
        """It lies in the tote of somebody who does not want it."""
        return self.status is SubstitutionStatus.REFUSED and not self.is_put_back


def may_stand_in(substitute: ProductCard, ordered: ProductCard) -> bool:
    """Whether one product may be given for the other at all, whoever wishes it.

    Another product, counted in the same unit, kept as warm, and nothing only adults may have for what anybody may have.
    """
    return (
        substitute.id != ordered.id
        and substitute.unit is ordered.unit
        and substitute.temperature is ordered.temperature
        and (ordered.is_age_restricted or not substitute.is_age_restricted)
    )
