"""Puts the rooms together, opens the house for work and closes it again."""

from __future__ import annotations

import asyncio
import os
import random
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from backend import flow
from backend.catalog import repository as catalog_repository
from backend.catalog.service import CatalogService
from backend.channels import repository as channels_repository
from backend.channels.pins import PinHearers
from backend.channels.poller import ChannelPoller
from backend.channels.port import Edge
from backend.channels.price_bases import PriceBases
from backend.channels.registry import AdapterRegistry
from backend.channels.service import ChannelsService
from backend.core.bus import Bus
from backend.core.database import Database
from backend.core.outbox import Outbox
from backend.core.sealing import Sealer
from backend.core.writer import Transaction, Writer
from backend.handover.service import HandOverService
from backend.handover.slips import Slips
from backend.handover.waiting import WaitingOrders
from backend.insight.refresher import BoardRefresher
from backend.insight.service import InsightService
from backend.labels import repository as labels_repository
from backend.labels.aiming import AimPolicy
from backend.labels.dispatcher import Dispatcher
from backend.labels.lights import DispatchPolicy
from backend.labels.pictures.cards import Cards
from backend.labels.port import DriverTools
from backend.labels.quiet import QuietHours
from backend.labels.registry import DriverRegistry
from backend.labels.service import LabelsService
from backend.orders.service import OrdersService
from backend.orders.substituted import SubstitutedLines
from backend.people.limits import SessionLimits
from backend.people.pins import PinHasher
from backend.people.principals import Principal
from backend.people.service import PeopleService
from backend.people.tokens import SystemTokenSource, TokenSource
from backend.picking.candidates import Candidates
from backend.picking.commands import Asked, asker_of
from backend.picking.deciding import Deciding
from backend.picking.offering import Offerer
from backend.picking.places import PlannedFloors
from backend.picking.planning import Pace
from backend.picking.releasing import Releaser
from backend.picking.replanner import Replanner
from backend.picking.rounds import Bells
from backend.picking.service import PickingService
from backend.picking.slack import ReleaseRules
from backend.picking.substituting import Substituting, SubstitutionRules
from backend.picking.views import PickingViews
from backend.picking.walk_changes import WalkChanges
from backend.settings import Settings
from backend.stores.service import StoresService
from backend.sync.errors import NotAPicker
from backend.sync.hub import Hub
from backend.sync.lights_feed import LightsFeed
from backend.sync.presses_feed import PressesFeed
from backend.sync.service import CarryOut, SyncService
from backend.sync.updates import Updates
from shared.clock import Clock
from shared.commands import PickerCommand
from shared.ids import IdSource

EXPIRED_EVERY_S = 60.0
OFFER_EVERY_S = 2.0  # how long it takes at most until a trolley that was released is kept for somebody


@dataclass(slots=True)
class House:
    """Everything assembled, for endpoints (`request.app.state.house`), tools and tests."""

    settings: Settings
    clock: Clock
    ids: IdSource
    database: Database
    writer: Writer
    bus: Bus
    people: PeopleService
    stores: StoresService
    catalog: CatalogService
    orders: OrdersService
    handover: HandOverService
    substituted_lines: SubstitutedLines
    floors: PlannedFloors
    picking: PickingService
    substituting: Substituting
    deciding: Deciding
    walks: WalkChanges
    replanner: Replanner
    bells: Bells
    views: PickingViews
    releaser: Releaser
    offerer: Offerer
    channels: ChannelsService
    poller: ChannelPoller
    labels: LabelsService
    dispatcher: Dispatcher
    sync: SyncService
    hub: Hub
    insight: InsightService
    board: BoardRefresher
    outbox: Outbox
    is_open: bool = False
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def start(self) -> None:
        """Open for work: the writer first, then what listens to it, then the lights as the open picks want them."""
        self.writer.start()
        await asyncio.to_thread(self._warm_up)
        self.outbox.start()
        self.hub.start()
        self.dispatcher.start()
        await self.labels.restore()
        await self.channels.known.seal_secrets()
        self.poller.start()
        release_every_s = self.settings.picking.release_every_s
        self.board.start()
        for part in (
            self.releaser.run(self.stores.store_ids, release_every_s, self.bells.releaser),
            self.offerer.run(self.stores.store_ids, OFFER_EVERY_S, self.bells.offerer),
            self.labels.tending.run(asyncio.sleep),
            self.labels.tending.welcome(),
            self.labels.lighting.keep_quiet(asyncio.sleep),
            self.labels.pictures.run(asyncio.sleep),
            self._end_expired_sessions(),
        ):
            self._tasks.append(asyncio.create_task(part))
        self.is_open = True

    async def stop(self) -> None:
        """Close in the opposite order: nobody new, nothing half done, the writer last."""
        self.is_open = False
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.board.stop()
        await self.poller.stop()
        await self.hub.stop()
        await self.outbox.stop()
        await self.labels.close()
        await self.dispatcher.stop()
        await self.channels.aclose()
        self.writer.stop()
        self.database.close()

    def _warm_up(self) -> None:
        """Read each store's floor, build its graph and compile its routes before the first order needs them."""
        for store_id in self.stores.store_ids():
            with self.database.reading() as session:
                self.floors.of_store(session, store_id)

    async def _end_expired_sessions(self) -> None:
        while True:
            await self.people.end_expired_sessions()
            await asyncio.sleep(EXPIRED_EVERY_S)


@dataclass(frozen=True, slots=True)
class Outside:
    """What the house takes from the machine besides time and ids; a simulation hands in a world of its own."""

    make_writer: Callable[[Database, Clock, IdSource], Writer] = Writer
    tokens: TokenSource = field(default_factory=SystemTokenSource)
    drivers: DriverRegistry = field(default_factory=DriverRegistry)
    channel_transport: httpx.AsyncBaseTransport | None = None
    """How channels are called; None: over the network."""


def build_house(
    settings: Settings,
    clock: Clock,
    ids: IdSource,
    *,
    secrets: Mapping[str, str] = os.environ,
    outside: Outside | None = None,
) -> House:
    """Assemble every room over one database. Nothing runs yet, and nothing outside is touched."""
    outside = outside or Outside()
    database = Database(settings.database_url)
    writer = outside.make_writer(database, clock, ids)
    bus = Bus(writer)
    stores = StoresService(database=database, handle=bus.handle)
    catalog = CatalogService(database=database, locations=stores, handle=bus.handle, clock=clock)
    people = _build_people(settings, clock, database, bus, stores, outside.tokens)
    orders = OrdersService(outside.tokens)
    adapters = AdapterRegistry()
    waiting = WaitingOrders(catalog, channels_repository.get_channel_names, stores.rules, PinHearers(adapters))
    slips = Slips(channels_repository.get_channel_names, stores.rules)
    handover = HandOverService(waiting, slips, stores.rules)
    substituted_lines = SubstitutedLines(catalog_repository.find_by_ids)
    floors = PlannedFloors(stores)
    lease = timedelta(seconds=settings.picking.take_over_after_s)
    picking = PickingService(
        floors, catalog_repository.find_scanned, catalog_repository.find_by_ids, labels_repository.find_place, lease
    )
    substituting = Substituting(floors, catalog.find_substitutes, _substitution_rules(settings))
    deciding = Deciding(bus.handle)
    walks = WalkChanges(stores.blocking)
    replanner = Replanner(database, bus.handle, clock, floors, catalog, route_seconds=settings.picking.route_seconds)
    bells = Bells()
    candidates = Candidates(catalog_repository.find_by_ids, catalog.find_substitutes, clock)
    views = PickingViews(
        floors, catalog, candidates, clock, channels_repository.get_channel_names, PriceBases(adapters)
    )
    sealer = Sealer(settings.secrets_key.get_secret_value(), settings.secrets_key_path)
    channels = ChannelsService(
        database=database,
        handle=bus.handle,
        orders=orders,
        proposals=deciding,
        products=catalog,
        registry=adapters,
        edge=Edge(clock, outside.channel_transport),
        secrets=secrets,
        sealer=sealer,
        find_prices=catalog.prices_of,
        find_gtins=catalog.gtins_of,
        find_rules=stores.rules,
    )
    dispatcher = Dispatcher(clock, policy=_dispatch_policy(settings))
    labels = LabelsService(
        database=database,
        clock=clock,
        handle=bus.handle,
        dispatcher=dispatcher,
        registry=outside.drivers,
        stops=views,
        location_ids=stores.location_ids,
        product_place=lambda session, store_id, scan: catalog.place_of(
            session, store_id, scan, stores.floor(session, store_id).weighed_rules
        ),
        zone=stores.zone,
        cards=Cards(catalog, stores),
        compared=catalog.pricing.compared,
        begun=catalog.pricing.begun,
        make_tools=lambda gateway_id: DriverTools(clock, random.Random(f"{settings.labels.seed}:{gateway_id}")),
        sealer=sealer,
        policy=AimPolicy(settings.picking.walking_m_per_s, settings.picking.handling_s),
        quiet_hours=QuietHours.read(settings.labels.quiet_hours),
        lit_max_s_per_day=settings.labels.lit_max_s_per_day,
    )
    rooms = flow.Rooms(
        people=people,
        stores=stores,
        catalog=catalog,
        orders=orders,
        handover=handover,
        substituted_lines=substituted_lines,
        picking=picking,
        substituting=substituting,
        deciding=deciding,
        walks=walks,
        replanner=replanner,
        bells=bells,
        channels=channels,
        labels=labels,
    )
    bus.handlers, bus.may_wait = flow.commands(rooms), flow.MAY_WAIT
    writer.listeners = flow.listeners(rooms)
    hub = Hub(database, writer, clock, Updates(views), people.ended_among)
    people.on_sessions_ended(hub.sessions_ended)
    people.on_channel_keys_revoked(channels.streams.wake)
    labels.shelf.on_light.append(LightsFeed(hub.publish_live).note)
    labels.presses.on_press.append(PressesFeed(hub.publish_live, clock).note)
    releaser = Releaser(database, bus, clock, floors, catalog, _release_rules(settings))
    insight = InsightService(target_s_per_line=settings.picking.target_s_per_line, stuck_orders=releaser.stuck_orders)
    board = BoardRefresher(
        database, clock, insight, watched=lambda: hub.stores_following("board"), publish=hub.publish_live
    )
    hub.on_followed.append(board.followed)
    return House(
        settings=settings,
        clock=clock,
        ids=ids,
        database=database,
        writer=writer,
        bus=bus,
        people=people,
        stores=stores,
        catalog=catalog,
        orders=orders,
        handover=handover,
        substituted_lines=substituted_lines,
        floors=floors,
        picking=picking,
        substituting=substituting,
        deciding=deciding,
        walks=walks,
        replanner=replanner,
        bells=bells,
        views=views,
        releaser=releaser,
        offerer=Offerer(
            database,
            bus,
            clock,
            floors,
            _release_rules(settings).pace,
            idle_lock_s=settings.people.idle_lock_s,
            publish=hub.publish_live,
        ),
        channels=channels,
        poller=ChannelPoller(channels, bus.handle, clock, personal_data_kept_days=settings.personal_data_kept_days),
        labels=labels,
        dispatcher=dispatcher,
        sync=SyncService(writer, carry_out_for(rooms)),
        hub=hub,
        insight=insight,
        board=board,
        outbox=Outbox(
            database,
            writer,
            clock,
            owner=f"{socket.gethostname()}-{os.getpid()}",
            handlers=flow.deliveries(rooms),
            repeatable=flow.REPEATABLE,
        ),
    )


def carry_out_for(rooms: flow.Rooms) -> CarryOut:
    """How a phone's command reaches its handler: with who asks and when, inside the sync room's transaction."""
    handlers = flow.picker_commands(rooms)

    def carry_out(command: PickerCommand, principal: Principal, made_at: datetime, tx: Transaction) -> None:
        asker = asker_of(principal)
        if asker is None:
            raise NotAPicker("only a picker on shift can do this")
        handlers[type(command)](Asked(command, asker, made_at), tx)

    return carry_out


def _build_people(
    settings: Settings, clock: Clock, database: Database, bus: Bus, stores: StoresService, tokens: TokenSource
) -> PeopleService:
    limits = settings.people
    return PeopleService(
        database=database,
        clock=clock,
        hasher=PinHasher(
            limits.pepper.get_secret_value().encode(), memory_kib=limits.pin_memory_kib, passes=limits.pin_passes
        ),
        tokens=tokens,
        store_facts=stores.facts,
        handle=bus.handle,
        limits=SessionLimits(idle_s=limits.idle_lock_s, absolute_s=limits.session_max_s),
        enrolment_s=limits.enrolment_s,
        public_url=settings.public_url,
    )


def _dispatch_policy(settings: Settings) -> DispatchPolicy:
    return DispatchPolicy(flash_s=settings.labels.flash_s, on_time_max_s_per_day=settings.labels.lit_max_s_per_day)


def _substitution_rules(settings: Settings) -> SubstitutionRules:
    picking = settings.picking
    return SubstitutionRules(
        answer_s=picking.substitution_answer_s,
        margin_s=picking.substitution_margin_s,
        if_silent=picking.substitution_silence,
    )


def _release_rules(settings: Settings) -> ReleaseRules:
    picking = settings.picking
    return ReleaseRules(
        totes_max=picking.totes_max,
        wait_for_company_s=picking.wait_for_company_s,
        slack_margin_s=picking.slack_margin_s,
        pace=Pace(picking.walking_m_per_s, picking.handling_s, picking.begin_and_end_s),
        route_seconds=picking.route_seconds,
        insert_saves_s=picking.insert_saves_s if picking.inserts_orders else None,
    )
