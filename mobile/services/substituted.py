"""What the commands about substitutes do to a pick on the phone, before the backend says so. Pure."""

from __future__ import annotations

from pydantic import ValidationError

from shared.commands import PutSubstituteBack, Substitute
from shared.picking import Pick, PickStatus
from shared.substitution import PickSubstitution, SubstitutionStatus, SubstitutionWish
from shared.sync.envelope import Command


def after_substitute(pick: Pick, command: Command) -> Pick:
    """The pick with a substitute in its tote: given, or proposed. One that is not open stays as it is."""
    try:
        said = Substitute.model_validate(command.body)
    except ValidationError:
        return pick
    candidate = next((one for one in pick.candidates if one.product.id == said.product_id), None)
    if pick.id != said.pick_id or pick.status is not PickStatus.OPEN or candidate is None:
        return pick
    is_asked = pick.wish is SubstitutionWish.ASK
    given = PickSubstitution(
        id=command.id,  # the backend's own comes with its document
        product=candidate.product,
        location=candidate.location,
        quantity=said.quantity,
        status=SubstitutionStatus.PROPOSED if is_asked else SubstitutionStatus.GIVEN,
    )
    return pick.model_copy(
        update={
            "status": PickStatus.PROPOSED if is_asked else PickStatus.SUBSTITUTED,
            "quantity_picked": said.quantity_found,
            "short_reason": said.reason,
            "store_reason": said.store_reason,
            "substitution": given,
        }
    )


def after_put_back(pick: Pick, command: Command) -> Pick:
    """The pick whose refused substitute is out of the tote again."""
    try:
        said = PutSubstituteBack.model_validate(command.body)
    except ValidationError:
        return pick
    if pick.id != said.pick_id or pick.substitution is None:
        return pick
    return pick.model_copy(update={"substitution": pick.substitution.model_copy(update={"is_put_back": True})})
