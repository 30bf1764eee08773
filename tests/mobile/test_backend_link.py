"""The link reconnects, resumes and signs out as it should, on virtual time against the real BackendSession."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path

from mobile.services.backend_link import BACKOFF_MAX_S, CONNECT_MAX_S, TICK_S, LinkStatus
from mobile.services.edges import Socket
from mobile.services.outbox import DEVICE_TOKEN, PROFILE, SESSION_TOKEN, Outbox
from mobile.services.synced import Picker
from mobile.state.app_state import AppState
from mobile.state.screens import Screen
from shared.picking import PickList, PickListStatus, PickStatus
from shared.sync.envelope import Update
from shared.sync.session import ANSWER_MAX_S, PING_EVERY_S, UPDATES_BETWEEN_ACKS
from tests.mobile.builders import PICKER_ID, START, StillNotices, VirtualTime, edges, gtin, no_flush, pick, pick_list
from tests.mobile.fake_backend import TOKEN, FakeBackend

PROFILE_JSON = (
    '{"person_id":"per_1","name":"Ana","role":"picker","store_id":"sto_1","store_name":"Shop",'
    '"shift":{"id":"shf_1","colour":"blue","pattern":"slow"}}'
)


def first_update(one: PickList) -> Update:
    """The update that brings one pick list."""
    return Update(sequence=1, name="pick_list", at=START, body=one.model_dump(mode="json"))


async def sign_in(folder: Path) -> None:
    outbox = Outbox(folder / "outbox.sqlite3", no_flush)
    await outbox.remember(DEVICE_TOKEN, "dev_secret")
    await outbox.remember(PROFILE, PROFILE_JSON)
    await outbox.remember_picker(Picker(person_id=PICKER_ID, name="Ana"))
    await outbox.remember(SESSION_TOKEN, TOKEN)
    outbox.close()


class Phone:
    """An app without a page, its backend and its time."""

    def __init__(self, folder: Path) -> None:
        self.time = VirtualTime()
        self.backend = FakeBackend(self.time.clock)
        self.folder = folder
        self.notices = StillNotices()
        self.edges = edges(folder, self.backend.connect, time=self.time, http=self.backend.http)
        self.app = AppState(self.edges)
        self.task: asyncio.Task[None] | None = None

    async def run(self) -> None:
        self.task = asyncio.get_running_loop().create_task(self.app.run())
        await self.time.settle()

    async def end(self) -> None:
        assert self.task is not None
        self.app.stop()
        await self.time.advance(1)
        await self.task
        self.app.close()


@asynccontextmanager
async def phone(folder: Path) -> AsyncIterator[Phone]:
    await sign_in(folder)
    one = Phone(folder)
    await one.run()
    yield one
    await one.end()


def test_updates_arrive_and_a_confirmed_pick_is_told_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with phone(tmp_path) as one:
            one.backend.put(pick_list())
            await one.time.settle()
            assert one.app.link.status is LinkStatus.ONLINE
            one.app.work.choose("pkl_1")
            assert await one.app.work.start()
            await one.app.pick.scan(gtin(0))
            await one.time.settle()
            assert [command.name for command in one.backend.applied] == ["pick_list.start", "pick.confirm"]
            assert one.app.link.waiting_commands == 0
            assert one.backend.pick_lists["pkl_1"].picks[0].status is PickStatus.PICKED

    asyncio.run(scenario())


def test_a_pick_made_without_network_is_told_after_it_returns(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with phone(tmp_path) as one:
            one.backend.put(pick_list())
            await one.time.settle()
            one.app.work.choose("pkl_1")
            await one.app.work.start()
            await one.time.settle()
            one.backend.is_reachable = False
            one.backend.cut()
            await one.time.settle()
            assert one.app.link.status is LinkStatus.OFFLINE
            outcomes = [await one.app.pick.scan(gtin(number)) for number in range(3)]
            assert all(outcome.is_good and outcome.is_offline for outcome in outcomes)
            assert one.app.link.waiting_picks == 3
            assert one.app.screen is Screen.FINISH
            assert await one.app.work.finish()
            one.backend.is_reachable = True
            await one.time.advance(BACKOFF_MAX_S + 2)
            assert [command.name for command in one.backend.applied][1:] == ["pick.confirm"] * 3 + ["pick_list.finish"]
            assert one.app.link.waiting_commands == 0
            assert one.backend.pick_lists["pkl_1"].status is PickListStatus.FINISHED

    asyncio.run(scenario())


def test_a_notice_from_the_page_ends_the_pause_at_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with phone(tmp_path) as one:
            one.backend.is_reachable = False
            one.backend.cut()
            await one.time.advance(200)
            one.backend.is_reachable = True
            one.edges.notices.give()  # type: ignore[attr-defined]
            await one.time.settle()
            assert one.app.link.is_online

    asyncio.run(scenario())


def test_a_connection_that_died_without_a_word_is_noticed(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with phone(tmp_path) as one:
            assert one.app.link.is_online
            one.backend.sockets[-1].is_mute = True
            one.backend.is_reachable = False
            await one.time.advance(PING_EVERY_S + ANSWER_MAX_S + TICK_S)
            assert one.app.link.status is LinkStatus.OFFLINE

    asyncio.run(scenario())


def test_a_pick_that_nobody_answers_shows_that_the_connection_is_dead(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with phone(tmp_path) as one:
            one.backend.put(pick_list())
            await one.time.advance(9)
            one.backend.sockets[-1].is_mute = True
            one.backend.is_reachable = False
            one.app.work.choose("pkl_1")
            assert await one.app.work.start()
            await one.time.advance(PING_EVERY_S)
            assert one.app.link.status is LinkStatus.OFFLINE

    asyncio.run(scenario())


def test_updates_are_on_the_device_before_they_are_acknowledged(tmp_path: Path) -> None:
    async def scenario() -> None:
        acknowledged_at_flush: list[int] = []

        async def flush() -> None:
            acknowledged_at_flush.append(one.backend.sockets[-1].session.acknowledged)

        await sign_in(tmp_path)
        one = Phone(tmp_path)
        one.app = AppState(replace(one.edges, flush=flush))
        await one.run()
        acknowledged_at_flush.clear()
        for number in range(UPDATES_BETWEEN_ACKS):
            one.backend.put(pick_list(number=number))
            await one.time.settle()
        acknowledged = one.backend.sockets[-1].session.acknowledged
        assert acknowledged > 0
        assert acknowledged_at_flush == [0]
        with closing(sqlite3.connect(tmp_path / "outbox.sqlite3")) as connection:
            (kept,) = connection.execute("SELECT value FROM known WHERE name = 'last_sequence'").fetchone()
        assert int(kept) == acknowledged
        await one.end()

    asyncio.run(scenario())


def test_what_was_heard_is_kept_when_the_connection_ends(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with phone(tmp_path) as one:
            one.backend.put(pick_list())
            await one.time.settle()
            one.backend.is_reachable = False
            one.backend.cut()
            await one.time.settle()
            restarted = AppState(edges(tmp_path, one.backend.connect, time=one.time))
            assert [each.id for each in restarted.work.pick_lists] == ["pkl_1"]
            restarted.close()

    asyncio.run(scenario())


def test_a_quiet_connection_stays_open(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with phone(tmp_path) as one:
            await one.time.advance(600)
            assert len(one.backend.sockets) == 1

    asyncio.run(scenario())


def test_a_revoked_session_signs_out_and_keeps_the_outbox(tmp_path: Path) -> None:
    async def scenario(how: str) -> None:
        folder = tmp_path / how
        folder.mkdir()
        async with phone(folder) as one:
            one.backend.put(pick_list())
            await one.time.settle()
            one.app.work.choose("pkl_1")
            one.backend.sockets[-1].is_deaf = True
            await one.app.work.start()
            await one.app.pick.scan(gtin(0))
            one.backend.valid_tokens.clear()
            one.backend.cut(4401 if how == "close code" else 1006)
            await one.time.advance(5)
            assert one.app.screen is Screen.SIGN_IN
            assert one.app.link.waiting_picks == 1

    asyncio.run(scenario("close code"))
    asyncio.run(scenario("handshake"))


def test_a_refused_command_is_shown_and_kept_and_its_pick_opens_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with phone(tmp_path) as one:
            one.backend.put(pick_list())
            await one.time.settle()
            one.app.work.choose("pkl_1")
            await one.app.work.start()
            await one.time.settle()
            one.backend.refuse["pick.confirm"] = "pick_already_confirmed"
            await one.app.pick.scan(gtin(0))
            await one.time.settle()
            assert one.app.link.newest_problem is not None
            assert [refused.problem.code for refused in one.app.link.problems] == ["pick_already_confirmed"]
            assert one.app.pick.current is not None
            assert one.app.pick.current.id == "pck_0"

    asyncio.run(scenario())


def test_an_order_that_joins_a_walk_as_it_ends_is_no_refusal(tmp_path: Path) -> None:
    """Without network the picker came to the desk; meanwhile an order was given along: the walk goes on."""

    async def scenario() -> None:
        async with phone(tmp_path) as one:
            one.backend.put(pick_list(picks=[pick(0)]))
            await one.time.settle()
            one.app.work.choose("pkl_1")
            await one.app.work.start()
            await one.time.settle()
            one.backend.refuse["pick_list.finish"] = "picks_still_open"
            await one.app.pick.scan(gtin(0))
            await one.time.settle()
            assert await one.app.work.finish()
            await one.time.settle()
            assert one.app.link.newest_problem is None
            assert not one.app.link.problems
            assert one.app.work.active is not None
            assert one.app.link.waiting_picks == 0

    asyncio.run(scenario())


def test_a_reset_forgets_lists_and_not_what_waits(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with phone(tmp_path) as one:
            for number in (1, 2):
                one.backend.put(pick_list(number=number))
            await one.time.settle()
            one.backend.sockets[-1].is_deaf = True
            one.app.work.choose("pkl_1")
            await one.app.work.start()
            one.backend.pick_lists.pop("pkl_2")
            one.backend.forgets_before = 99
            one.backend.cut()
            await one.time.advance(3)
            assert [one_list.id for one_list in one.app.work.pick_lists] == ["pkl_1"]
            assert [command.name for command in one.backend.applied] == ["pick_list.start"]

    asyncio.run(scenario())


def test_an_updated_app_asks_anew_for_what_the_older_one_could_not_read(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with phone(tmp_path) as older:
            older.backend.put(pick_list(number=1))
            await older.time.settle()
            unreadable = {**pick_list(number=2).model_dump(mode="json"), "walk": {"format": "of tomorrow"}}
            older.backend.put_as(pick_list(number=2), unreadable)
            await older.time.settle()
            assert [one.id for one in older.app.work.pick_lists] == ["pkl_1"]
        updated = Phone(tmp_path)
        updated.backend = older.backend
        settings = updated.edges.settings.model_copy(update={"app_version": "9.0.0"})
        updated.edges = replace(updated.edges, settings=settings, connect=older.backend.connect)
        updated.app = AppState(updated.edges)
        await updated.run()
        assert [one.id for one in updated.app.work.pick_lists] == ["pkl_1", "pkl_2"]
        updated.backend.cut()
        await updated.time.advance(3)
        assert [hello.last_sequence for hello in older.backend.greeted] == [0, 0, 2]
        await updated.end()

    asyncio.run(scenario())


def test_an_app_that_is_too_old_says_so_and_keeps_what_waits(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with phone(tmp_path) as one:
            one.backend.put(pick_list())
            await one.time.settle()
            one.app.work.choose("pkl_1")
            one.backend.refuses_protocol = True
            one.backend.cut()
            await one.time.advance(5)
            assert await one.app.work.start()
            await one.app.pick.scan(gtin(0))
            assert (one.app.link.status, one.app.link.waiting_picks) == (LinkStatus.OUTDATED, 1)
            one.backend.is_reachable = False
            await one.time.advance(BACKOFF_MAX_S * 2)
            assert one.app.link.status is LinkStatus.OUTDATED
            one.backend.is_reachable, one.backend.refuses_protocol = True, False
            await one.time.advance(BACKOFF_MAX_S + 2)
            assert (one.app.link.status, one.app.link.waiting_picks) == (LinkStatus.ONLINE, 0)

    asyncio.run(scenario())


def test_live_messages_reach_their_states(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with phone(tmp_path) as one:
            light = {"label_id": "lbl_1", "location_id": "loc_0", "phase": "silent"}
            one.backend.live("silent", {"labels": [light], "is_full": True})
            await one.time.settle()
            found = one.app.shelf.light_at("loc_0")
            assert found is not None
            assert found.phase == "silent"

    asyncio.run(scenario())


def test_a_reset_cut_in_the_middle_keeps_the_old_lists(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with phone(tmp_path) as one:
            one.backend.put(pick_list(number=1))
            await one.time.settle()
            one.backend.forgets_before = 99
            one.backend.cuts_before_synced = True
            one.backend.cut()
            await one.time.advance(3)
            assert [one_list.id for one_list in one.app.work.pick_lists] == ["pkl_1"]
            assert one.app._outbox.last_sequence == 1
            one.backend.cuts_before_synced = False
            one.backend.pick_lists.clear()
            one.backend.put(pick_list(number=2))
            await one.time.advance(BACKOFF_MAX_S)
            assert [one_list.id for one_list in one.app.work.pick_lists] == ["pkl_2"]

    asyncio.run(scenario())


def test_the_socket_that_never_opens_is_given_up(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with phone(tmp_path) as one:
            one.backend.is_stuck = True
            one.backend.cut()
            await one.time.advance(CONNECT_MAX_S + 3)
            assert one.app.link.status in (LinkStatus.OFFLINE, LinkStatus.CONNECTING)
            one.backend.is_stuck = False
            await one.time.advance(CONNECT_MAX_S + 5)
            assert one.app.link.is_online

    asyncio.run(scenario())


def test_a_connector_that_breaks_its_word_does_not_end_the_link(tmp_path: Path) -> None:
    async def scenario() -> None:
        await sign_in(tmp_path)
        one = Phone(tmp_path)
        failures = [RuntimeError("a mistake of ours")]

        async def connect(url: str, subprotocols: list[str]) -> Socket:
            if failures:
                raise failures.pop()
            return await one.backend.connect(url, subprotocols)

        one.app = AppState(replace(one.edges, connect=connect))
        await one.run()
        assert one.app.link.status is LinkStatus.OFFLINE
        await one.time.advance(BACKOFF_MAX_S + 2)
        assert one.app.link.is_online
        await one.end()

    asyncio.run(scenario())


def test_a_full_phone_that_cannot_forget_a_revoked_session_does_not_hammer_the_backend(tmp_path: Path) -> None:
    async def scenario() -> None:
        await sign_in(tmp_path)
        one = Phone(tmp_path)
        attempts: list[float] = []
        is_full = True

        async def flush() -> None:
            if is_full:
                raise OSError("quota exceeded")

        async def connect(url: str, subprotocols: list[str]) -> Socket:
            attempts.append(one.time.clock.monotonic_s())
            return await one.backend.connect(url, subprotocols)

        one.backend.valid_tokens.clear()
        one.app = AppState(replace(one.edges, connect=connect, flush=flush))
        await one.run()
        assert len(attempts) == 1
        await one.time.advance(BACKOFF_MAX_S * 4)
        assert 4 <= len(attempts) <= 20
        assert one.app.link.status is LinkStatus.OFFLINE
        is_full = False
        await one.time.advance(BACKOFF_MAX_S + 2)
        assert one.app.link.status is LinkStatus.SIGNED_OUT
        assert one.app.screen is Screen.SIGN_IN
        await one.end()

    asyncio.run(scenario())
