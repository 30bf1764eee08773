"""What a picker's command does to a pick list, and what happens around it. Every method runs in one transaction."""

from __future__ import annotations

from datetime import timedelta

from backend.core.writer import Transaction
from backend.picking import offers, repository
from backend.picking.checking import (
    find_open_pick,
    find_pick_list,
    moment,
    no_such_list,
    refuse_closed,
    refuse_not_own,
    refuse_too_many,
)
from backend.picking.cold import ColdRecord
from backend.picking.commands import Asked, ReleaseWave
from backend.picking.dropping import Dropping
from backend.picking.errors import (
    AnotherPickListOpen,
    PickListTaken,
    PickNotFound,
    PicksStillOpen,
    QuantityWrong,
)
from backend.picking.evidence import check_press, check_scan
from backend.picking.leaving import LeftTrolleys, refuse_forbidden
from backend.picking.models import PickListRow, WaveRow
from backend.picking.offers import Offers
from backend.picking.packing import Packing
from backend.picking.ports import FindLabelPlace, FindProducts, FindScanned, Places
from backend.picking.proposals import refuse_undecided
from backend.picking.recording import record_trolley
from backend.picking.taking_over import TakingOver
from backend.picking.totes import Totes, check_tote
from backend.picking.undoing import Undoing
from backend.picking.walk_changes import replan_soon
from shared.commands import ConfirmPick, FinishPickList, RecordWrongScan, ReportShort, StartPickList
from shared.events import (
    PickConfirmed,
    PickListFinished,
    PickListResumed,
    PickListStarted,
    PickShort,
    ShiftStarted,
    WrongScanned,
)
from shared.picking import PickListStatus, PickStatus, is_quantity_right
from shared.products import UnitOfMeasure


class PickingService:
    """Commands and listeners of the room."""

    def __init__(
        self,
        places: Places,
        find_scanned: FindScanned,
        find_products: FindProducts,
        find_label_place: FindLabelPlace,
        lease: timedelta,
    ) -> None:
        self._places = places
        self._find_scanned = find_scanned
        self._find_label_place = find_label_place
        self.left = LeftTrolleys()
        self.taking_over = TakingOver(self.left, lease)
        self.dropping = Dropping()
        self.totes = Totes()
        self.undoing = Undoing()
        self.cold = ColdRecord(places, find_products)
        self.packing = Packing(self.cold)
        self.offers = Offers()

    # Commands of the house

    def release_wave(self, command: ReleaseWave, tx: Transaction) -> int:
        """Record planned trolleys; returns how many. A trolley whose orders changed meanwhile is left out."""
        wave = WaveRow(id=tx.ids.new("wave"), store_id=command.store_id, released_at=tx.now(), reason=command.reason)
        tx.session.add(wave)
        tx.session.flush()
        recorded = sum(record_trolley(trolley, wave, tx) for trolley in command.trolleys)
        if recorded == 0:
            tx.session.delete(wave)  # a wave without a trolley never happened
        return recorded

    # Commands of a picker

    def start(self, asked: Asked[StartPickList], tx: Transaction) -> None:
        """Take a trolley, or go on with one that was left. Taking one's own again changes nothing."""
        asker, pick_list_id = asked.asker, asked.command.pick_list_id
        walk = repository.find_walk(tx.connection, asker.store_id, pick_list_id)
        if walk is None:
            raise no_such_list(pick_list_id)
        is_under_way = walk.status == PickListStatus.PICKING and walk.left_at is None
        if is_under_way and walk.picker_id == asker.person_id:
            return
        refuse_closed(walk)
        if is_under_way:  # the usual answer where several reach for one trolley
            raise PickListTaken(f"{walk.picker_name} walks with this trolley", pick_list_id=pick_list_id)
        pick_list = find_pick_list(asker, asked.command, tx)
        refuse_forbidden(pick_list, asker, tx)
        other = repository.get_picking_of(tx.session, asker.store_id, asker.person_id)
        if other:
            raise AnotherPickListOpen("finish the trolley you walk with first", pick_list_id=other.id)
        offers.close(tx.session, pick_list.id)
        offers.withdraw(tx, asker.store_id, asker.person_id)
        if pick_list.left_at is not None:
            self.left.take(pick_list, asker, tx)
            return
        pick_list.status, pick_list.started_at = PickListStatus.PICKING, moment(asked, pick_list, tx)
        pick_list.picker_id, pick_list.picker_name = asker.person_id, asker.name
        pick_list.shift_id, pick_list.colour, pick_list.pattern = asker.shift_id, asker.colour, asker.pattern
        repository.touch(tx.session, pick_list)
        tx.publish(
            PickListStarted(
                store_id=pick_list.store_id,
                at=pick_list.started_at,
                pick_list_id=pick_list.id,
                order_ids=self._order_ids(pick_list, tx),
                picker_id=asker.person_id,
                shift_id=asker.shift_id,
            )
        )

    def confirm(self, asked: Asked[ConfirmPick], tx: Transaction) -> None:
        """The right product, scanned, in the ordered quantity."""
        command = asked.command
        pick_list, pick = find_open_pick(asked, tx)
        refuse_too_many(command.quantity, pick)
        if not is_quantity_right(
            UnitOfMeasure(pick.unit), pick.quantity_ordered, command.quantity, pick.tolerance_percent
        ):
            raise QuantityWrong(
                f"{command.quantity} confirmed, {pick.quantity_ordered} ordered: report what is missing as short",
                pick_id=pick.id,
                quantity_ordered=pick.quantity_ordered,
            )
        if command.entered_by == "label":
            check_press(command.scan, pick, self._places, self._find_label_place, tx.connection)
        else:
            check_scan(command.scan, pick, self._places, self._find_scanned, tx.connection)
        check_tote(command, pick, tx)
        at = moment(asked, pick_list, tx)
        repository.record_done(
            tx.connection,
            pick.id,
            status=PickStatus.PICKED,
            quantity_picked=command.quantity,
            scan=command.scan,
            entered_by=command.entered_by,
            tote_code=command.tote_code.upper(),
            picker_id=asked.asker.person_id,
            done_at=at,
            recorded_at=tx.now(),
        )
        repository.raise_revision(tx.connection, pick_list.id)
        if pick.is_out_of_turn:
            replan_soon(pick_list.id, tx)
        tx.publish(
            PickConfirmed(
                store_id=pick.store_id,
                at=at,
                pick_list_id=pick.pick_list_id,
                pick_id=pick.id,
                order_line_id=pick.order_line_id,
                quantity=command.quantity,
                picker_id=asked.asker.person_id,
            )
        )

    def report_short(self, asked: Asked[ReportShort], tx: Transaction) -> None:
        """Fewer than ordered; what was found is in the tote."""
        command = asked.command
        pick_list, pick = find_open_pick(asked, tx)
        if command.quantity_found >= pick.quantity_ordered:
            raise QuantityWrong(
                f"{command.quantity_found} found of {pick.quantity_ordered} ordered is not short", pick_id=pick.id
            )
        refuse_too_many(command.quantity_found, pick)
        at = moment(asked, pick_list, tx)
        repository.record_done(
            tx.connection,
            pick.id,
            status=PickStatus.SHORT,
            quantity_picked=command.quantity_found,
            short_reason=command.reason.value,
            store_reason=command.store_reason,
            picker_id=asked.asker.person_id,
            done_at=at,
            recorded_at=tx.now(),
        )
        repository.raise_revision(tx.connection, pick_list.id)
        if pick.is_out_of_turn:
            replan_soon(pick_list.id, tx)
        tx.publish(
            PickShort(
                store_id=pick.store_id,
                at=at,
                pick_list_id=pick.pick_list_id,
                pick_id=pick.id,
                order_line_id=pick.order_line_id,
                quantity_found=command.quantity_found,
                reason=command.reason,
                store_reason=command.store_reason,
                picker_id=asked.asker.person_id,
            )
        )

    def record_wrong_scan(self, asked: Asked[RecordWrongScan], tx: Transaction) -> None:
        """A scan of something else: changes nothing, but a supervisor sees where shelves mislead."""
        pick_list = find_pick_list(asked.asker, asked.command, tx)
        pick = repository.get_pick(tx.session, pick_list.id, asked.command.pick_id)
        if pick is None:
            raise PickNotFound("no such pick in this pick list", pick_id=asked.command.pick_id)
        tx.publish(
            WrongScanned(
                store_id=pick.store_id,
                at=moment(asked, pick_list, tx),
                pick_list_id=pick.pick_list_id,
                pick_id=pick.id,
                order_line_id=pick.order_line_id,
                scan=asked.command.scan,
                problem_code=asked.command.problem_code,
                picker_id=asked.asker.person_id,
            )
        )

    def finish(self, asked: Asked[FinishPickList], tx: Transaction) -> None:
        """At the desk, nothing open."""
        pick_list = find_pick_list(asked.asker, asked.command, tx)
        refuse_not_own(pick_list, asked.asker)
        open_picks = repository.count_open_picks(tx.session, pick_list.id)
        if open_picks:
            raise PicksStillOpen(f"{open_picks} picks are still open", open_picks=open_picks)
        refuse_undecided(pick_list.id, tx)
        pick_list.status = PickListStatus.FINISHED
        pick_list.finished_at = moment(asked, pick_list, tx)
        order_ids = self._order_ids(pick_list, tx)
        packed = repository.get_packed(tx.session, order_ids)
        left = [order_id for order_id in order_ids if order_id not in packed]
        self.cold.end(pick_list, left, pick_list.finished_at, tx)
        repository.touch(tx.session, pick_list)
        tx.publish(
            PickListFinished(
                store_id=pick_list.store_id,
                at=pick_list.finished_at,
                pick_list_id=pick_list.id,
                order_ids=order_ids,
                picker_id=asked.asker.person_id,
            )
        )

    # Listeners

    def resume(self, event: ShiftStarted, tx: Transaction) -> None:
        """A picker signs in again: the trolley left standing goes on in the new shift's colour."""
        pick_list = repository.get_waiting_for(tx.session, event.store_id, event.picker_id)
        if pick_list is None:
            return
        pick_list.left_at = None
        pick_list.shift_id, pick_list.colour, pick_list.pattern = event.shift_id, event.colour, event.pattern
        repository.touch(tx.session, pick_list)
        tx.publish(
            PickListResumed(
                store_id=event.store_id,
                at=event.at,
                pick_list_id=pick_list.id,
                picker_id=event.picker_id,
                shift_id=event.shift_id,
            )
        )

    @staticmethod
    def _order_ids(pick_list: PickListRow, tx: Transaction) -> list[str]:
        return [tote.order_id for tote in repository.get_totes(tx.session, pick_list.id)]
