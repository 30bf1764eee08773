"""A channel is read again once it was changed, by whatever way, and not for every message."""

from __future__ import annotations

from typing import Any

import pytest

from backend.channels import repository
from backend.channels.commands import ChangeChannel
from backend.channels.errors import ChannelDisabled
from backend.channels.models import ChannelRow
from tests.backend.channels.conftest import HOME, Room
from tests.backend.counting import counted
from tests.backend.databases import both_databases


@both_databases
class TestOpen:
    def test_it_is_not_read_for_every_message(self, room: Room, native: str, monkeypatch: pytest.MonkeyPatch) -> None:
        reads = counted(monkeypatch, repository, "get_channel")
        for _ in range(5):
            room.channels.known.open(native)
            room.clock.advance(room.database.look_again_s / 5)
        assert len(reads) == 1
        room.channels.known.open(native)
        assert len(reads) == 2

    def test_switched_off_it_is_refused_with_the_next_message(self, room: Room, native: str) -> None:
        room.channels.known.open(native)
        room.do(ChangeChannel(HOME, native, "per_1", is_enabled=False))
        with pytest.raises(ChannelDisabled):
            room.channels.known.open(native)
        assert room.channels.known.open(native, is_outward=True)[0].id == native

    def test_another_process_s_change_holds_within_a_second(self, room: Room, native: str) -> None:
        room.channels.known.open(native)

        def switch_off(tx: Any) -> None:
            tx.session.get_one(ChannelRow, native).is_enabled = False
            tx.after_commit(room.database.beside.tell)

        room.run(room.writer.submit(switch_off))
        room.clock.advance(1)
        with pytest.raises(ChannelDisabled):
            room.channels.known.open(native)
