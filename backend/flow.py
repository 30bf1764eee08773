"""THE MAP: every command and its one handler, every event and its listeners, every delivery and who makes it.

A command is asked for and may be refused. An event has happened; its listeners run in the same transaction, in this
order. What must leave the house is a row of the outbox, delivered by the topic's handler after the commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.catalog import commands as catalog
from backend.catalog.service import CatalogService
from backend.channels import commands as channels
from backend.channels.service import ChannelsService
from backend.core.bus import Handler
from backend.core.outbox import Deliver
from backend.core.writer import Listener
from backend.handover import commands as handover
from backend.handover.service import HandOverService
from backend.labels import commands as labels
from backend.labels.service import LabelsService
from backend.orders import commands as orders
from backend.orders.service import OrdersService
from backend.orders.substituted import SubstitutedLines
from backend.people import commands as people
from backend.people.service import PeopleService
from backend.picking import commands as picking
from backend.picking.deciding import Deciding
from backend.picking.replanner import Replanner
from backend.picking.rounds import Bells
from backend.picking.service import PickingService
from backend.picking.substituting import Substituting
from backend.picking.walk_changes import WalkChanges
from backend.stores import commands as stores
from backend.stores.service import StoresService
from shared import commands as phone
from shared import events
from shared.commands import PickerCommand
from shared.events import Event

# Nobody waits for these: they are written with the next commit that somebody waits for, a few seconds later at most.
MAY_WAIT = frozenset({people.NoteSessionSeen, channels.AcknowledgeEvents})

# These only make something here as it should be: done twice, after a crash, they do no harm.
REPEATABLE = frozenset({"picking.replan", "labels.aim"})


@dataclass(frozen=True, slots=True)
class Rooms:
    """The rooms that act."""

    people: PeopleService
    stores: StoresService
    catalog: CatalogService
    orders: OrdersService
    handover: HandOverService
    substituted_lines: SubstitutedLines
    picking: PickingService
    substituting: Substituting
    deciding: Deciding
    walks: WalkChanges
    replanner: Replanner
    bells: Bells
    channels: ChannelsService
    labels: LabelsService


def commands(rooms: Rooms) -> Mapping[type, Handler]:
    """What rooms, endpoints and loops may ask -> who carries it out."""
    return {
        # people: who may do what
        people.CreateEnrolmentCode: rooms.people.enrolment.create_code,
        people.EnrolDevice: rooms.people.enrolment.enrol,
        people.RevokeDevice: rooms.people.enrolment.revoke,
        people.UnlockDevice: rooms.people.enrolment.unlock,
        people.CountAttempt: rooms.people.sessions.count_attempt,
        people.OpenSession: rooms.people.sessions.open,
        people.NoteSessionSeen: rooms.people.sessions.note_seen,
        people.EndSession: rooms.people.sessions.end_one,
        people.EndExpiredSessions: rooms.people.sessions.end_expired,
        people.ImportPeople: rooms.people.staff.import_people,
        people.DeactivatePerson: rooms.people.staff.deactivate,
        people.UnlockPerson: rooms.people.staff.unlock,
        people.CreateChannelKey: rooms.people.staff.create_channel_key,
        people.RevokeChannelKeys: rooms.people.staff.revoke_channel_keys,
        # places and products
        stores.ImportStore: rooms.stores.import_store,
        stores.BlockAisle: rooms.stores.blocking.block,
        stores.ReopenAisle: rooms.stores.blocking.reopen,
        catalog.ImportProducts: rooms.catalog.import_products,
        catalog.PlanPrices: rooms.catalog.pricing.plan_prices,
        catalog.WithdrawPrices: rooms.catalog.pricing.withdraw_prices,
        catalog.SayAvailability: rooms.catalog.availability.say_availability,
        catalog.ApplyPrices: rooms.catalog.pricing.apply_prices,
        catalog.TakeTillPrices: rooms.catalog.pricing.take_till_prices,
        # 1 intake
        channels.TakeOrder: rooms.channels.inbox.take_order,
        channels.TakeNotices: rooms.channels.inbox.take_notices,
        channels.TakeFetchedOrder: rooms.channels.inbox.take_fetched,
        channels.HoldUnreadableOrder: rooms.channels.inbox.hold_unreadable,
        channels.KeepRefusedMessage: rooms.channels.inbox.keep_refused,
        channels.AmendChannelOrder: rooms.channels.inbox.amend_order,
        channels.CancelChannelOrder: rooms.channels.inbox.cancel,
        channels.AnswerProposal: rooms.channels.answers.answer,
        channels.AcknowledgeEvents: rooms.channels.supervision.acknowledge,
        channels.NoteCall: rooms.channels.deadlines.note_call,
        channels.ActOnDeadline: rooms.channels.deadlines.act,
        channels.RetryHeldOrder: rooms.channels.supervision.retry,
        channels.DismissHeldOrder: rooms.channels.supervision.dismiss,
        channels.AddChannel: rooms.channels.desk.add,
        channels.ChangeChannel: rooms.channels.desk.change,
        channels.SealSettings: rooms.channels.desk.seal,
        channels.TakeReplayed: rooms.channels.messages.take_replayed,
        channels.ReviveDeadLetter: rooms.channels.supervision.revive,
        channels.SetWebhook: rooms.channels.webhooks_out.set,
        channels.RotateWebhookSecret: rooms.channels.webhooks_out.rotate,
        channels.RemoveWebhook: rooms.channels.webhooks_out.remove,
        channels.DisableWebhook: rooms.channels.webhooks_out.disable,
        channels.BringForward: rooms.channels.put_off.bring_forward,
        channels.ForgetMessages: rooms.channels.supervision.forget_messages,
        orders.AcceptOrder: rooms.orders.accept,
        orders.AmendOrder: rooms.orders.amend,
        orders.CancelOrder: rooms.orders.cancel,
        orders.ForgetCustomers: rooms.orders.forget_customers,
        # 2 plan
        picking.ReleaseWave: rooms.picking.release_wave,
        picking.KeepTrolleys: rooms.picking.offers.keep,
        picking.HandOverTrolley: rooms.picking.left.hand_over,
        picking.TakeOverTrolley: rooms.picking.taking_over.take_over,
        picking.InsertOrder: rooms.walks.insert_order,
        picking.ReplanPickList: rooms.walks.replan,
        picking.DecideProposal: rooms.deciding.decide,
        handover.HandOverOrder: rooms.handover.hand_over,
        # 3 blink
        labels.SaveGateway: rooms.labels.bindings.save_gateway,
        labels.RemoveGateway: rooms.labels.bindings.remove_gateway,
        labels.ImportLabels: rooms.labels.bindings.import_labels,
        labels.BindLabel: rooms.labels.bindings.bind,
        labels.UnbindLabel: rooms.labels.bindings.unbind,
        labels.SaveLightRules: rooms.labels.rules.save,
        labels.KeepLabelHealth: rooms.labels.tending.keep_health,
        labels.KeepPictures: rooms.labels.pictures.keep_pictures,
        labels.ReportSilence: rooms.labels.report_silence,
    }


def picker_commands(rooms: Rooms) -> Mapping[type[PickerCommand], Handler]:
    """What a phone may ask over the websocket, each applied once -> who carries it out."""
    return {
        phone.StartPickList: rooms.picking.start,
        phone.ConfirmPick: rooms.picking.confirm,
        phone.ReportShort: rooms.picking.report_short,
        phone.Substitute: rooms.substituting.substitute,
        phone.SeekSubstitute: rooms.substituting.seek,
        phone.PutSubstituteBack: rooms.substituting.put_back,
        phone.ChoosePick: rooms.walks.choose,
        phone.ReportBlockedAisle: rooms.walks.report_blocked_aisle,
        phone.BindTote: rooms.picking.totes.bind,
        phone.UndoPick: rooms.picking.undoing.undo,
        phone.ReportShelfEmpty: rooms.picking.undoing.report_shelf_empty,
        phone.PackOrder: rooms.picking.packing.pack,
        phone.RecordWrongScan: rooms.picking.record_wrong_scan,
        phone.FinishPickList: rooms.picking.finish,
    }


def listeners(rooms: Rooms) -> Mapping[type[Event], Sequence[Listener]]:
    """What happened -> who hears it. Every event is in the journal as well, where phones and the board read it."""
    tell = rooms.channels.reporter.on_order_event
    tell_held = rooms.channels.reporter.on_held_order_event
    no_limit = rooms.channels.deadlines.on_order_over
    aim = rooms.labels.on_pick_list_changed
    stock, assortment = rooms.catalog.availability, rooms.channels.assortment
    release, offer = rooms.bells.wake_releaser, rooms.bells.wake_offerer
    return {
        # 1 intake
        events.OrderAccepted: [tell, release],
        events.OrderAmended: [rooms.picking.dropping.drop_amended_order, tell, release],
        events.OrderHeld: [tell_held],
        events.OrderDismissed: [no_limit, tell_held],
        events.OrderStoreChosen: [],
        events.OrderCancelled: [rooms.picking.dropping.drop_cancelled_order, no_limit, tell, release],
        # 2 plan
        events.PickListReady: [rooms.orders.mark_planned, offer],
        events.PickListKept: [aim],
        events.OrderPlanned: [],
        events.PickListExtended: [rooms.orders.mark_planned, rooms.orders.mark_picking_started, aim],
        events.PickListReplanned: [aim],
        events.AisleBlocked: [rooms.walks.replan_store],
        events.AisleReopened: [rooms.walks.replan_store],
        # 3 blink, 4 scan
        events.PickListStarted: [rooms.orders.mark_picking_started, aim, release, offer],
        events.OrderPickingStarted: [tell],
        events.PickListResumed: [aim],
        events.PickListLeft: [aim, release, offer],
        events.PickListTakenOver: [aim, release, offer],
        events.PickConfirmed: [rooms.orders.mark_line_picked, aim],
        events.PickShort: [rooms.orders.mark_line_short, aim],
        events.PickReopened: [rooms.orders.mark_line_reopened, aim],
        events.ShelfEmptied: [stock.on_shelf_emptied],
        events.ToteBound: [],
        events.ColdEnded: [],
        events.OrderPacked: [rooms.orders.mark_packed],
        events.PickSubstituted: [rooms.substituted_lines.mark_substituted, aim],
        events.SubstitutionProposed: [rooms.substituted_lines.mark_proposed, aim],
        events.SubstitutionApproved: [rooms.substituted_lines.mark_substituted],
        events.SubstitutionRefused: [rooms.substituted_lines.mark_refused],
        events.SubstituteSought: [aim],
        events.SubstitutePutBack: [],
        events.PickCancelled: [rooms.walks.replan_walk, aim],
        events.PickChosen: [rooms.walks.replan_walk, aim],
        events.WrongScanned: [],
        events.LabelSilent: [],
        events.ProductsChanged: [rooms.labels.pictures.on_products_changed, assortment.on_products_changed],
        events.ProductsPriced: [assortment.on_products_priced],
        events.ProductSoldOut: [assortment.on_stock_event],
        events.ProductAvailable: [assortment.on_stock_event],
        # 6 onward
        events.OrderLinePicked: [tell, stock.on_line_picked],
        events.OrderLineShort: [tell, stock.on_line_short],
        events.OrderLineReopened: [tell, stock.on_line_reopened],
        events.OrderLineSubstitutionProposed: [tell],
        events.OrderLineSubstituted: [tell, stock.on_line_short],
        events.PickListFinished: [rooms.orders.mark_ready, aim, release, offer],
        events.PickListCancelled: [aim, release, offer],
        events.OrderReady: [tell],
        events.OrderHandedOver: [tell],
        # people
        events.ShiftStarted: [rooms.picking.resume, release, offer],
        events.ShiftEnded: [rooms.picking.left.leave, release, offer],
        events.CommandRefused: [],
    }


def deliveries(rooms: Rooms) -> Mapping[str, Deliver]:
    """Topic of the outbox -> who delivers it."""
    return {
        "stores.reopen": rooms.stores.blocking.reopen_due,
        "catalog.apply_prices": rooms.catalog.pricing.apply_due,
        "picking.replan": rooms.replanner.replan,
        "picking.decide": rooms.deciding.decide_due,
        "labels.aim": rooms.labels.aim,
        "labels.draw": rooms.labels.pictures.look,
        "channels.deliver": rooms.channels.outbox_work.deliver,
        "channels.fetch": rooms.channels.outbox_work.fetch,
        "channels.deadline": rooms.channels.outbox_work.act_on_deadline,
        "channels.webhook": rooms.channels.webhook_sender.deliver,
    }
