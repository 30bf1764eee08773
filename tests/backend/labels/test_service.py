"""The room on a real database: picks light labels, a restart lights them again, bindings are all or nothing."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time
from typing import Any

import pytest
from sqlmodel import select

from backend.core.journal import JournalRow
from backend.core.outbox_rows import OutboxRow
from backend.core.writer import Transaction
from backend.labels.errors import DriverUnknown, GatewaySettingsInvalid, LabelsFileInvalid
from backend.labels.quiet import QuietHours
from backend.people.models import Role
from shared.events import PickListFinished, PickListKept
from shared.ids import SeededIdSource
from shared.labels import LightColour, LightPhase
from tests.backend.databases import both_databases
from tests.backend.labels.shop import HOME, LABELS_FILE, OTHER, Kept, Shop, Stop, call
from tests.backend.waiting import LOOK_EVERY_S, WAIT_MAX_S, until


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


class TestKept:
    def kept(self, picker_id: str | None = "per") -> PickListKept:
        return PickListKept(
            store_id=HOME, at=datetime(2026, 1, 5, 9, tzinfo=UTC), pick_list_id="next", picker_id=picker_id
        )

    def test_the_first_stop_of_a_trolley_that_is_kept_is_lit_before_it_is_taken(self, shop: Shop) -> None:
        shop.run(shop.furnish())
        shop.walks.kept["next"] = Kept([Stop("pick3", "loc_1", 0)])
        shop.run(shop.publish(self.kept()))
        shop.run(shop.time.advance(20))
        assert shop.lit() == {"L1"}
        del shop.walks.kept["next"]
        shop.run(shop.publish(self.kept(None)))
        assert shop.lit() == set()

    def test_it_is_aimed_at_when_its_picker_comes_to_the_last_stop_of_another(self, walk: Shop) -> None:
        walk.walks.open["pkl"] = [Stop("pick1", "loc_1", 0), Stop("pick2", "loc_2", 1, distance_m=80)]
        walk.walks.kept["next"] = Kept([Stop("pick3", "loc_3", 0)], picks_left=1)
        walk.walks.after["pkl"] = "next"
        walk.run(walk.publish(walk.started()))
        walk.run(walk.time.advance(30))
        assert walk.lit() == {"L1"}
        walk.run(walk.publish(walk.confirmed("pick1")))
        walk.run(walk.time.advance(30))
        assert walk.lit() == {"L2", "L3"}

    def test_after_a_start_it_is_found_again(self, shop: Shop) -> None:
        shop.run(shop.furnish())
        shop.walks.kept["next"] = Kept([Stop("pick3", "loc_1", 0)])
        shop.run(shop.stop())
        shop.begin()
        shop.run(shop.start())
        shop.run(shop.time.advance(20))
        assert shop.lit() == {"L1"}


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
        shop.run(shop.labels.gateways.save(HOME, "main", "simulated", {}))
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
        walk.run(walk.labels.gateways.save(HOME, "main", "simulated", {"latency_max_s": 1.0}))
        walk.run(walk.time.advance(3))
        assert walk.lit() == {"L1"}
        (view,) = walk.run(walk.labels.gateways.views(HOME))
        assert (view.name, view.labels, view.health.is_reachable) == ("main", 3, True)

    def test_wrong_settings_are_refused(self, shop: Shop) -> None:
        with pytest.raises(GatewaySettingsInvalid):
            shop.run(shop.labels.gateways.save(HOME, "main", "simulated", {"latency_max_s": -1}))
        with pytest.raises(DriverUnknown):
            shop.run(shop.labels.gateways.save(HOME, "main", "laser", {}))
        assert shop.run(shop.labels.gateways.views(HOME)) == []


class TestQuietHours:
    """They begin at nine; the shop's clock stands a little after eight."""

    @pytest.fixture
    def quiet_walk(self, walk: Shop) -> Shop:
        walk.run(walk.stop())
        walk.quiet_hours = QuietHours(time(9), time(10))
        walk.begin()
        walk.walks.open.clear()  # nobody walks yet: a light that shines for an hour has used its battery's budget up
        walk.run(walk.start())
        return walk

    def test_a_light_goes_out_when_they_begin_and_comes_again_when_they_end(self, quiet_walk: Shop) -> None:
        begins = quiet_walk.time.clock.now().replace(hour=8, minute=59, second=0, microsecond=0)
        quiet_walk.run(quiet_walk.time.advance((begins - quiet_walk.time.clock.now()).total_seconds()))
        quiet_walk.walks.open["pkl"] = [Stop("pick1", "loc_1", 0)]
        quiet_walk.run(quiet_walk.publish(quiet_walk.started()))
        assert quiet_walk.lit() == {"L1"}
        quiet_walk.run(self._live(quiet_walk, 60, set()))
        quiet_walk.run(self._live(quiet_walk, 3_600, {"L1"}))

    def test_nothing_is_lit_in_them(self, quiet_walk: Shop) -> None:
        at_half_past_nine = quiet_walk.time.clock.now().replace(hour=9, minute=30)
        quiet_walk.run(quiet_walk.time.advance((at_half_past_nine - quiet_walk.time.clock.now()).total_seconds()))
        quiet_walk.walks.open["pkl"] = [Stop("pick1", "loc_1", 0)]
        quiet_walk.run(quiet_walk.publish(quiet_walk.started()))
        assert quiet_walk.lit() == set()

    async def _live(self, shop: Shop, seconds: float, lit: set[str]) -> None:
        """So long, and then until these shine: who reads the database does so on a thread, in its own time."""
        keeping = asyncio.ensure_future(shop.labels.lighting.keep_quiet(shop.time.sleep))
        await shop.time.advance(seconds)
        async with asyncio.timeout(WAIT_MAX_S):
            while shop.lit() != lit:
                await asyncio.sleep(LOOK_EVERY_S)
                await shop.time.advance(0.1)
        keeping.cancel()


class TestEndpoints:
    def test_list_test_all_off_and_gateways(self, walk: Shop) -> None:
        listed = call(walk, "GET", f"{HOME}/labels").json()["labels"]
        assert {label["phase"] for label in listed} == {"dark"}
        assert call(walk, "POST", f"{HOME}/labels/{listed[0]['label_id']}/test").status_code == 202
        walk.run(walk.time.advance(2))
        assert walk.lit() == {"L1"}
        assert call(walk, "POST", f"{HOME}/labels/all-off").json() == {"labels": 3}
        (gateway,) = call(walk, "GET", f"{HOME}/gateways").json()["gateways"]
        assert (gateway["name"], gateway["is_reachable"]) == ("main", True)
        assert "settings" not in gateway

    def test_import(self, walk: Shop) -> None:
        answer = call(walk, "POST", f"{HOME}/labels/import", content=LABELS_FILE)
        assert answer.json() == {"labels_added": 0, "labels_changed": 0, "labels_unchanged": 3}
        wrong = call(walk, "POST", f"{HOME}/labels/import", content=b"nonsense")
        assert (wrong.status_code, wrong.json()["code"]) == (422, "labels_file_invalid")

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "labels"),
            ("GET", "gateways"),
            ("POST", "labels/all-off"),
            ("POST", "labels/import"),
            ("POST", "labels/x/test"),
            ("GET", "labels/export"),
            ("GET", "labels/health"),
            ("POST", "aisles/A1/light-test"),
            ("DELETE", "labels/x"),
        ],
    )
    def test_another_store_is_404_and_a_picker_may_not(self, walk: Shop, method: str, path: str) -> None:
        assert call(walk, method, f"{OTHER}/{path}", content=LABELS_FILE).status_code == 404
        assert call(walk, method, f"{HOME}/{path}", Role.PICKER, content=LABELS_FILE).status_code == 403

    def test_bind_find_test_an_aisle_and_take_off(self, walk: Shop) -> None:
        bound = call(walk, "POST", f"{HOME}/labels/bind", json={"label": "L9", "place": "A1-4-1"}).json()
        assert (bound["gateway"], bound["location"], bound["hung_at"]) == ("main", "A1-4-1", None)
        assert "L9,main,A1-4-1" in call(walk, "GET", f"{HOME}/labels/export").text
        found = call(walk, "POST", f"{HOME}/labels/find", json={"scan": "L9"}).json()
        assert found == {"location": "A1-4-1", "label_ids": [bound["label_id"]]}
        assert call(walk, "POST", f"{HOME}/aisles/A1/light-test").json() == {"labels": 4, "takes_s": 2}
        assert call(walk, "DELETE", f"{HOME}/labels/{bound['label_id']}").status_code == 204
        assert call(walk, "DELETE", f"{HOME}/labels/{bound['label_id']}").status_code == 404

    def test_what_is_wrong_with_a_binding_is_said(self, walk: Shop) -> None:
        wrong = call(walk, "POST", f"{HOME}/labels/bind", json={"label": "L9", "place": "nowhere"})
        assert (wrong.status_code, wrong.json()["code"]) == (404, "place_not_found")

    def test_health_says_how_each_label_does(self, walk: Shop) -> None:
        walk.labels.tending.book.note(walk.label_id("L2"), walk.time.clock.now(), battery_mv=2_100, signal_dbm=-88)
        body = call(walk, "GET", f"{HOME}/labels/health").json()
        assert [label["external_id"] for label in body["labels"]] == ["L2", "L1", "L3"]
        worst = body["labels"][0]
        assert (worst["battery_mv"], worst["signal_dbm"], worst["troubles"]) == (2_100, -88, ["low_battery"])
        assert body["strays"] == []
        assert (body["total"], body["in_trouble"], body["strays_total"]) == (3, 1, 0)
        few = call(walk, "GET", f"{HOME}/labels/health?most=1").json()
        assert ([label["external_id"] for label in few["labels"]], few["total"]) == (["L2"], 3)
        assert call(walk, "GET", f"{HOME}/labels/health?most=0").status_code == 422

    def test_a_gateway_says_the_latency_one_plans_with(self, walk: Shop) -> None:
        (gateway,) = call(walk, "GET", f"{HOME}/gateways").json()["gateways"]
        assert (gateway["latency_p95_s"], gateway["is_latency_measured"]) == (pytest.approx(1.72), False)

    def test_an_unknown_label_is_404(self, walk: Shop) -> None:
        assert call(walk, "POST", f"{HOME}/labels/lbl_none/test").status_code == 404


def test_ids_are_the_same_wherever_a_file_is_imported(shop: Shop, ids: SeededIdSource) -> None:
    shop.run(shop.furnish())
    first = shop.label_id("L1")
    assert first.startswith("lbl_")
    assert len(first) == 4 + 26
    shop.run(shop.labels.import_file(HOME, LABELS_FILE))
    assert shop.label_id("L1") == first
