"""The room on a real database: picks light labels, a restart lights them again, bindings are all or nothing."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import Session, select

from backend.core.bus import Bus
from backend.core.database import Database
from backend.core.http import install_error_handlers
from backend.core.journal import JournalRow
from backend.core.outbox import Outbox
from backend.core.outbox_rows import OutboxRow
from backend.core.writer import Transaction, Writer
from backend.labels import endpoints
from backend.labels.dispatcher import Dispatcher
from backend.labels.drivers.simulated.virtual_time import VirtualTime
from backend.labels.errors import DriverUnknown, GatewaySettingsInvalid, LabelNotFound, LabelsFileInvalid
from backend.labels.models import LabelRow
from backend.labels.port import DriverTools
from backend.labels.registry import DriverRegistry
from backend.labels.service import AIM_TOPIC, LabelsService
from backend.people.http import require_principal
from backend.people.models import Role
from backend.people.principals import Principal
from shared.clock import ManualClock
from shared.events import PickConfirmed, PickListEvent, PickListFinished, PickListStarted
from shared.ids import SeededIdSource
from shared.labels import BlinkPattern, LabelLight, LightColour, LightPhase
from tests.backend.databases import both_databases
from tests.backend.waiting import until

Run = Callable[[Awaitable[Any]], Any]
HOME, OTHER = "sto_home", "sto_other"
LABELS_FILE = b"label_id,gateway,location\nL1,main,A1-1-1\nL2,main,A1-2-1\nL3,main,A1-3-1\n"
LOCATIONS = {f"A1-{bay}-1": f"loc_{bay}" for bay in range(1, 6)}
EVENTS = (PickListStarted, PickConfirmed, PickListFinished)


@dataclass
class Stop:
    pick_id: str
    location_id: str
    position: int
    distance_m: float = 4.0
    colour: LightColour = LightColour.BLUE
    pattern: BlinkPattern = BlinkPattern.SLOW
    sought_location_id: str | None = None


@dataclass
class Walks:
    """Stands in for the picking room: what is still open."""

    open: dict[str, list[Stop]] = field(default_factory=dict)

    def open_stops(self, _session: Session, pick_list_id: str) -> Sequence[Stop]:
        return self.open.get(pick_list_id, [])

    def started_pick_lists(self, _session: Session) -> Sequence[str]:
        return [*self.open]


@dataclass
class Shop:
    """The room as main.py assembles it, on virtual time."""

    run: Run
    time: VirtualTime
    database: Database
    writer: Writer
    walks: Walks = field(default_factory=Walks)
    lights: list[tuple[str, LabelLight]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """A new process on the same database."""
        self.dispatcher = Dispatcher(self.time.clock, sleep=self.time.sleep)
        self.bus = Bus(self.writer)
        self.labels = LabelsService(
            database=self.database,
            clock=self.time.clock,
            handle=self.bus.handle,
            dispatcher=self.dispatcher,
            registry=DriverRegistry(),
            stops=self.walks,
            location_ids=lambda _session, store_id: LOCATIONS if store_id == HOME else {},
            make_tools=lambda _gateway_id: DriverTools(
                clock=self.time.clock, chance=random.Random(1), sleep=self.time.sleep
            ),
        )
        self.bus.handlers = dict(self.labels.handlers)
        self.writer.listeners = {event: [self.labels.on_pick_list_changed] for event in EVENTS}
        self.outbox = Outbox(
            self.database, self.writer, self.time.clock, owner="test", handlers={AIM_TOPIC: self.labels.aim}
        )
        self.labels.shelf.on_light.append(lambda store_id, light: self.lights.append((store_id, light)))

    async def start(self) -> None:
        self.dispatcher.start()
        await self.labels.restore()

    async def stop(self) -> None:
        await self.labels.close()
        await self.dispatcher.stop()

    async def furnish(self, settings: Mapping[str, Any] | None = None) -> None:
        await self.labels.save_gateway(HOME, "main", "simulated", settings or {})
        await self.labels.import_file(HOME, LABELS_FILE)

    async def publish(self, event: PickListEvent) -> int:
        """As picking does: in a transaction; then deliver what it left in the outbox."""
        await self.writer.submit(lambda tx: tx.publish(event))
        delivered = await self.outbox.deliver_due()
        await self.time.advance(2)
        return delivered

    def started(self) -> PickListStarted:
        now = self.time.clock.now()
        return PickListStarted(store_id=HOME, at=now, pick_list_id="pkl", order_ids=[], picker_id="per", shift_id="shf")

    def confirmed(self, pick_id: str) -> PickConfirmed:
        self.walks.open["pkl"] = [stop for stop in self.walks.open["pkl"] if stop.pick_id != pick_id]
        return PickConfirmed(
            store_id=HOME,
            at=self.time.clock.now(),
            pick_list_id="pkl",
            pick_id=pick_id,
            order_line_id="orl",
            quantity=1,
            picker_id="per",
        )

    def lit(self) -> set[str]:
        """External ids of the labels that are lit, as the shelf view has it."""
        placed = {light.label_id for light in self.labels.lights(HOME) if light.phase is LightPhase.LIT}
        with self.database.reading() as session:
            return {row.external_id for row in session.exec(select(LabelRow)) if row.id in placed}

    def label_id(self, external_id: str) -> str:
        with self.database.reading() as session:
            return session.exec(select(LabelRow.id).where(LabelRow.external_id == external_id)).one()


@pytest.fixture
def shop(run: Run, database: Database, clock: ManualClock, writer: Writer) -> Iterator[Shop]:
    shop = Shop(run, VirtualTime(clock), database, writer)
    run(shop.start())
    yield shop
    run(shop.stop())


@pytest.fixture
def walk(shop: Shop) -> Shop:
    """A furnished shop with a walk of three far stops that a picker is about to start."""
    shop.run(shop.furnish())
    shop.walks.open["pkl"] = [Stop(f"pick{bay}", f"loc_{bay}", bay, distance_m=50.0) for bay in (1, 2, 3)]
    return shop


class TestAim:
    def test_a_started_walk_lights_its_first_stop(self, walk: Shop) -> None:
        walk.run(walk.publish(walk.started()))
        assert walk.lit() == {"L1"}

    def test_a_confirmed_pick_darkens_its_label_and_lights_the_next(self, walk: Shop) -> None:
        walk.run(walk.publish(walk.started()))
        walk.run(walk.publish(walk.confirmed("pick1")))
        assert walk.lit() == {"L2"}

    def test_a_finished_walk_ends_dark(self, walk: Shop) -> None:
        walk.run(walk.publish(walk.started()))
        del walk.walks.open["pkl"]
        finished = PickListFinished(
            store_id=HOME, at=walk.time.clock.now(), pick_list_id="pkl", order_ids=[], picker_id="per"
        )
        walk.run(walk.publish(finished))
        assert walk.lit() == set()

    def test_a_near_next_stop_is_lit_ahead(self, walk: Shop) -> None:
        walk.walks.open["pkl"] = [Stop("pick1", "loc_1", 0), Stop("pick2", "loc_2", 1, distance_m=1.0)]
        walk.run(walk.publish(walk.started()))
        assert walk.lit() == {"L1"}
        walk.run(walk.time.advance(14))  # 4 m + 12 s + 1 m, less p95 and margin
        assert walk.lit() == {"L1", "L2"}

    def test_two_changes_in_one_transaction_aim_once(self, walk: Shop) -> None:
        def change(tx: Transaction) -> None:
            for _ in range(3):
                tx.publish(walk.started())

        walk.run(walk.writer.submit(change))
        with walk.database.reading() as session:
            assert [row.partition for row in session.exec(select(OutboxRow))] == ["pkl"]

    def test_a_refused_transaction_lights_nothing(self, walk: Shop) -> None:
        def fail(tx: Any) -> None:
            tx.publish(walk.started())
            raise ValueError("refused after all")

        async def scenario() -> int:
            with pytest.raises(ValueError, match="refused"):
                await walk.writer.submit(fail)
            return await walk.outbox.deliver_due()

        assert walk.run(scenario()) == 0

    def test_a_location_without_label_lights_nothing_and_stops_nobody(self, walk: Shop) -> None:
        walk.walks.open["pkl"] = [Stop("pick5", "loc_5", 0)]
        assert walk.run(walk.publish(walk.started())) == 1
        assert walk.lit() == set()


class TestRestore:
    def test_after_a_crash_only_open_stops_blink_again(self, walk: Shop) -> None:
        walk.run(walk.publish(walk.started()))
        walk.run(walk.stop())
        walk.walks.open["pkl"] = walk.walks.open["pkl"][1:]
        walk.begin()
        walk.run(walk.start())
        walk.run(walk.time.advance(2))
        assert walk.lit() == {"L2"}


class TestSilence:
    def test_a_silent_label_is_published_once(self, shop: Shop) -> None:
        shop.run(shop.furnish({"silent_labels": ["L1"]}))
        shop.walks.open["pkl"] = [Stop("pick1", "loc_1", 0)]
        shop.run(shop.publish(shop.started()))
        shop.run(shop.time.advance(100))

        def names() -> list[str]:
            with shop.database.reading() as session:
                return [row.name for row in session.exec(select(JournalRow))]

        shop.run(until(lambda: "label.silent" in names()))
        shop.run(shop.time.advance(100))
        assert names().count("label.silent") == 1


class TestShelfView:
    def test_every_change_is_told_with_its_store(self, walk: Shop) -> None:
        walk.lights.clear()
        walk.run(walk.publish(walk.started()))
        assert [(store, light.phase) for store, light in walk.lights] == [
            (HOME, LightPhase.WANTED),
            (HOME, LightPhase.SENT),
            (HOME, LightPhase.LIT),
        ]
        assert walk.lights[-1][1].colour is LightColour.BLUE

    def test_the_snapshot_has_every_label_of_the_store_only(self, walk: Shop) -> None:
        assert [light.phase for light in walk.labels.lights(HOME)] == [LightPhase.DARK] * 3
        assert walk.labels.lights(OTHER) == []


class TestLightTest:
    def test_it_blinks_and_ends_by_itself(self, walk: Shop) -> None:
        walk.run(walk.labels.test_light(HOME, walk.label_id("L3")))
        walk.run(walk.time.advance(2))
        assert walk.lit() == {"L3"}
        walk.run(walk.time.advance(20))
        assert walk.lit() == set()

    def test_a_label_of_another_store_is_not_there(self, walk: Shop) -> None:
        with pytest.raises(LabelNotFound):
            walk.run(walk.labels.test_light(OTHER, walk.label_id("L3")))


class TestAllOff:
    def test_everything_darkens_until_the_walk_comes_further(self, walk: Shop) -> None:
        walk.run(walk.publish(walk.started()))
        assert walk.labels.all_off(HOME) == 3
        walk.run(walk.time.advance(3))
        assert walk.lit() == set()
        walk.run(walk.publish(walk.confirmed("pick1")))
        assert walk.lit() == {"L2"}

    def test_another_stores_labels_stay_lit(self, walk: Shop) -> None:
        walk.run(walk.publish(walk.started()))
        assert walk.labels.all_off(OTHER) == 0
        walk.run(walk.time.advance(3))
        assert walk.lit() == {"L1"}


class TestImport:
    @both_databases
    def test_counts_what_is_new_moved_and_the_same(self, shop: Shop) -> None:
        shop.run(shop.furnish())
        again = LABELS_FILE.replace(b"L2,main,A1-2-1", b"L2,main,A1-5-1") + b"L4,main,A1-4-1\n"
        imported = shop.run(shop.labels.import_file(HOME, again))
        assert (imported.labels_added, imported.labels_changed, imported.labels_unchanged) == (1, 1, 2)

    def test_unknown_names_are_said_by_row_and_nothing_is_kept(self, shop: Shop) -> None:
        shop.run(shop.labels.save_gateway(HOME, "main", "simulated", {}))
        raw = b"label_id,gateway,location\nL1,main,A1-1-1\nL2,attic,A1-2-1\nL3,main,Z9-9-9\n"
        with pytest.raises(LabelsFileInvalid) as error:
            shop.run(shop.labels.import_file(HOME, raw))
        assert [each["at"] for each in error.value.facts["problems"]] == ["row 3, gateway", "row 4, location"]
        assert shop.labels.lights(HOME) == []

    def test_a_moved_label_lights_for_its_new_place(self, walk: Shop) -> None:
        walk.run(walk.labels.import_file(HOME, b"label_id,gateway,location\nL3,main,A1-1-1\n"))
        walk.run(walk.publish(walk.started()))
        assert walk.lit() == {"L1", "L3"}


class TestGateways:
    def test_a_changed_gateway_is_opened_anew_and_lights_go_on(self, walk: Shop) -> None:
        walk.run(walk.publish(walk.started()))
        walk.run(walk.labels.save_gateway(HOME, "main", "simulated", {"latency_max_s": 1.0}))
        walk.run(walk.time.advance(3))
        assert walk.lit() == {"L1"}
        (view,) = walk.run(walk.labels.gateways(HOME))
        assert (view.name, view.labels, view.health.is_reachable) == ("main", 3, True)

    def test_wrong_settings_are_refused(self, shop: Shop) -> None:
        with pytest.raises(GatewaySettingsInvalid):
            shop.run(shop.labels.save_gateway(HOME, "main", "simulated", {"latency_max_s": -1}))
        with pytest.raises(DriverUnknown):
            shop.run(shop.labels.save_gateway(HOME, "main", "laser", {}))
        assert shop.run(shop.labels.gateways(HOME)) == []


class TestEndpoints:
    def call(self, shop: Shop, method: str, path: str, role: Role = Role.SUPERVISOR, **body: Any) -> httpx.Response:
        app = FastAPI()
        app.include_router(endpoints.router)
        install_error_handlers(app)
        app.state.house = SimpleNamespace(labels=shop.labels, people=None)
        app.dependency_overrides[require_principal] = lambda: Principal("per", "Ana", role, HOME, "dev", "ses")

        async def request() -> httpx.Response:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.request(method, f"/api/v1/stores/{path}", **body)

        return shop.run(request())

    def test_list_test_all_off_and_gateways(self, walk: Shop) -> None:
        listed = self.call(walk, "GET", f"{HOME}/labels").json()["labels"]
        assert {label["phase"] for label in listed} == {"dark"}
        assert self.call(walk, "POST", f"{HOME}/labels/{listed[0]['label_id']}/test").status_code == 202
        walk.run(walk.time.advance(2))
        assert walk.lit() == {"L1"}
        assert self.call(walk, "POST", f"{HOME}/labels/all-off").json() == {"labels": 3}
        (gateway,) = self.call(walk, "GET", f"{HOME}/gateways").json()["gateways"]
        assert (gateway["name"], gateway["is_reachable"]) == ("main", True)
        assert "settings" not in gateway

    def test_import(self, walk: Shop) -> None:
        answer = self.call(walk, "POST", f"{HOME}/labels/import", content=LABELS_FILE)
        assert answer.json() == {"labels_added": 0, "labels_changed": 0, "labels_unchanged": 3}
        wrong = self.call(walk, "POST", f"{HOME}/labels/import", content=b"nonsense")
        assert (wrong.status_code, wrong.json()["code"]) == (422, "labels_file_invalid")

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "labels"),
            ("GET", "gateways"),
            ("POST", "labels/all-off"),
            ("POST", "labels/import"),
            ("POST", "labels/x/test"),
        ],
    )
    def test_another_store_is_404_and_a_picker_may_not(self, walk: Shop, method: str, path: str) -> None:
        assert self.call(walk, method, f"{OTHER}/{path}", content=LABELS_FILE).status_code == 404
        assert self.call(walk, method, f"{HOME}/{path}", Role.PICKER, content=LABELS_FILE).status_code == 403

    def test_an_unknown_label_is_404(self, walk: Shop) -> None:
        assert self.call(walk, "POST", f"{HOME}/labels/lbl_none/test").status_code == 404


def test_ids_are_the_same_wherever_a_file_is_imported(shop: Shop, ids: SeededIdSource) -> None:
    shop.run(shop.furnish())
    first = shop.label_id("L1")
    assert first.startswith("lbl_")
    assert len(first) == 4 + 26
    shop.run(shop.labels.import_file(HOME, LABELS_FILE))
    assert shop.label_id("L1") == first
