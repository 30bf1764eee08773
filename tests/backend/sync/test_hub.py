"""Who hears what: phones equal the backend after every cut; other stores and other pickers hear nothing of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from backend.people.models import Role
from backend.picking.commands import HandOverTrolley
from backend.sync import live as live_module
from backend.sync import updates as updates_module
from shared.commands import ChoosePick, ConfirmPick, FinishPickList, StartPickList
from shared.picking import PickListStatus
from tests.backend.databases import both_databases
from tests.backend.sync.conftest import Shop
from tests.backend.sync.wire import PhoneEnd
from tests.backend.waiting import until
from tests.factories import STORE_ID, make_asker, make_cancellation, make_line, make_order

Run = Callable[..., Any]
SUPERVISOR: dict[str, Any] = {"role": Role.SUPERVISOR, "shift_id": None, "colour": None, "pattern": None}


def backends_view(shop: Shop, name: str) -> dict[str, Any]:
    """The documents a picker's phone should hold."""
    person = shop.people.principals[name]
    with shop.rooms.database.reading() as session:
        lists = shop.rooms.views.open_pick_lists(session, person.store_id, person.person_id)
    return {each.id: each.model_dump(mode="json") for each in lists}


async def equal(shop: Shop, phone: PhoneEnd, name: str) -> None:
    await phone.until(lambda: phone.documents == backends_view(shop, name))


def confirm(shop: Shop, pick: Any) -> ConfirmPick:
    return ConfirmPick(
        pick_list_id=pick.pick_list_id,
        pick_id=pick.id,
        quantity=pick.quantity_ordered,
        scan=pick.product_id.removeprefix("prd_"),
    )


@both_databases
class TestTwoPhones:
    def test_what_one_takes_the_other_loses(self, shop: Shop, run: Run) -> None:
        first = shop.rooms.planned(o1=["A-1-1", "B-2-1"])
        second = shop.rooms.planned(o2=["C-1-1"])

        async def scenario() -> None:
            async with shop.open():
                ada, bea = await shop.phone("Ada").connect(), await shop.phone("Bea").connect()
                assert set(ada.documents) == set(bea.documents) == {first.id, second.id}
                assert (await ada.answer(ada.ask(StartPickList(pick_list_id=first.id)))).is_applied
                await bea.until(lambda: first.id not in bea.documents)
                await equal(shop, ada, "Ada")
                assert ada.documents[first.id]["status"] == PickListStatus.PICKING
                refused = await bea.answer(bea.ask(StartPickList(pick_list_id=first.id)))
                assert refused.problem is not None
                assert refused.problem.code == "pick_list_taken"
                for pick in shop.rooms.picks(first.id):
                    assert (await ada.answer(ada.ask(confirm(shop, pick)))).is_applied
                    await equal(shop, ada, "Ada")
                await ada.answer(ada.ask(FinishPickList(pick_list_id=first.id)))
                await equal(shop, ada, "Ada")
                assert ada.documents[first.id]["status"] == PickListStatus.FINISHED
                await equal(shop, bea, "Bea")
                await bea.cut()
                await bea.connect()
                about_first = [u.name for u in bea.updates if u.sequence and first.id in str(u.body)]
                assert about_first == ["pick_list.removed"], "the others let go of it once; the walk is not theirs"

        run(scenario())

    def test_one_that_is_finished_where_it_was_left_goes_from_the_others(self, shop: Shop, run: Run) -> None:
        shop.rooms.hire("Ada")
        shop.rooms.hire("Bea")
        walk = shop.rooms.walking(make_asker("Ada"), o1=["A-1-1"])

        async def scenario() -> None:
            async with shop.open():
                ada, bea = await shop.phone("Ada").connect(), await shop.phone("Bea").connect()
                await shop.do(HandOverTrolley(STORE_ID, walk.id, "per_Rosa"))
                await bea.until(lambda: walk.id in bea.documents)
                ada.ask(confirm(shop, shop.rooms.picks(walk.id)[0]))
                assert (await ada.answer(ada.ask(FinishPickList(pick_list_id=walk.id)))).is_applied
                await bea.until(lambda: walk.id not in bea.documents)
                await equal(shop, bea, "Bea")

        run(scenario())

    def test_one_that_is_left_appears_on_the_other_and_goes_when_taken_over(self, shop: Shop, run: Run) -> None:
        shop.rooms.hire("Ada")
        shop.rooms.hire("Bea")
        walk = shop.rooms.walking(make_asker("Ada"), o1=["A-1-1", "B-2-1"])

        async def scenario() -> None:
            async with shop.open():
                ada, bea = await shop.phone("Ada").connect(), await shop.phone("Bea").connect()
                assert walk.id not in bea.documents
                await shop.do(HandOverTrolley(STORE_ID, walk.id, "per_Rosa"))
                await bea.until(lambda: walk.id in bea.documents)
                await ada.answer(ada.ask(confirm(shop, shop.rooms.picks(walk.id)[0])))  # done before she was told
                await equal(shop, bea, "Bea")
                await equal(shop, ada, "Ada")
                assert (await bea.answer(bea.ask(StartPickList(pick_list_id=walk.id)))).is_applied
                await ada.until(lambda: walk.id not in ada.documents)
                await equal(shop, bea, "Bea")
                refused = await ada.answer(ada.ask(confirm(shop, shop.rooms.picks(walk.id)[1])))
                assert refused.problem is not None
                assert refused.problem.code == "pick_list_taken"

        run(scenario())

    def test_a_cut_in_the_middle_loses_and_doubles_nothing(self, shop: Shop, run: Run) -> None:
        pick_list = shop.rooms.planned(o1=["A-1-1", "A-2-1", "B-1-1", "B-2-1", "C-1-1"])

        async def scenario() -> None:
            async with shop.open():
                ada = await shop.phone("Ada").connect()
                await ada.answer(ada.ask(StartPickList(pick_list_id=pick_list.id)))
                picks = shop.rooms.picks(pick_list.id)
                for pick in picks[:2]:
                    ada.ask(confirm(shop, pick))
                ada.pump()  # on the wire, no answer heard
                await ada.cut()
                for pick in picks[2:]:
                    ada.ask(confirm(shop, pick))  # offline
                assert len(ada.pending) == 5
                await ada.connect()
                assert not ada.pending
                assert all(result.is_applied for result in ada.results.values())
                await equal(shop, ada, "Ada")
                assert shop.rooms.event_names().count("pick.confirmed") == 5
                assert not ada.welcomes[-1].is_reset

        run(scenario())


class TestCatchUp:
    def test_a_new_phone_is_sent_everything_and_only_the_last_word_counts(self, shop: Shop, run: Run) -> None:
        shop.rooms.planned(o1=["A-1-1"])
        shop.rooms.planned(o2=["B-1-1"])

        async def scenario() -> None:
            async with shop.open():
                ada = await shop.phone("Ada").connect()
                assert ada.welcomes[0].is_reset
                assert [update.name for update in ada.updates] == ["pick_list", "pick_list", "synced"]
                assert [update.sequence for update in ada.updates[:-1]] == [0, 0]
                assert ada.updates[-1].sequence == ada.welcomes[0].sequence > 0
                assert ada.updates[-1].body == {}

        run(scenario())

    def test_a_phone_that_was_away_hears_only_what_it_missed(self, shop: Shop, run: Run) -> None:
        first = shop.rooms.planned(o1=["A-1-1"])
        shop.rooms.planned(o2=["B-1-1"])

        async def scenario() -> None:
            async with shop.open():
                ada, bea = await shop.phone("Ada").connect(), await shop.phone("Bea").connect()
                await ada.cut()
                await bea.answer(bea.ask(StartPickList(pick_list_id=first.id)))
                await bea.answer(bea.ask(confirm(shop, shop.rooms.picks(first.id)[0])))
                ada.updates.clear()
                await ada.connect()
                assert not ada.welcomes[-1].is_reset
                assert [update.name for update in ada.updates] == ["pick_list.removed", "synced"]
                assert [update.sequence for update in ada.updates] == sorted({u.sequence for u in ada.updates})
                assert ada.documents == backends_view(shop, "Ada")
                await ada.cut()
                ada.updates.clear()
                await ada.connect()
                assert [update.name for update in ada.updates] == ["synced"]

        run(scenario())

    @pytest.mark.parametrize("why", ["the phone is ahead of us", "too far behind"])
    def test_a_phone_out_of_reach_starts_anew(
        self, shop: Shop, run: Run, monkeypatch: pytest.MonkeyPatch, why: str
    ) -> None:
        shop.rooms.planned(o1=["A-1-1"])
        monkeypatch.setattr(updates_module, "ROWS_BEHIND_MAX", 1)

        async def scenario() -> None:
            async with shop.open():
                ada = shop.phone("Ada")
                ada.last_sequence = 10**6 if "ahead" in why else 1
                ada.documents["pkl_from_another_life"] = {"revision": 99}
                await ada.connect()
                assert ada.welcomes[-1].is_reset
                assert ada.documents == backends_view(shop, "Ada")

        run(scenario())

    def test_what_happens_while_the_catch_up_is_read_comes_after_it(
        self, shop: Shop, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, second = shop.rooms.planned(o1=["A-1-1"]), shop.rooms.planned(o2=["B-1-1"])
        read, may_go_on = asyncio.Event(), asyncio.Event()
        plain = shop.hub._catch_up

        async def scenario() -> None:
            loop = asyncio.get_running_loop()

            def slow(*arguments: Any) -> Any:
                caught_up = plain(*arguments)
                loop.call_soon_threadsafe(read.set)
                asyncio.run_coroutine_threadsafe(may_go_on.wait(), loop).result(10)
                return caught_up

            async with shop.open():
                bea = await shop.phone("Bea").connect()
                monkeypatch.setattr(shop.hub, "_catch_up", slow)
                ada = await shop.phone("Ada").connect(is_settled=False)
                ada.pump()
                await read.wait()
                await bea.answer(bea.ask(StartPickList(pick_list_id=first.id)))
                await bea.until(lambda: bea.documents.get(first.id, {}).get("status") == "picking")
                may_go_on.set()
                await equal(shop, ada, "Ada")
                assert set(ada.documents) == {second.id}
                sequences = [update.sequence for update in ada.updates if update.sequence]
                assert sequences == sorted(set(sequences))

        run(scenario())


class TestTogether:
    def test_picks_of_one_commit_all_reach_the_phone(self, shop: Shop, run: Run) -> None:
        pick_list = shop.rooms.walking(make_asker("Ada"), o1=["A-1-1"], o2=["A-2-1", "B-1-1", "B-2-1"])

        async def scenario() -> None:
            async with shop.open():
                ada = await shop.phone("Ada").connect()
                before = ada.documents[pick_list.id]["revision"]
                await shop.do(make_cancellation(make_order("o2", [])))
                await equal(shop, ada, "Ada")
                revisions = [update.body["revision"] for update in ada.updates if update.name == "pick"]
                assert revisions == [before + 1, before + 2, before + 3]

        run(scenario())


class TestChangedOnTheWay:
    def test_the_walker_hears_the_new_order_of_stops_and_nobody_else_does(self, shop: Shop, run: Run) -> None:
        walk = shop.rooms.walking(make_asker("Ada"), o1=["A-1-1", "B-1-1"], o2=["C-1-1"])
        first, _, third = shop.rooms.picks(walk.id)

        async def scenario() -> None:
            async with shop.open():
                ada, bea = await shop.phone("Ada").connect(), await shop.phone("Bea").connect()
                choice = ChoosePick(pick_list_id=walk.id, pick_id=third.id, left_pick_id=first.id)
                await ada.answer(ada.ask(choice))
                await equal(shop, ada, "Ada")
                assert ada.documents[walk.id]["picks"][0]["id"] == third.id
                await shop.do(make_cancellation(make_order("o1", [])))
                planned = shop.rooms.replanner._plan(walk.id, "")
                assert planned is not None
                await shop.do(planned)
                await equal(shop, ada, "Ada")
                assert ada.documents[walk.id]["walk_m"] == planned.so_far.walked_m + planned.rest.to_go_m != walk.walk_m
                assert walk.id not in bea.documents

        run(scenario())


class TestAudience:
    def test_another_store_hears_nothing(self, shop: Shop, run: Run) -> None:
        pick_list = shop.rooms.planned(o1=["A-1-1"])

        async def scenario() -> None:
            async with shop.open():
                ada = await shop.phone("Ada").connect()
                eve = await shop.phone("Eve", store_id="sto_other", topics=("lights",)).connect()
                refused = await eve.answer(eve.ask(StartPickList(pick_list_id=pick_list.id)))
                assert refused.problem is not None
                assert refused.problem.code == "pick_list_not_found"
                await ada.answer(ada.ask(StartPickList(pick_list_id=pick_list.id)))
                await equal(shop, ada, "Ada")
                shop.hub.publish_live(shop.people.principals["Ada"].store_id, "lights", {"n": 1})
                await shop.hub.tell_news()
                eve.pump()
                assert eve.documents == {}
                assert {update.name for update in eve.updates} == {"synced"}
                assert eve.live == {}

        run(scenario())

    def test_a_supervisor_gets_no_documents(self, shop: Shop, run: Run) -> None:
        pick_list = shop.rooms.planned(o1=["A-1-1"])

        async def scenario() -> None:
            async with shop.open():
                sue = await shop.phone("Sue", **SUPERVISOR).connect()
                ada = await shop.phone("Ada").connect()
                await ada.answer(ada.ask(StartPickList(pick_list_id=pick_list.id)))
                await equal(shop, ada, "Ada")
                await shop.hub.tell_news()
                sue.pump()
                assert [update.name for update in sue.updates] == ["synced"]

        run(scenario())

    def test_a_cancelled_order_falls_out_of_waiting_and_walked_lists(self, shop: Shop, run: Run) -> None:
        first = shop.rooms.planned(o1=["A-1-1"], o2=["B-1-1"])
        second = shop.rooms.planned(o3=["C-1-1"])

        def cancellation(external_id: str) -> Any:
            line = make_line(shop.rooms.products.stocked["prd_A-1-1"])
            return make_cancellation(make_order(external_id, [line]))

        async def scenario() -> None:
            async with shop.open():
                ada, bea = await shop.phone("Ada").connect(), await shop.phone("Bea").connect()
                await shop.do(cancellation("o1"))
                await ada.until(lambda: any(p["status"] == "cancelled" for p in ada.documents[first.id]["picks"]))
                await ada.answer(ada.ask(StartPickList(pick_list_id=first.id)))
                await shop.do(cancellation("o2"))
                await ada.until(lambda: all(p["status"] == "cancelled" for p in ada.documents[first.id]["picks"]))
                await shop.do(cancellation("o3"))
                await ada.until(lambda: second.id not in ada.documents)
                await equal(shop, ada, "Ada")
                await equal(shop, bea, "Bea")

        run(scenario())


class TestLostSignals:
    def test_a_commit_nobody_signalled_is_found_by_looking(self, shop: Shop, run: Run) -> None:
        shop.hub.look_again_s = 0.01
        pick_list = shop.rooms.planned(o1=["A-1-1"])

        async def scenario() -> None:
            async with shop.open():
                ada, bea = await shop.phone("Ada").connect(), await shop.phone("Bea").connect()
                shop.writer.on_events.clear()
                await ada.answer(ada.ask(StartPickList(pick_list_id=pick_list.id)))
                await bea.until(lambda: bea.documents == {})
                await equal(shop, ada, "Ada")

        run(scenario())

    def test_a_read_that_fails_is_made_good_by_the_next(
        self, shop: Shop, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shop.hub.look_again_s = 0.01
        pick_list = shop.rooms.planned(o1=["A-1-1"])
        plain, failures = shop.hub._read_on, [RuntimeError("disk")]

        def failing(store_id: str, sequence: int) -> Any:
            if failures and sequence:
                raise failures.pop()
            return plain(store_id, sequence)

        async def scenario() -> None:
            async with shop.open():
                ada = await shop.phone("Ada").connect()
                monkeypatch.setattr(shop.hub, "_read_on", failing)
                await ada.answer(ada.ask(StartPickList(pick_list_id=pick_list.id)))
                await equal(shop, ada, "Ada")
                assert not failures

        run(scenario())


class TestLive:
    def test_who_follows_a_topic_is_told_to_whoever_makes_it(self, shop: Shop, run: Run) -> None:
        heard: list[str] = []
        shop.hub.on_followed.append(heard.append)

        async def scenario() -> None:
            async with shop.open():
                await shop.phone("Ada", topics=("board",)).connect()  # not for pickers
                assert heard == []
                await shop.phone("Sue", topics=("board",), **SUPERVISOR).connect()
                assert heard == ["board"]

        run(scenario())

    STORE = "sto_test"

    def test_only_followers_hear_and_pickers_do_not_follow_the_board(self, shop: Shop, run: Run) -> None:
        async def scenario() -> None:
            async with shop.open():
                both = ("board", "lights", "gossip")
                sue = await shop.phone("Sue", topics=both, **SUPERVISOR).connect()
                ada = await shop.phone("Ada", topics=both).connect()
                bea = await shop.phone("Bea").connect()
                assert shop.hub.stores_following("board") == [self.STORE]
                for topic in both:
                    shop.hub.publish_live(self.STORE, topic, {"n": 1})
                await sue.until(lambda: set(sue.live) == {"board", "lights"})
                await ada.until(lambda: set(ada.live) == {"lights"})
                bea.pump()
                assert bea.live == {}
                await sue.cut()
                assert shop.hub.stores_following("board") == []

        run(scenario())

    def test_a_burst_becomes_the_first_and_the_last(
        self, shop: Shop, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(live_module, "SAY_EVERY_S", 0.05)

        async def scenario() -> None:
            async with shop.open():
                ada = await shop.phone("Ada", topics=("lights",)).connect()
                for number in range(100):
                    shop.hub.publish_live(self.STORE, "lights", {"n": number})
                await ada.until(lambda: ada.live.get("lights", [{}])[-1] == {"n": 99})
                assert ada.live["lights"] == [{"n": 0}, {"n": 99}]

        run(scenario())

    def test_a_latecomer_hears_the_latest_at_once(self, shop: Shop, run: Run) -> None:
        async def scenario() -> None:
            async with shop.open():
                shop.hub.publish_live(self.STORE, "lights", {"n": 1})
                shop.hub.publish_live(self.STORE, "lights", {"n": 2})
                ada = await shop.phone("Ada", topics=("lights",)).connect()
                await ada.until(lambda: "lights" in ada.live)
                assert ada.live["lights"][0] == {"n": 2}

        run(scenario())

    def test_what_nobody_follows_is_not_worked_out(self, shop: Shop, run: Run) -> None:
        drawn: list[str] = []

        def picture() -> dict[str, int]:
            drawn.append("once")
            return {"n": 1}

        async def scenario() -> None:
            async with shop.open():
                await shop.phone("Bea").connect()
                shop.hub.publish_live(self.STORE, "lights", picture)
                assert not drawn
                ada = await shop.phone("Ada", topics=("lights",)).connect()
                await ada.until(lambda: ada.live.get("lights") == [{"n": 1}])
                cleo = await shop.phone("Cleo", topics=("lights",)).connect()
                await cleo.until(lambda: cleo.live.get("lights") == [{"n": 1}])
                assert len(drawn) == 1

        run(scenario())

    def test_a_slow_phone_gets_only_the_newest(self, shop: Shop, run: Run) -> None:
        async def scenario() -> None:
            async with shop.open():
                ada = await shop.phone("Ada", topics=("lights",)).connect()
                [phone] = shop.hub.phones()
                for number in range(10_000):
                    phone.say_live("lights", str(number))
                assert await phone.next_texts() == ["9999"]
                await ada.cut()

        run(scenario())


class TestStop:
    def test_phones_are_told_that_we_go(self, shop: Shop, run: Run) -> None:
        async def scenario() -> None:
            async with shop.open():
                ada = await shop.phone("Ada").connect()
            assert ada.wire is not None
            assert await until(lambda: ada.wire and ada.wire.close_code) == 1001

        run(scenario())
