"""A pick list as the phone keeps it, and its open stops as the labels need them. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel
from sqlmodel import Session

from backend.picking import kept, repository
from backend.picking.candidates import Candidates, Fields
from backend.picking.cold import cold_since
from backend.picking.models import PickListRow
from backend.picking.ports import Places, Products, StockedProduct, StorePlaces
from backend.picking.repository import Found
from shared.clock import Clock
from shared.labels import BlinkPattern, LightColour
from shared.picking import Pick, PickList, PickListStatus, PickProgress, PickStatus, PriceBasis, ShortReason, Tote
from shared.places import Location
from shared.products import ProductCard, ProductNames, TemperatureClass, UnitOfMeasure

FINISHED_SHOWN_HOURS = 12
STOPS_MAX = 10_000  # more than any walk has

ChannelNames = Callable[[Session, str], Mapping[str, str]]
PriceBases = Callable[[Session, str, str], PriceBasis | None]  # session, store, channel


@dataclass(frozen=True, slots=True)
class OpenStop:
    """A pick still to be done, for the labels: how far it is from the stop before, and whose colour it is."""

    pick_id: str
    location_id: str
    position: int
    distance_m: float
    colour: LightColour
    pattern: BlinkPattern
    shift_id: str
    sought_location_id: str | None = None


@dataclass(frozen=True, slots=True)
class KeptWalk:
    """A trolley kept for somebody, for the labels: its stops, and what is left of the walk they are still on."""

    stops: list[OpenStop]
    picks_left: int
    walk_left_m: float


@dataclass(frozen=True, slots=True)
class WalkProgress:
    """One pick of a trolley somebody walks with, and the revision of its pick list."""

    picker_id: str
    revision: int
    pick: PickProgress


class PlacedTote(BaseModel):
    """Why an order is in its trolley: placing.py says what the figures and the words mean."""

    letter: str
    order_id: str
    display_code: str
    added_m: float | None
    alone_m: float | None
    reason: str


class Plan(BaseModel):
    """A planned walk held against others, in metres: without stages, aisle after aisle, and a walk for each order.

    None: planned before that was kept.
    """

    walk_m: float
    walk_unstaged_m: float | None
    serpentine_m: float | None
    one_order_per_walk_m: float
    lower_bound_m: float
    is_proven_optimal: bool
    totes: list[PlacedTote]


class PickingViews:
    """`channel_names` says what people call a store's channels, `price_bases` how one settles weighed goods: that room
    lies above and is handed in.
    """

    def __init__(
        self,
        places: Places,
        products: Products,
        candidates: Candidates,
        clock: Clock,
        channel_names: ChannelNames,
        price_bases: PriceBases,
    ) -> None:
        self._places = places
        self._products = products
        self._candidates = candidates
        self._clock = clock
        self._channel_names = channel_names
        self._price_bases = price_bases

    def pick_list(self, session: Session, pick_list_id: str) -> PickList | None:
        """The whole document, or None where there is no such pick list."""
        row = repository.find_list(session.connection(), pick_list_id)
        return self._document(session, row) if row else None

    def plan(self, session: Session, pick_list_id: str) -> Plan | None:
        """What was planned and why, or None where there is no such pick list."""
        row = repository.find_list(session.connection(), pick_list_id)
        if row is None:
            return None
        totes = repository.find_totes(session.connection(), pick_list_id)
        fields = {name: getattr(row, name) for name in Plan.model_fields if name != "totes"}
        return Plan(**fields, totes=[PlacedTote.model_validate(tote, from_attributes=True) for tote in totes])

    def open_pick_lists(self, session: Session, store_id: str, picker_id: str) -> list[PickList]:
        """What this picker's phone holds: trolleys to take, the own one, and those finished today."""
        since = self._clock.now() - timedelta(hours=FINISHED_SHOWN_HOURS)
        rows = repository.get_for_picker(session, store_id, picker_id, since)
        return [self._document(session, row) for row in rows]

    def walk_progress(self, session: Session, pick_list_id: str, pick_id: str) -> WalkProgress | None:
        """What has become of one pick; None where nobody walks with the trolley, or where there is none."""
        row = repository.find_progress(session.connection(), pick_list_id, pick_id)
        if row is None or row.walked_by is None or row.left_at is not None:
            return None
        return WalkProgress(row.walked_by, row.revision, progress(row))

    def open_stops(self, session: Session, pick_list_id: str, at_most: int = STOPS_MAX) -> list[OpenStop]:
        """The next open stops of a pick list somebody walks with, in walking order; empty for any other."""
        picks = repository.find_next_stops(session.connection(), pick_list_id, at_most)
        return [
            _open_stop(pick, distance_m, pick.shift_id or "", pick.colour, pick.pattern)
            for pick, distance_m in _still_open(picks)
            if pick.colour and pick.pattern
        ]

    def kept_walk(self, session: Session, pick_list_id: str) -> KeptWalk | None:
        """The stops of a trolley that is kept for a picker, in the light they will have; None for any other."""
        connection = session.connection()
        keeper = kept.find_keeper(connection, pick_list_id)
        if keeper is None:
            return None
        stops = [
            _open_stop(pick, distance_m, keeper.shift_id, keeper.colour, keeper.pattern)
            for pick, distance_m in _still_open(repository.find_stops(connection, pick_list_id))
        ]
        return KeptWalk(stops, keeper.picks_left, keeper.walk_left_m)

    def kept_after(self, session: Session, pick_list_id: str) -> str | None:
        """The trolley that is kept for whoever walks, or walked, with this one."""
        return kept.find_kept_after(session.connection(), pick_list_id)

    def started_pick_lists(self, session: Session) -> Sequence[str]:
        """Every pick list under way, for lights that must be derived again after a restart."""
        return repository.get_picking_ids(session)

    def kept_pick_lists(self, session: Session) -> Sequence[str]:
        """Every pick list that is kept for somebody, for the same."""
        return kept.get_kept_ids(session)

    def _document(self, session: Session, row: PickListRow | Found) -> PickList:
        picks = repository.find_picks(session.connection(), row.id)
        totes = repository.find_totes(session.connection(), row.id)
        products = self._products.by_id(session, row.store_id, sorted({pick.product_id for pick in picks}))
        places = self._places.passable(session, row.store_id, self._clock.now())
        channel_names = self._channel_names(session, row.store_id)
        substitutes = self._candidates.of_pick_list(session.connection(), row.store_id, row.id, picks, places)
        letters = {tote.id: tote.letter for tote in totes}
        since = cold_since(picks, products)
        return PickList(
            id=row.id,
            store_id=row.store_id,
            revision=row.revision,
            status=PickListStatus(row.status),
            due_at=row.due_at,
            totes=[
                _tote(
                    tote,
                    channel_names.get(tote.channel_id, tote.channel_id),
                    self._price_bases(session, row.store_id, tote.channel_id),
                    since,
                )
                for tote in totes
            ],
            picks=[
                _pick(pick, letters[pick.tote_id], products, places, substitutes.get(pick.id, {})) for pick in picks
            ],
            walk=row.walk,
            walk_m=row.walk_m,
            picker_id=row.picker_id,
            picker_name=row.picker_name,
            colour=LightColour(row.colour) if row.colour else None,
            pattern=BlinkPattern(row.pattern) if row.pattern else None,
            started_at=row.started_at,
            finished_at=row.finished_at,
            left_at=row.left_at,
            left_near=_last_address(picks, places.locations) if row.left_at else "",
        )


def _still_open(picks: Sequence[Found]) -> list[tuple[Found, float]]:
    """Those still to be done, and how far each is from the one before, or from where the picker stands."""
    found: list[tuple[Found, float]] = []
    since_last_m = 0.0
    for pick in picks:
        since_last_m += pick.walk_from_previous_m
        if pick.status == PickStatus.OPEN:
            found.append((pick, since_last_m))
            since_last_m = 0.0
        elif not found and pick.status != PickStatus.CANCELLED:
            since_last_m = 0.0  # the picker stands there
    return found


def _open_stop(pick: Found, distance_m: float, shift_id: str, colour: str, pattern: str) -> OpenStop:
    return OpenStop(
        pick_id=pick.id,
        location_id=pick.location_id,
        position=pick.position,
        distance_m=distance_m,
        colour=LightColour(colour),
        pattern=BlinkPattern(pattern),
        shift_id=shift_id,
        sought_location_id=pick.sought_location_id,
    )


def _last_address(picks: Sequence[Found], locations: Mapping[str, Location]) -> str:
    """Where the last pick was done; empty where none was."""
    done = [pick for pick in picks if pick.done_at is not None]
    last = max(done, key=lambda pick: (pick.done_at, pick.position)) if done else None
    return locations[last.location_id].address if last and last.location_id in locations else ""


def _tote(
    tote: Found,
    channel_name: str,
    price_basis: PriceBasis | None,
    since: Mapping[tuple[str, TemperatureClass], datetime],
) -> Tote:
    return Tote(
        id=tote.id,
        letter=tote.letter,
        order_id=tote.order_id,
        display_code=tote.display_code,
        channel_name=channel_name,
        price_basis=price_basis,
        due_at=tote.due_at,
        codes=tote.codes,
        chilled_since=since.get((tote.id, TemperatureClass.CHILLED)),
        frozen_since=since.get((tote.id, TemperatureClass.FROZEN)),
        is_packed=tote.packed_at is not None,
        bags=tote.bags,
        bag_codes=tote.bag_codes.split(),
        place=tote.place,
    )


def progress(pick: Found) -> PickProgress:
    """What has become of one pick, as it travels to the phone."""
    return PickProgress(
        id=pick.id,
        status=PickStatus(pick.status),
        quantity_picked=pick.quantity_picked,
        short_reason=ShortReason(pick.short_reason) if pick.short_reason else None,
        store_reason=pick.store_reason,
    )


def _pick(
    pick: Found,
    tote_letter: str,
    products: Mapping[str, StockedProduct],
    places: StorePlaces,
    substitutes: Fields,
) -> Pick:
    stocked = products.get(pick.product_id)
    location = places.locations.get(pick.location_id)
    return Pick(
        id=pick.id,
        status=PickStatus(pick.status),
        quantity_picked=pick.quantity_picked,
        short_reason=ShortReason(pick.short_reason) if pick.short_reason else None,
        store_reason=pick.store_reason,
        position=pick.position,
        order_line_id=pick.order_line_id,
        tote_letter=tote_letter,
        product=stocked.card if stocked else _gone(pick),
        location=location or Location(id=pick.location_id, aisle="X", bay=1, shelf=1, node=0, x_m=0, y_m=0),
        quantity_ordered=pick.quantity_ordered,
        quantity_max=pick.quantity_max,
        tolerance_percent=pick.tolerance_percent,
        note=pick.note,
        is_cut_off=location is not None and location.node in places.cut_off,
        **substitutes,
    )


def _gone(pick: Found) -> ProductCard:
    """The card of a product that left the catalogue while somebody walks for it."""
    return ProductCard(
        id=pick.product_id,
        sku=pick.product_id,
        gtins=[],
        names=ProductNames(en="No longer in the catalogue", zh="商品已下架", pt="Fora do catálogo"),
        unit=UnitOfMeasure(pick.unit),
    )
