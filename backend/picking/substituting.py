"""What a picker does about a product that is not there: another one into the tote, and out of it again if refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.core.writer import Transaction
from backend.orders import repository as orders_repository
from backend.people import repository as people_repository
from backend.picking import proposals, repository
from backend.picking.checking import find_open_pick, find_pick_list, moment, refuse_not_own, refuse_too_many
from backend.picking.commands import Asked, Asker
from backend.picking.errors import (
    NotForThisPicker,
    NothingToPutBack,
    PickNotFound,
    QuantityWrong,
    SubstituteNotAllowed,
)
from backend.picking.evidence import check_scan_of
from backend.picking.models import SubstitutionRow
from backend.picking.ports import FindSubstitutes, Places, StockedProduct
from backend.picking.repository import Found
from backend.picking.substitution_events import made_event
from backend.picking.walk_changes import replan_soon
from shared.commands import PutSubstituteBack, SeekSubstitute, Substitute
from shared.events import SubstitutePutBack, SubstituteSought
from shared.picking import PickListStatus, PickStatus, is_substitute_possible
from shared.products import UnitOfMeasure
from shared.restrictions import forbidden_words, words_of
from shared.substitution import DecidedBy, ShopperAnswer, SubstitutionStatus, SubstitutionWish

DECIDE_TOPIC = "picking.decide"


@dataclass(frozen=True, slots=True)
class SubstitutionRules:
    """How long a shopper may think, how long before the order is due they must have answered, what silence means."""

    answer_s: float = 300.0
    margin_s: float = 120.0
    if_silent: ShopperAnswer = ShopperAnswer.REFUSE

    def answer_by(self, now: datetime, due_at: datetime) -> datetime:
        """When the store's rule decides: at once where the order is due too soon to ask."""
        latest = due_at - timedelta(seconds=self.margin_s)
        return max(now, min(now + timedelta(seconds=self.answer_s), latest))


class Substituting:
    """Commands of a picker about substitutes."""

    def __init__(self, places: Places, find_substitutes: FindSubstitutes, rules: SubstitutionRules) -> None:
        self._places = places
        self._find_substitutes = find_substitutes
        self._rules = rules

    def substitute(self, asked: Asked[Substitute], tx: Transaction) -> None:
        """Fewer found than ordered, and another product for the rest: given at once, or the shopper is asked.

        Raises SubstituteNotAllowed, NotForThisPicker, QuantityWrong, WrongProductScanned.
        """
        command = asked.command
        pick_list, pick = find_open_pick(asked, tx)
        wish = proposals.find_wish(tx.connection, pick.order_line_id)
        product = self._allowed(asked, pick, wish, tx)
        if not is_substitute_possible(
            UnitOfMeasure(pick.unit),
            pick.quantity_ordered,
            command.quantity_found,
            command.quantity,
            pick.tolerance_percent,
        ):
            raise QuantityWrong(
                f"{command.quantity_found} found and {command.quantity} substituted do not fit {pick.quantity_ordered} "
                "ordered",
                pick_id=pick.id,
                quantity_ordered=pick.quantity_ordered,
            )
        refuse_too_many(command.quantity_found, pick)
        most = product.card.max_per_order
        if most and command.quantity > most:
            raise QuantityWrong(f"an order gets at most {most} of the substitute", pick_id=pick.id, quantity_max=most)
        check_scan_of(command.scan, product.card, product.card.names.en, pick, self._places, tx.connection)
        at = moment(asked, pick_list, tx)
        row = self._row(asked, pick, product, SubstitutionWish(wish.wish), wish.order_id, tx)
        repository.record_done(
            tx.connection,
            pick.id,
            status=proposals.pick_status_of(SubstitutionStatus(row.status)),
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
        tx.publish(made_event(row, command.store_reason, at))

    def seek(self, asked: Asked[SeekSubstitute], tx: Transaction) -> None:
        """The picker goes to look for this product. What comes too late is nothing. Raises SubstituteNotAllowed.

        No phone shows it, so that the pick list stays what it is: only its lights change.
        """
        command = asked.command
        pick_list = repository.find_walk(tx.connection, asked.asker.store_id, command.pick_list_id)
        pick = repository.find_stop(tx.connection, command.pick_list_id, command.pick_id)
        if pick_list is None or pick is None:
            raise PickNotFound("no such pick in this store", pick_id=command.pick_id)
        is_own = pick_list.status == PickListStatus.PICKING and pick_list.picker_id == asked.asker.person_id
        if not is_own or pick.status != PickStatus.OPEN:
            return
        wish = proposals.find_wish(tx.connection, pick.order_line_id)
        product = self._allowed(asked, pick, wish, tx)
        proposals.note_sought(tx.connection, pick.id, product.location_id)
        tx.publish(
            SubstituteSought(
                store_id=pick.store_id,
                at=moment(asked, pick_list, tx),
                pick_list_id=pick.pick_list_id,
                pick_id=pick.id,
                order_line_id=pick.order_line_id,
                product_id=product.card.id,
                picker_id=asked.asker.person_id,
            )
        )

    def put_back(self, asked: Asked[PutSubstituteBack], tx: Transaction) -> None:
        """The refused substitute has left the tote. Saying it twice is once. Raises NothingToPutBack."""
        pick_list = find_pick_list(asked.asker, asked.command, tx)
        row = proposals.get_of_pick(tx.session, pick_list.id, asked.command.pick_id)
        if row is None or row.status != SubstitutionStatus.REFUSED:
            raise NothingToPutBack("no substitute of this pick was refused", pick_id=asked.command.pick_id)
        if row.put_back_at is not None:
            return
        refuse_not_own(pick_list, asked.asker)
        row.put_back_at = moment(asked, pick_list, tx)
        tx.session.add(row)
        repository.touch(tx.session, pick_list)
        tx.publish(
            SubstitutePutBack(
                store_id=row.store_id,
                at=row.put_back_at,
                pick_list_id=row.pick_list_id,
                pick_id=row.pick_id,
                order_line_id=row.order_line_id,
                substitution_id=row.id,
                picker_id=asked.asker.person_id,
            )
        )

    def _allowed(
        self, asked: Asked[Substitute] | Asked[SeekSubstitute], pick: Found, wish: Found, tx: Transaction
    ) -> StockedProduct:
        """The substitute, if it may be given for this product, to this shopper, by this picker."""
        if wish.wish == SubstitutionWish.REFUSE:
            raise SubstituteNotAllowed("the shopper would rather have nothing", pick_id=pick.id)
        product_id = asked.command.product_id
        known = self._find_substitutes(tx.connection, pick.store_id, pick.product_id, wish.wished_skus.split())
        product = next((one for one in known if one.card.id == product_id), None)
        if product is None:
            raise SubstituteNotAllowed(
                "this product may not be given for the one ordered", pick_id=pick.id, product_id=product_id
            )
        _refuse_forbidden(asked.asker, product, tx)
        return product

    def _row(
        self,
        asked: Asked[Substitute],
        pick: Found,
        product: StockedProduct,
        wish: SubstitutionWish,
        order_id: str,
        tx: Transaction,
    ) -> SubstitutionRow:
        command = asked.command
        row = SubstitutionRow(
            id=tx.ids.new("substitution"),
            store_id=pick.store_id,
            pick_list_id=pick.pick_list_id,
            pick_id=pick.id,
            order_id=order_id,
            order_line_id=pick.order_line_id,
            product_id=product.card.id,
            location_id=product.location_id,
            quantity=command.quantity,
            quantity_found=command.quantity_found,
            reason=command.reason.value,
            scan=command.scan,
            entered_by=command.entered_by,
            picker_id=asked.asker.person_id,
            status=SubstitutionStatus.GIVEN,
            made_at=tx.now(),
        )
        if wish is SubstitutionWish.ALLOW:
            row.decided_by, row.decided_at = DecidedBy.WISH, tx.now()
        else:
            self._ask(row, tx)
        tx.session.add(row)
        tx.session.flush()
        return row

    def _ask(self, row: SubstitutionRow, tx: Transaction) -> None:
        """Make it a proposal, and leave a note for when its time is over."""
        order = orders_repository.get_order(tx.session, row.store_id, row.order_id)
        assert order is not None, "a line belongs to an order"
        row.status = SubstitutionStatus.PROPOSED
        row.answer_by, row.if_silent = self._rules.answer_by(tx.now(), order.due_at), self._rules.if_silent
        body = {"store_id": row.store_id, "substitution_id": row.id}
        tx.enqueue(DECIDE_TOPIC, body, partition=row.id, not_before=row.answer_by)


def _refuse_forbidden(asker: Asker, product: StockedProduct, tx: Transaction) -> None:
    """Raise NotForThisPicker where it is what this picker may not pick."""
    person = people_repository.find_person(tx.session, asker.store_id, asker.person_id)
    words = forbidden_words(person.may_not_pick, words_of(product.card)) if person else []
    if words:
        raise NotForThisPicker(
            f"{asker.name} may not pick {' or '.join(words)}: give another product", may_not_pick=words
        )
