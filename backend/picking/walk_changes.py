"""What changes a walk that is planned already, or under way. Every method runs in one transaction."""

from __future__ import annotations

from dataclasses import replace

from backend.core.writer import Transaction
from backend.orders import repository as orders_repository
from backend.orders.models import OrderStatus
from backend.picking import repository
from backend.picking.commands import Asked, InsertOrder, ReplanPickList
from backend.picking.errors import PickListNotFound, PickNotFound
from backend.picking.models import PickListRow, PickRow, ToteRow
from backend.picking.recording import order_line_ids
from backend.picking.replanning import PlannedStop, Replan, WalkSoFar
from backend.picking.repository import Found
from backend.picking.walk_reading import UNFINISHED
from backend.stores.blocking import BLOCKED_S, BlockedAisles
from backend.stores.commands import BlockAisle
from shared.commands import ChoosePick, ReportBlockedAisle
from shared.events import (
    AisleBlocked,
    AisleReopened,
    PickCancelled,
    PickChosen,
    PickListExtended,
    PickListReplanned,
)
from shared.picking import TOTE_LETTERS, PickListStatus, PickStatus

REPLAN_TOPIC = "picking.replan"
TAKEN_ALONG = "taken along"
_ASIDE = 1_000_000  # positions of new picks until all are put in order


def replan_soon(pick_list_id: str, tx: Transaction, *, aisle: str = "") -> None:
    """Plan the rest of this walk anew once this is kept; several reasons at once plan once.

    Never in this transaction. The exact route takes well under a millisecond, but only on a floor that is compiled: the
    first one after an aisle was blocked takes half a second, and a floor too wide for it is searched for 50 ms. The
    ways between stops take some milliseconds where nobody has asked for them before. All that time no picker's scan
    would be answered. Beside the writer it costs nobody anything, and what changes meanwhile is seen by the revision.
    """
    body = {"pick_list_id": pick_list_id, "aisle": aisle}
    tx.enqueue(REPLAN_TOPIC, body, partition=pick_list_id, dedupe_key=f"{pick_list_id}:{aisle}")


class WalkChanges:
    """Commands and listeners of the room that change the order of stops, or add to them."""

    def __init__(self, blocked_aisles: BlockedAisles) -> None:
        self._blocked_aisles = blocked_aisles

    # Commands of the house: plans made beside the writer

    def replan(self, command: ReplanPickList, tx: Transaction) -> bool:
        """Record a new rest of the walk; False, and nothing changed, where the pick list is not as it was planned."""
        pick_list = self._unchanged(command, tx)
        if pick_list is None:
            return False
        _record_rest(pick_list, command.so_far, command.rest, tx)
        tx.publish(
            PickListReplanned(
                store_id=pick_list.store_id,
                at=tx.now(),
                pick_list_id=pick_list.id,
                open_picks=len(command.rest.stops),
                to_go_m=command.rest.to_go_m,
                cut_off_pick_ids=list(command.rest.cut_off_pick_ids),
            )
        )
        return True

    def insert_order(self, command: InsertOrder, tx: Transaction) -> bool:
        """Take the order along in the next tote; False, and it keeps waiting, where anything has changed meanwhile."""
        pick_list = self._unchanged(command, tx)
        order = orders_repository.get_order(tx.session, command.store_id, command.order.id)
        if pick_list is None or pick_list.status != PickListStatus.PICKING or pick_list.left_at is not None:
            return False
        if order is None or order.status != OrderStatus.ACCEPTED:
            return False
        if order_line_ids((order.id,), tx) != {line.order_line_id for line in command.order.lines}:
            return False
        taken = [tote.letter for tote in repository.get_totes(tx.session, pick_list.id)]
        if len(taken) >= command.totes_max:
            return False
        letter = next(each for each in TOTE_LETTERS if each not in taken)  # an amended order may have left a gap
        tote_id = tx.ids.new("tote")
        tx.session.add(
            ToteRow(
                id=tote_id,
                store_id=pick_list.store_id,
                pick_list_id=pick_list.id,
                order_id=order.id,
                letter=letter,
                added_m=command.added_m,
                alone_m=command.alone_m,
                reason=f"{TAKEN_ALONG}: adds {max(0, round(command.added_m))} m",
            )
        )
        tx.session.flush()
        pick_ids = self._add_picks(command, tote_id, tx)
        stops = tuple(replace(stop, pick_id=pick_ids.get(stop.pick_id, stop.pick_id)) for stop in command.rest.stops)
        pick_list.due_at = min(pick_list.due_at, command.order.due_at)
        pick_list.one_order_per_walk_m += command.alone_m
        pick_list.walk_unstaged_m, pick_list.serpentine_m = None, None  # they were said of the walk as it was planned
        pick_list.holds = sorted({*pick_list.holds, *command.holds})
        _record_rest(pick_list, command.so_far, replace(command.rest, stops=stops), tx)
        assert pick_list.picker_id is not None, "a walk under way has its picker"
        assert pick_list.shift_id is not None, "and was taken in a shift"
        tx.publish(
            PickListExtended(
                store_id=pick_list.store_id,
                at=tx.now(),
                pick_list_id=pick_list.id,
                order_ids=[order.id],
                tote_letter=letter,
                picker_id=pick_list.picker_id,
                shift_id=pick_list.shift_id,
            )
        )
        return True

    # Commands of a picker

    def choose(self, asked: Asked[ChoosePick], tx: Transaction) -> None:
        """The picker goes to another stop first. A choice that comes too late, or is the next one anyway, is nothing.

        The chosen stop is the first at once, so that its label blinks; where the one that was left comes best is
        planned a moment later.
        """
        command = asked.command
        pick_list = repository.find_walk(tx.connection, asked.asker.store_id, command.pick_list_id)
        if pick_list is None:
            raise PickListNotFound("no such pick list in this store", pick_list_id=command.pick_list_id)
        stop = repository.find_stop(tx.connection, pick_list.id, command.pick_id)
        if stop is None:
            raise PickNotFound("no such pick in this pick list", pick_id=command.pick_id)
        is_own = pick_list.status == PickListStatus.PICKING and pick_list.picker_id == asked.asker.person_id
        if not is_own or stop.status != PickStatus.OPEN:
            return
        left = repository.get_pick(tx.session, pick_list.id, command.left_pick_id) if command.left_pick_id else None
        is_left = left is not None and left.id != stop.id and left.status == PickStatus.OPEN
        if not is_left and not stop.is_out_of_turn:
            return
        at = min(max(asked.made_at, pick_list.started_at or pick_list.released_at), tx.now())
        if is_left and left is not None:
            left.skipped_at = at
            tx.session.add(left)
            tx.session.flush()
        self._bring_forward(pick_list.id, stop.id, tx)
        repository.raise_revision(tx.connection, pick_list.id)
        tx.publish(
            PickChosen(
                store_id=stop.store_id,
                at=at,
                pick_list_id=pick_list.id,
                pick_id=stop.id,
                order_line_id=stop.order_line_id,
                left_pick_id=left.id if is_left and left is not None else None,
                picker_id=asked.asker.person_id,
            )
        )

    def report_blocked_aisle(self, asked: Asked[ReportBlockedAisle], tx: Transaction) -> None:
        """A picker stands before it: nobody is sent through for the usual time. Raises AisleNotFound."""
        asker = asked.asker
        self._blocked_aisles.block(
            BlockAisle(asker.store_id, asked.command.aisle, BLOCKED_S, "", asker.person_id, asker.name), tx
        )

    # Listeners

    def replan_walk(self, event: PickCancelled | PickChosen, tx: Transaction) -> None:
        """There is one stop fewer to go to, or another one goes first."""
        replan_soon(event.pick_list_id, tx)

    def replan_store(self, event: AisleBlocked | AisleReopened, tx: Transaction) -> None:
        """Another way may be the shortest now, for every trolley that is walked or will be."""
        for pick_list_id in repository.get_unfinished_ids(tx.session, event.store_id):
            replan_soon(pick_list_id, tx, aisle=event.aisle)

    # What they share

    @staticmethod
    def _unchanged(command: ReplanPickList | InsertOrder, tx: Transaction) -> PickListRow | None:
        """The pick list, if it is as it was when the plan was made: whatever happens to it raises its revision."""
        pick_list = repository.get_pick_list(tx.session, command.store_id, command.pick_list_id)
        if pick_list is None or pick_list.status not in UNFINISHED or pick_list.revision != command.revision:
            return None
        return pick_list

    @staticmethod
    def _add_picks(command: InsertOrder, tote_id: str, tx: Transaction) -> dict[str, str]:
        """A pick for each line of the order; returns line id -> pick id."""
        pick_ids: dict[str, str] = {}
        for number, line in enumerate(command.order.lines):
            pick_ids[line.order_line_id] = pick_id = tx.ids.new("pick")
            tx.session.add(
                PickRow(
                    id=pick_id,
                    store_id=command.store_id,
                    pick_list_id=command.pick_list_id,
                    tote_id=tote_id,
                    order_id=command.order.id,
                    order_line_id=line.order_line_id,
                    product_id=line.product_id,
                    location_id=command.location_ids[line.order_line_id],
                    position=_ASIDE + number,
                    walk_from_previous_m=0.0,
                    unit=line.unit,
                    quantity_ordered=line.quantity,
                    note=line.note,
                )
            )
        tx.session.flush()
        return pick_ids

    @staticmethod
    def _bring_forward(pick_list_id: str, pick_id: str, tx: Transaction) -> None:
        """Before the first open pick; the others keep their order, and their legs until the walk is planned anew."""
        picks: list[Found] = repository.find_stops(tx.connection, pick_list_id)
        first = next(at for at, pick in enumerate(picks) if pick.status == PickStatus.OPEN)
        chosen = next(pick for pick in picks if pick.id == pick_id)
        others = [pick for pick in picks if pick is not chosen]
        ordered = [*others[:first], chosen, *others[first:]]
        repository.order_picks(tx.connection, pick_list_id, [(one.id, one.walk_from_previous_m) for one in ordered])


def _record_rest(pick_list: PickListRow, so_far: WalkSoFar, rest: Replan, tx: Transaction) -> None:
    """Positions of every pick, the walk and its lengths, and one revision more."""
    cancelled = tuple(PlannedStop(pick_id, 0.0) for pick_id in so_far.cancelled_ids)  # nobody goes there
    picks = [(stop.pick_id, stop.walk_from_previous_m) for stop in (*so_far.done, *cancelled, *rest.stops)]
    repository.order_picks(tx.connection, pick_list.id, picks)
    pick_list.walk = list(rest.walk)
    pick_list.walk_m = so_far.walked_m + rest.to_go_m
    pick_list.walk_to_desk_m = rest.walk_to_desk_m
    pick_list.lower_bound_m = so_far.walked_m + rest.lower_bound_m
    pick_list.is_proven_optimal = rest.is_proven_optimal
    repository.touch(tx.session, pick_list)
