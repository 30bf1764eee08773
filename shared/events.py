"""What happened, in the past tense. The backend keeps every one in its journal; phones and channels hear theirs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from shared.handover import HandOverProof
from shared.ids import Id
from shared.labels import BlinkPattern, LightColour
from shared.picking import ShortReason
from shared.products import TemperatureClass
from shared.substitution import DecidedBy, ShopperAnswer


class Event(BaseModel):
    """Base of all events; `name` is the word on the wire, `at` the instant it happened (on the phone, for picks)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ClassVar[str]

    store_id: Id
    at: datetime


class OrderEvent(Event):
    order_id: Id
    channel_id: Id


class OrderAccepted(OrderEvent):
    """Every product is known; the order will be picked."""

    name: ClassVar[str] = "order.accepted"


class OrderAmended(OrderEvent):
    """The channel sent the order anew before anybody walked for it: what it says now is what will be picked."""

    name: ClassVar[str] = "order.amended"

    due_at: datetime
    lines: int


class OrderHeld(Event):
    """The order waits in the exceptions list; nothing of it is lost."""

    name: ClassVar[str] = "order.held"

    channel_id: Id
    intake_exception_id: Id
    external_id: str
    reason: str


class OrderStoreChosen(Event):
    """Which store of a chain serves an order, and why; `serving_store_id` is empty where none can."""

    name: ClassVar[str] = "order.store_chosen"

    channel_id: Id
    external_id: str
    serving_store_id: str
    reasons: list[str]


class OrderDismissed(Event):
    """A supervisor closed a held order without picking it."""

    name: ClassVar[str] = "order.dismissed"

    channel_id: Id
    intake_exception_id: Id
    external_id: str
    reason: str


class OrderPlanned(OrderEvent):
    """The order has its place in a trolley."""

    name: ClassVar[str] = "order.planned"

    pick_list_id: Id


class OrderPickingStarted(OrderEvent):
    """A picker walks for this order."""

    name: ClassVar[str] = "order.picking_started"


class OrderLineEvent(OrderEvent):
    order_line_id: Id
    external_line_id: str
    sku: str
    quantity_ordered: int
    quantity_picked: int
    unit: str


class OrderLinePicked(OrderLineEvent):
    name: ClassVar[str] = "order.line.picked"


class OrderLineShort(OrderLineEvent):
    name: ClassVar[str] = "order.line.short"

    reason: ShortReason
    store_reason: str = ""  # the store's own, of which `reason` is only what it means


class OrderLineReopened(OrderLineEvent):
    """What was said of the line before does not hold: it is being picked again, and will be told anew."""

    name: ClassVar[str] = "order.line.reopened"


class SubstituteEvent(OrderLineEvent):
    """Another product lies in the tote. What was picked, substituted and is short add up to what was ordered."""

    quantity_substituted: int
    quantity_short: int
    reason: ShortReason
    store_reason: str = ""
    proposal_id: Id
    substitute_sku: str
    substitute_gtins: list[str]
    substitute_name: str
    substitute_price_minor: int


class OrderLineSubstitutionProposed(SubstituteEvent):
    """The shopper is asked whether they want another product; without an answer in time `if_silent` happens."""

    name: ClassVar[str] = "order.line.substitution_proposed"

    answer_by: datetime
    if_silent: ShopperAnswer


class OrderLineSubstituted(SubstituteEvent):
    """Another product is given, and stays: as the shopper wished, or because they or the store's rule approved."""

    name: ClassVar[str] = "order.line.substituted"

    decided_by: DecidedBy


class OrderReady(OrderEvent):
    """Picked, at the packing desk, waiting for the courier. Complete: nothing is missing, substitutes counted."""

    name: ClassVar[str] = "order.ready"

    is_complete: bool
    bags: int = 0  # 0: nobody has counted them
    place: str = ""  # where they stand
    handover_pin: str = ""  # for whoever comes to fetch it; the desk may ask for it
    slip_id: str = ""  # of the delivery slip: who the customer is stands there, never in an event


class OrderHandedOver(OrderEvent):
    """The courier, or the shopper, has it. `handed_over_by` is somebody of the store."""

    name: ClassVar[str] = "order.handed_over"

    bags: int
    proof: HandOverProof
    is_age_checked: bool
    handed_over_by: str
    slip_id: str = ""


class OrderCancelled(OrderEvent):
    name: ClassVar[str] = "order.cancelled"

    reason: str
    cancelled_by: str


class PickListEvent(Event):
    pick_list_id: Id


class PickListReady(PickListEvent):
    """A trolley with its walk waits for a picker."""

    name: ClassVar[str] = "pick_list.ready"

    order_ids: list[Id]


class PickListKept(PickListEvent):
    """A trolley nobody walks with is kept for this picker; None: for nobody any more."""

    name: ClassVar[str] = "pick_list.kept"

    picker_id: Id | None = None


class PickListStarted(PickListEvent):
    name: ClassVar[str] = "pick_list.started"

    order_ids: list[Id]
    picker_id: Id
    shift_id: Id


class PickListResumed(PickListEvent):
    """Its picker signed in again: another shift, perhaps another phone and colour, the same walk."""

    name: ClassVar[str] = "pick_list.resumed"

    picker_id: Id
    shift_id: Id


class PickListLeft(PickListEvent):
    """Its picker's shift ended, or a supervisor hands it over: it stands where it was left, for anybody to take."""

    name: ClassVar[str] = "pick_list.left"

    picker_id: Id
    handed_over_by: Id | None = None


class PickListTakenOver(PickListEvent):
    """Another picker goes on with it from where it was left; what was picked stays picked."""

    name: ClassVar[str] = "pick_list.taken_over"

    picker_id: Id
    shift_id: Id
    from_picker_id: Id


class PickListReplanned(PickListEvent):
    """The rest of the walk goes another way, or another order of stops, than before."""

    name: ClassVar[str] = "pick_list.replanned"

    open_picks: int
    to_go_m: float
    cut_off_pick_ids: list[Id]


class PickListExtended(PickListEvent):
    """A walk under way takes one more order along, in a tote of its own."""

    name: ClassVar[str] = "pick_list.extended"

    order_ids: list[Id]
    tote_letter: str
    picker_id: Id
    shift_id: Id


class PickListFinished(PickListEvent):
    name: ClassVar[str] = "pick_list.finished"

    order_ids: list[Id]
    picker_id: Id


class PickListCancelled(PickListEvent):
    """Every order in it was cancelled before it was finished."""

    name: ClassVar[str] = "pick_list.cancelled"


class PickEvent(PickListEvent):
    pick_id: Id
    order_line_id: Id


class PickConfirmed(PickEvent):
    name: ClassVar[str] = "pick.confirmed"

    quantity: int
    picker_id: Id


class PickShort(PickEvent):
    name: ClassVar[str] = "pick.short"

    quantity_found: int
    reason: ShortReason
    store_reason: str = ""
    picker_id: Id


class PickReopened(PickEvent):
    """The picker took back what they had said: it is to be picked again."""

    name: ClassVar[str] = "pick.reopened"

    picker_id: Id


class ShelfEmptied(PickEvent):
    """The picker took the last one from this shelf, or saw that it has none: somebody should fill it."""

    name: ClassVar[str] = "shelf.emptied"

    product_id: Id
    location_id: Id
    picker_id: Id


class ToteBound(PickListEvent):
    """A container is the tote of an order. `is_split`: it has one already, and that one is full."""

    name: ClassVar[str] = "tote.bound"

    order_id: Id
    tote_id: Id
    tote_letter: str
    code: str
    is_split: bool
    picker_id: Id


class ColdEnded(PickListEvent):
    """What was cold of an order has left the trolley: how long it was out of the cold, and how long it may be."""

    name: ClassVar[str] = "cold.ended"

    order_id: Id
    temperature: TemperatureClass
    began_at: datetime
    out_s: int
    limit_s: int
    is_over: bool
    picker_id: Id


class OrderPacked(PickListEvent):
    """Its bags are counted and stand at `place`."""

    name: ClassVar[str] = "order.packed"

    order_id: Id
    bags: int
    bag_codes: list[str]
    place: str
    picker_id: Id


class PickSubstitutionEvent(PickEvent):
    """`product_id` lies in the tote beside what was found. `substitution_id`: the proposal, where somebody is asked."""

    substitution_id: Id
    product_id: Id
    quantity_found: int
    quantity_substituted: int
    reason: ShortReason
    store_reason: str = ""
    picker_id: Id


class PickSubstituted(PickSubstitutionEvent):
    """The shopper lets the store choose: nobody is asked."""

    name: ClassVar[str] = "pick.substituted"


class SubstitutionProposed(PickSubstitutionEvent):
    """The shopper is asked. The picker walks on."""

    name: ClassVar[str] = "substitution.proposed"

    answer_by: datetime
    if_silent: ShopperAnswer


class SubstitutionApproved(PickSubstitutionEvent):
    name: ClassVar[str] = "substitution.approved"

    decided_by: DecidedBy


class SubstitutionRefused(PickSubstitutionEvent):
    """The line is short after all; the substitute must come out of the tote."""

    name: ClassVar[str] = "substitution.refused"

    decided_by: DecidedBy


class SubstituteSought(PickEvent):
    """The picker is on the way to a product to give instead; its label blinks until the pick is settled."""

    name: ClassVar[str] = "substitute.sought"

    product_id: Id
    picker_id: Id


class SubstitutePutBack(PickEvent):
    """A refused substitute has left the tote."""

    name: ClassVar[str] = "substitute.put_back"

    substitution_id: Id
    picker_id: Id


class PickCancelled(PickEvent):
    """The shopper cancelled or changed the order while the pick was still open."""

    name: ClassVar[str] = "pick.cancelled"


class PickChosen(PickEvent):
    """The picker goes to this stop before the others; the one that was left comes where it costs least."""

    name: ClassVar[str] = "pick.chosen"

    left_pick_id: Id | None
    picker_id: Id


class WrongScanned(PickEvent):
    name: ClassVar[str] = "scan.wrong"

    scan: str
    problem_code: str
    picker_id: Id


class AisleEvent(Event):
    aisle: str


class AisleBlocked(AisleEvent):
    """Nobody is sent through this aisle until `ends_at`."""

    name: ClassVar[str] = "aisle.blocked"

    ends_at: datetime
    reason: str
    person_id: Id


class AisleReopened(AisleEvent):
    """One can walk through it again: somebody said so, or its time is over (`person_id` None)."""

    name: ClassVar[str] = "aisle.reopened"

    person_id: Id | None


class ShiftStarted(Event):
    name: ClassVar[str] = "shift.started"

    shift_id: Id
    picker_id: Id
    device_id: Id
    colour: LightColour
    pattern: BlinkPattern


class ShiftEnded(Event):
    name: ClassVar[str] = "shift.ended"

    shift_id: Id
    picker_id: Id


class ProductsChanged(Event):
    """What a label says of these products, or a channel charges for them, is another than before. At most 500."""

    name: ClassVar[str] = "products.changed"

    product_ids: list[Id]


class ProductStockEvent(Event):
    product_id: Id
    sku: str


class ProductSoldOut(ProductStockEvent):
    """The shelf has no more of it."""

    name: ClassVar[str] = "product.sold_out"


class ProductAvailable(ProductStockEvent):
    """It was sold out, and is there again."""

    name: ClassVar[str] = "product.available"


class ProductPrice(BaseModel):
    """What a product costs, in minor units; `was_minor`: before a promotion, and again after it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sku: str
    price_minor: int
    was_minor: int | None = None


class ProductsPriced(Event):
    """These products cost this from now on. At most 500."""

    name: ClassVar[str] = "products.priced"

    products: list[ProductPrice]


class CommandRefused(Event):
    """A phone's command could not be applied; a supervisor should look."""

    name: ClassVar[str] = "command.refused"

    command_id: Id
    command_name: str
    picker_id: Id
    problem_code: str
    detail: str
    made_at: datetime | None = None
    evidence: dict[str, Any] = {}


class LabelSilent(Event):
    """A label did not confirm its light; the picker finds the place by its address."""

    name: ClassVar[str] = "label.silent"

    label_id: Id
    reason: str


EVENTS: dict[str, type[Event]] = {
    event.name: event
    for event in (
        OrderAccepted,
        OrderAmended,
        OrderHeld,
        OrderDismissed,
        OrderStoreChosen,
        OrderPlanned,
        OrderPickingStarted,
        OrderLinePicked,
        OrderLineShort,
        OrderLineReopened,
        OrderLineSubstitutionProposed,
        OrderLineSubstituted,
        OrderReady,
        OrderHandedOver,
        OrderCancelled,
        PickListReady,
        PickListKept,
        PickListStarted,
        PickListResumed,
        PickListLeft,
        PickListTakenOver,
        PickListReplanned,
        PickListExtended,
        PickListFinished,
        PickListCancelled,
        PickConfirmed,
        PickShort,
        PickReopened,
        ShelfEmptied,
        ToteBound,
        ColdEnded,
        OrderPacked,
        PickSubstituted,
        SubstitutionProposed,
        SubstitutionApproved,
        SubstitutionRefused,
        SubstituteSought,
        SubstitutePutBack,
        PickCancelled,
        PickChosen,
        WrongScanned,
        AisleBlocked,
        AisleReopened,
        ShiftStarted,
        ShiftEnded,
        ProductsChanged,
        ProductSoldOut,
        ProductAvailable,
        ProductsPriced,
        CommandRefused,
        LabelSilent,
    )
}
