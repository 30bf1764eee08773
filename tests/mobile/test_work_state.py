"""Which trolley comes first on the work screen, and how one goes on that somebody has left."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from mobile.services.outbox import Outbox
from mobile.services.synced import Picker
from mobile.state.app_state import AppState
from shared.commands import ConfirmPick
from shared.labels import BlinkPattern, LightColour
from shared.picking import PickList, PickListStatus, PickStatus
from shared.products import TemperatureClass
from shared.sync.envelope import Live, Result, Update
from tests.mobile.builders import PICKER_ID, START, VirtualTime, edges, no_flush, pick, pick_list
from tests.mobile.fake_backend import FakeBackend
from tests.mobile.test_backend_link import sign_in


async def app_with(folder: Path, *lists: PickList, may_not_pick: tuple[str, ...] = ()) -> AppState:
    await sign_in(folder)
    outbox = Outbox(folder / "outbox.sqlite3", no_flush)
    blue, slow = LightColour.BLUE, BlinkPattern.SLOW
    await outbox.remember_picker(
        Picker(person_id=PICKER_ID, name="Ana", colour=blue, pattern=slow, may_not_pick=may_not_pick)
    )
    await outbox.store_updates(
        [
            Update(sequence=number, name="pick_list", at=START, body=one.model_dump(mode="json"))
            for number, one in enumerate(lists, start=1)
        ]
    )
    outbox.close()
    time = VirtualTime()
    return AppState(edges(folder, FakeBackend(time.clock).connect, time=time))


def offers(*pairs: tuple[str, str]) -> Live:
    listed = [{"pick_list_id": one, "picker_id": picker, "name": picker.upper()} for one, picker in pairs]
    return Live(topic="offers", body={"offers": listed})


def left(number: int) -> PickList:
    """Mei picked the first of three and went home."""
    done = pick(0).model_copy(update={"status": PickStatus.PICKED, "quantity_picked": 1})
    whole = pick_list([done, pick(1), pick(2)], number=number, status=PickListStatus.PICKING, picker_id="per_mei")
    changed = {"colour": LightColour.YELLOW, "picker_name": "Mei", "left_at": START, "left_near": "A1-4-3"}
    return whole.model_copy(update=changed)


def open_picks(app: AppState) -> int:
    assert app.work.active is not None
    return sum(one.status is PickStatus.OPEN for one in app.work.active.picks)


def order(app: AppState) -> list[str]:
    return [one.id for one in app.work.to_do]


class TestKept:
    def test_the_own_one_first_those_of_others_last_and_all_can_be_taken(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            app = await app_with(tmp_path, *(pick_list(number=number) for number in (1, 2, 3)))
            assert order(app) == ["pkl_1", "pkl_2", "pkl_3"]
            app.live_arrived(offers(("pkl_1", "per_mei"), ("pkl_3", PICKER_ID)))
            assert order(app) == ["pkl_3", "pkl_2", "pkl_1"]
            first, _, last = app.work.to_do
            assert (app.work.is_kept_for_me(first), app.work.kept_for_other(first)) == (True, "")
            assert app.work.kept_for_other(last) == "PER_MEI"
            app.work.choose("pkl_1")
            assert await app.work.start()
            assert app.work.active is not None

        asyncio.run(scenario())

    def test_an_offer_that_lapsed_is_gone_with_the_next_word(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            app = await app_with(tmp_path, pick_list(number=1), pick_list(number=2))
            app.live_arrived(offers(("pkl_2", PICKER_ID)))
            app.live_arrived(offers())
            assert order(app) == ["pkl_1", "pkl_2"]

        asyncio.run(scenario())

    def test_one_that_cannot_be_read_changes_nothing(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            app = await app_with(tmp_path, pick_list(number=1), pick_list(number=2))
            app.live_arrived(offers(("pkl_2", PICKER_ID)))
            app.live_arrived(Live(topic="offers", body={"offers": [{"pick_list_id": 7}]}))
            assert order(app) == ["pkl_2", "pkl_1"]

        asyncio.run(scenario())


class TestLeft:
    def test_it_is_there_to_take_and_goes_on_where_it_stands(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            app = await app_with(tmp_path, left(1))
            assert (order(app), app.work.active) == (["pkl_1"], None)
            app.work.choose("pkl_1")
            assert await app.work.start()
            active = app.work.active
            assert active is not None
            assert (active.picker_name, active.colour, active.is_left) == ("Ana", LightColour.BLUE, False)
            assert app.pick.current is not None
            assert app.pick.current.id == "pck_1"

        asyncio.run(scenario())

    def test_the_own_one_that_was_handed_over_is_walked_no_more(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            own = pick_list(number=1, status=PickListStatus.PICKING, picker_id=PICKER_ID)
            app = await app_with(tmp_path, own.model_copy(update={"left_at": START + timedelta(minutes=1)}))
            assert (app.work.active, order(app)) == (None, ["pkl_1"])

        asyncio.run(scenario())


class TestMayNotPick:
    def test_a_trolley_with_such_a_product_is_not_shown(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            frozen = pick(0)
            card = frozen.product.model_copy(update={"temperature": TemperatureClass.FROZEN})
            cold = pick_list([frozen.model_copy(update={"product": card})], number=1)
            app = await app_with(tmp_path, cold, pick_list(number=2), may_not_pick=("Frozen",))
            assert order(app) == ["pkl_2"]

        asyncio.run(scenario())


class TestRefresh:
    def test_whoever_is_told_of_changes_hears_a_pick_once_and_not_again_when_the_backend_confirms_it(
        self, tmp_path: Path
    ) -> None:
        async def scenario() -> None:
            walk = pick_list([pick(0), pick(1)], status=PickListStatus.PICKING, picker_id=PICKER_ID)
            app = await app_with(tmp_path, walk)
            heard: list[int] = []
            app.work.on_refresh(lambda: heard.append(open_picks(app)))
            assert await app.work.issue(ConfirmPick(pick_list_id=walk.id, pick_id="pck_0", quantity=1, scan="1"))
            assert heard == [1]
            (command,) = app._outbox.waiting()
            done = {"id": "pck_0", "status": "picked", "quantity_picked": 1}
            body = {"pick_list_id": walk.id, "revision": walk.revision + 1, "pick": done}
            app._outbox.hear([], [Result(command_id=command.id, is_applied=True)])
            app.work.refresh()
            app._outbox.hear([Update(sequence=9, name="pick", at=START, body=body)])
            app.work.refresh()
            assert heard == [1]
            undone = {**body, "revision": walk.revision + 2, "pick": {"id": "pck_0", "status": "open"}}
            app._outbox.hear([Update(sequence=10, name="pick", at=START, body=undone)])
            app.work.refresh()
            assert heard == [1, 2]

        asyncio.run(scenario())
