"""How long a session holds, and everything that ends it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from backend.people import repository
from backend.people.errors import ChannelKeyRefused, PersonNotFound, SessionEnded, SessionLocked
from backend.people.importing import NewPerson
from backend.people.models import Role
from backend.people.service import SignedIn
from shared.events import ShiftEnded
from shared.labels import LightColour
from tests.backend.counting import counted
from tests.backend.databases import both_databases
from tests.backend.people.conftest import HOME, LIMITS, OTHER, WRONG_PIN, Desk

CHANNEL = "chn_shop"


@pytest.fixture
def signed_in(desk: Desk) -> SignedIn:
    desk.hire("P-1")
    return desk.sign_in(desk.phone()[0], "P-1")


class TestAuthenticate:
    @pytest.mark.parametrize("token", ["", "ses_", "ses_" + "0" * 64, "ses_" + "x" * 100_000, "Ω", "ses_\ud800"])
    def test_an_unknown_token_is_an_ended_session(self, desk: Desk, token: str) -> None:
        with pytest.raises(SessionEnded):
            desk.who(token)

    def test_work_keeps_the_session_open(self, desk: Desk, signed_in: SignedIn) -> None:
        for _ in range(10):
            desk.clock.advance(LIMITS.idle_s - LIMITS.seen_every_s - 1)
            desk.who(signed_in.session_token)

    def test_an_idle_phone_locks_and_the_pin_opens_the_same_shift(self, desk: Desk) -> None:
        desk.hire("P-1")
        token, _ = desk.phone()
        before = desk.sign_in(token, "P-1")
        desk.clock.advance(LIMITS.idle_s)
        with pytest.raises(SessionLocked):
            desk.who(before.session_token)
        after = desk.sign_in(token, "P-1")
        assert desk.who(after.session_token).shift_id == before.principal.shift_id
        assert not [event for event in desk.events if isinstance(event, ShiftEnded)]

    def test_a_day_ends_however_busy(self, desk: Desk, signed_in: SignedIn) -> None:
        while (desk.clock.monotonic_s()) < LIMITS.absolute_s:
            desk.who(signed_in.session_token)
            desk.clock.advance(600)
        with pytest.raises(SessionEnded):
            desk.who(signed_in.session_token)

    def test_a_websockets_commands_put_the_lock_off(self, desk: Desk, signed_in: SignedIn) -> None:
        desk.clock.advance(LIMITS.idle_s - 1)
        desk.run(desk.people.note_seen(signed_in.principal))
        desk.clock.advance(LIMITS.idle_s - 1)
        assert desk.who(signed_in.session_token)


class TestSignOut:
    def test_session_and_shift_end_and_the_light_is_free(self, desk: Desk, signed_in: SignedIn) -> None:
        desk.run(desk.people.sign_out(signed_in.principal))
        with pytest.raises(SessionEnded):
            desk.who(signed_in.session_token)
        assert isinstance(desk.events[-1], ShiftEnded)
        assert desk.events[-1].shift_id == signed_in.principal.shift_id
        assert desk.ended == [signed_in.principal.session_id]
        desk.hire("P-2")
        assert desk.sign_in(desk.phone()[0], "P-2").principal.colour is LightColour.BLUE

    def test_twice_is_no_error_and_happens_once(self, desk: Desk, signed_in: SignedIn) -> None:
        for _ in range(2):
            desk.run(desk.people.sign_out(signed_in.principal))
        assert [type(event) for event in desk.events].count(ShiftEnded) == 1

    def test_whoever_keeps_connections_hears_before_the_answer_and_after_the_commit(
        self, desk: Desk, signed_in: SignedIn
    ) -> None:
        heard: list[bool] = []
        desk.people.on_sessions_ended(lambda _ids: heard.append(desk.access()[-1].what == "session.signed_out"))
        desk.run(desk.people.sign_out(signed_in.principal))
        assert heard == [True]


class TestDeactivate:
    def test_every_session_ends_at_once(self, desk: Desk, signed_in: SignedIn) -> None:
        desk.who(signed_in.session_token)
        desk.run(desk.people.deactivate_person(HOME, signed_in.principal.person_id, "test"))
        with pytest.raises(SessionEnded):
            desk.who(signed_in.session_token)
        assert desk.ended == [signed_in.principal.session_id]

    def test_a_person_of_another_store_is_not_there(self, desk: Desk, signed_in: SignedIn) -> None:
        with pytest.raises(PersonNotFound):
            desk.run(desk.people.deactivate_person(OTHER, signed_in.principal.person_id, "test"))
        assert desk.who(signed_in.session_token)


class TestImport:
    def test_the_same_file_again_changes_nothing(self, desk: Desk, signed_in: SignedIn) -> None:
        desk.hire("P-1")
        assert desk.who(signed_in.session_token)
        assert len(desk.run(desk.people.list_people(HOME))) == 1

    @pytest.mark.parametrize(
        "changed",
        [
            NewPerson("P-1", "Person P-1", Role.SUPERVISOR, "482913", "en"),
            NewPerson("P-1", "Person P-1", Role.PICKER, WRONG_PIN, "en"),
        ],
        ids=["role", "pin"],
    )
    def test_another_role_or_pin_ends_the_session(self, desk: Desk, signed_in: SignedIn, changed: NewPerson) -> None:
        assert desk.run(desk.people.import_people(HOME, [changed], "test")) == 0
        with pytest.raises(SessionEnded):
            desk.who(signed_in.session_token)

    def test_another_name_shows_at_once(self, desk: Desk, signed_in: SignedIn) -> None:
        desk.who(signed_in.session_token)
        changed = NewPerson("P-1", "Ana", Role.PICKER, "482913", "pt-BR")
        desk.run(desk.people.import_people(HOME, [changed], "test"))
        assert desk.who(signed_in.session_token).name == "Ana"


class TestEndExpired:
    def test_a_forgotten_shift_gives_its_light_back(self, desk: Desk, signed_in: SignedIn) -> None:
        desk.clock.advance(LIMITS.absolute_s)
        assert desk.run(desk.people.end_expired_sessions()) == 1
        assert desk.ended == [signed_in.principal.session_id]
        assert isinstance(desk.events[-1], ShiftEnded)

    def test_the_next_sign_in_does_it_too(self, desk: Desk, signed_in: SignedIn) -> None:
        desk.clock.advance(LIMITS.absolute_s)
        desk.hire("P-2")
        assert desk.sign_in(desk.phone()[0], "P-2").principal.colour is LightColour.BLUE

    def test_a_session_still_good_stays(self, desk: Desk, signed_in: SignedIn) -> None:
        desk.clock.advance(LIMITS.absolute_s - 1)
        assert desk.run(desk.people.end_expired_sessions()) == 0


@both_databases
class TestEndedAmong:
    def test_names_why_each_holds_no_more(self, desk: Desk) -> None:
        for badge in ("P-1", "P-2", "P-3"):
            desk.hire(badge)
        lost_token, lost_id = desk.phone()
        lost, gone, good = (
            desk.sign_in(token, badge).principal
            for token, badge in ((lost_token, "P-1"), (desk.phone()[0], "P-2"), (desk.phone()[0], "P-3"))
        )
        desk.run(desk.people.revoke_device(HOME, lost_id, "test"))
        desk.run(desk.people.sign_out(gone))
        ids = [lost.session_id, gone.session_id, good.session_id, "ssn_unknown"]
        expected = {lost.session_id: "device_revoked", gone.session_id: "signed_out", "ssn_unknown": "signed_out"}
        assert desk.run(desk.people.ended_among(ids)) == expected
        desk.clock.advance(LIMITS.idle_s)
        assert desk.run(desk.people.ended_among([good.session_id])) == {good.session_id: "locked"}

    def test_what_holds_for_long_is_not_read_each_time(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        desk.hire("P-1")
        mine = desk.sign_in(desk.phone()[0], "P-1").principal
        reads = counted(monkeypatch, repository, "find_holding")

        def ended() -> dict[str, str]:
            return desk.run(desk.people.ended_among([mine.session_id]))

        assert (ended(), ended(), len(reads)) == ({}, {}, 1)
        desk.clock.advance(desk.database.look_again_s)
        assert (ended(), len(reads)) == ({}, 2)
        desk.run(desk.people.sign_out(mine))
        assert (ended(), len(reads)) == ({mine.session_id: "signed_out"}, 3)

    def test_asks_nothing_about_nobody(self, desk: Desk) -> None:
        assert desk.run(desk.people.ended_among([])) == {}


@both_databases
class TestChannelKey:
    def test_a_key_says_which_channel_calls(self, desk: Desk) -> None:
        key = desk.run(desk.people.create_channel_key(HOME, CHANNEL, "test"))
        assert key.key.startswith("bpk_")
        channel = desk.run(desk.people.authenticate_channel(key.key))
        assert (channel.channel_id, channel.store_id) == (CHANNEL, HOME)

    def test_a_revoked_key_is_refused_on_the_next_request(self, desk: Desk) -> None:
        key = desk.run(desk.people.create_channel_key(HOME, CHANNEL, "test"))
        desk.run(desk.people.authenticate_channel(key.key))
        revoked: list[str] = []
        desk.people.on_channel_keys_revoked(revoked.append)
        assert desk.run(desk.people.revoke_channel_keys(HOME, CHANNEL, "test")) == 1
        assert revoked == [CHANNEL]
        with pytest.raises(ChannelKeyRefused):
            desk.run(desk.people.authenticate_channel(key.key))

    def test_a_key_is_not_read_for_each_message(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        key = desk.run(desk.people.create_channel_key(HOME, CHANNEL, "test"))
        reads = counted(monkeypatch, repository, "find_channel_key")
        for _ in range(5):
            desk.run(desk.people.authenticate_channel(key.key))
            desk.clock.advance(desk.database.look_again_s / 5)
        assert len(reads) == 1
        desk.run(desk.people.authenticate_channel(key.key))
        assert len(reads) == 2

    def test_a_key_that_is_revoked_while_it_is_read_is_not_remembered(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key = desk.run(desk.people.create_channel_key(HOME, CHANNEL, "test"))
        find = repository.find_channel_key

        async def overtaken() -> None:
            loop = asyncio.get_running_loop()

            def slow(connection: Any, digest: str) -> Any:
                found = find(connection, digest)
                revoking = desk.people.revoke_channel_keys(HOME, CHANNEL, "test")
                asyncio.run_coroutine_threadsafe(revoking, loop).result(10)
                return found

            monkeypatch.setattr(repository, "find_channel_key", slow)
            await desk.people.authenticate_channel(key.key)
            monkeypatch.setattr(repository, "find_channel_key", find)
            with pytest.raises(ChannelKeyRefused):
                await desk.people.authenticate_channel(key.key)

        desk.run(overtaken())

    def test_two_keys_let_a_channel_change_over(self, desk: Desk) -> None:
        old, new = (desk.run(desk.people.create_channel_key(HOME, CHANNEL, "test")) for _ in range(2))
        desk.run(desk.people.revoke_channel_keys(HOME, CHANNEL, "test", old.key_id))
        assert desk.run(desk.people.authenticate_channel(new.key))

    def test_another_store_revokes_nothing_of_ours(self, desk: Desk) -> None:
        key = desk.run(desk.people.create_channel_key(HOME, CHANNEL, "test"))
        assert desk.run(desk.people.revoke_channel_keys(OTHER, CHANNEL, "test", key.key_id)) == 0
        assert desk.run(desk.people.authenticate_channel(key.key))
