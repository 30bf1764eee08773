"""What a picker asks of the backend. Each travels in an envelope whose id makes it take effect once."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.barcode import SCAN_MAX_CHARACTERS
from shared.ids import Id
from shared.picking import ShortReason
from shared.short_reasons import REASON_CODE_PATTERN

QUANTITY_MAX = 1_000_000
AISLE_MAX_CHARACTERS = 4
OWN_CODE_MAX_CHARACTERS = 40  # what a store sticks on its totes, bags and places
BAGS_MAX = 50
StoreReasonCode = Annotated[
    str,
    Field(
        default="",
        pattern=f"{REASON_CODE_PATTERN}|^$",
        exclude_if=lambda code: not code,  # a backend of before knows none
        description="the store's own reason, where `reason` is only what it means",
    ),
]
OwnCodeText = Annotated[str, StringConstraints(min_length=1, max_length=OWN_CODE_MAX_CHARACTERS, pattern=r"^\S+$")]


class PickerCommand(BaseModel):
    """Base of the commands a phone sends; `name` is the word on the wire."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: ClassVar[str]


class StartPickList(PickerCommand):
    """I take this trolley and begin to walk."""

    name: ClassVar[str] = "pick_list.start"

    pick_list_id: Id


class ConfirmPick(PickerCommand):
    """I hold the right product in the ordered quantity. `scan` is the evidence as the scanner gave it.

    Where a label was pressed instead, it is `press_evidence` of that label.
    """

    name: ClassVar[str] = "pick.confirm"

    pick_list_id: Id
    pick_id: Id
    quantity: int = Field(gt=0, le=QUANTITY_MAX)
    scan: str = Field(min_length=1, max_length=SCAN_MAX_CHARACTERS)
    entered_by: Literal["scanner", "typed", "label"] = "scanner"
    tote_code: str = Field(
        default="",
        max_length=OWN_CODE_MAX_CHARACTERS,
        exclude_if=lambda code: not code,  # a backend of before knows no totes
        description="of the tote it was put into, where that was shown",
    )


class ReportShort(PickerCommand):
    """I found fewer than ordered (often none)."""

    name: ClassVar[str] = "pick.report_short"

    pick_list_id: Id
    pick_id: Id
    quantity_found: int = Field(ge=0, le=QUANTITY_MAX)
    reason: ShortReason = Field(strict=False)
    store_reason: StoreReasonCode = ""


class Substitute(PickerCommand):
    """I found fewer than ordered and took another product for the rest. `scan` is of that other product."""

    name: ClassVar[str] = "pick.substitute"

    pick_list_id: Id
    pick_id: Id
    quantity_found: int = Field(ge=0, le=QUANTITY_MAX, description="of the ordered product, in the tote")
    reason: ShortReason = Field(strict=False)
    store_reason: StoreReasonCode = ""
    product_id: Id
    quantity: int = Field(gt=0, le=QUANTITY_MAX, description="of the substitute, in the tote")
    scan: str = Field(min_length=1, max_length=SCAN_MAX_CHARACTERS)
    entered_by: Literal["scanner", "typed"] = "scanner"


class SeekSubstitute(PickerCommand):
    """I am on the way to this product, to give it instead: its label may blink for me."""

    name: ClassVar[str] = "substitute.seek"

    pick_list_id: Id
    pick_id: Id
    product_id: Id


class PutSubstituteBack(PickerCommand):
    """The shopper did not want it: I have taken it out of the tote."""

    name: ClassVar[str] = "substitute.put_back"

    pick_list_id: Id
    pick_id: Id


class ChoosePick(PickerCommand):
    """I go to this stop now, before the others; `left_pick_id` is the one I was at, or on the way to."""

    name: ClassVar[str] = "pick.choose"

    pick_list_id: Id
    pick_id: Id
    left_pick_id: Id | None = None


class ReportBlockedAisle(PickerCommand):
    """I cannot get through this aisle; others should not be sent there either."""

    name: ClassVar[str] = "aisle.report_blocked"

    pick_list_id: Id
    aisle: str = Field(min_length=1, max_length=AISLE_MAX_CHARACTERS)


class BindTote(PickerCommand):
    """This container is the tote of that letter, or one more of it where the first is full."""

    name: ClassVar[str] = "tote.bind"

    pick_list_id: Id
    tote_id: Id
    code: str = Field(min_length=1, max_length=OWN_CODE_MAX_CHARACTERS)


class UndoPick(PickerCommand):
    """What I said of this pick was a mistake: it is open again, and nothing of it is in the tote."""

    name: ClassVar[str] = "pick.undo"

    pick_list_id: Id
    pick_id: Id


class ReportShelfEmpty(PickerCommand):
    """I took the last one: the shelf of this pick is empty now."""

    name: ClassVar[str] = "shelf.report_empty"

    pick_list_id: Id
    pick_id: Id


class RecordWrongScan(PickerCommand):
    """I scanned something else; kept so that a supervisor sees where shelves mislead."""

    name: ClassVar[str] = "scan.record_wrong"

    pick_list_id: Id
    pick_id: Id
    scan: str = Field(min_length=1, max_length=SCAN_MAX_CHARACTERS)
    problem_code: str = Field(max_length=60)


class PackOrder(PickerCommand):
    """This order is packed: so many bags, and where they stand. Said again, the later word counts."""

    name: ClassVar[str] = "order.pack"

    pick_list_id: Id
    order_id: Id
    bags: int = Field(ge=0, le=BAGS_MAX)
    bag_codes: list[OwnCodeText] = Field(default=[], max_length=BAGS_MAX, description="of bags that carry one already")
    place: str = Field(default="", max_length=OWN_CODE_MAX_CHARACTERS, pattern=r"^\S*$")


class FinishPickList(PickerCommand):
    """I stand at the packing desk with every pick done."""

    name: ClassVar[str] = "pick_list.finish"

    pick_list_id: Id


PICKER_COMMANDS: dict[str, type[PickerCommand]] = {
    command.name: command
    for command in (
        StartPickList,
        ConfirmPick,
        ReportShort,
        Substitute,
        SeekSubstitute,
        PutSubstituteBack,
        ChoosePick,
        ReportBlockedAisle,
        BindTote,
        UndoPick,
        ReportShelfEmpty,
        PackOrder,
        RecordWrongScan,
        FinishPickList,
    )
}
