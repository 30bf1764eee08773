"""What is read of a chain: its own channels, and no other's."""

from __future__ import annotations

import sqlalchemy as sa

from backend.channels import chain_rows
from backend.channels.commands import ChangeChannel
from backend.channels.models import ChannelRow
from tests.backend.channels.conftest import HOME, OTHER, Room
from tests.backend.databases import both_databases

THIRD = "sto_third"


def of_chain(room: Room, channel_id: str, chain: str = "example") -> list[tuple[str, str]]:
    with room.database.asking() as connection:
        return [(row.id, row.store_id) for row in chain_rows.get_channels(connection, channel_id, chain)]


class TestChannels:
    @both_databases
    def test_those_of_the_chain_whose_adapter_is_the_same(self, room: Room) -> None:
        home, other = room.add_channel(chain="example"), room.add_channel(store_id=OTHER, chain="example")
        room.add_channel(store_id=THIRD, chain="another")
        room.add_channel(store_id=THIRD)
        of_another_platform = room.add_channel(store_id=THIRD, chain="example")
        changed = sa.update(ChannelRow).filter_by(id=of_another_platform).values(adapter="delivery_hero")
        room.run(room.writer.submit(lambda tx: tx.connection.execute(changed)))
        assert of_chain(room, home) == [(home, HOME), (other, OTHER)]
        assert of_chain(room, other) == [(other, OTHER), (home, HOME)]

    @both_databases
    def test_without_a_chain_it_is_alone(self, room: Room) -> None:
        home = room.add_channel(chain="example")
        room.add_channel(store_id=OTHER, chain="example")
        room.add_channel(store_id=THIRD, chain="")
        assert of_chain(room, home, "") == [(home, HOME)]

    @both_databases
    def test_one_for_each_store_and_its_own_first(self, room: Room) -> None:
        room.add_channel(chain="example")
        home = room.add_channel(chain="example")
        others = [room.add_channel(store_id=OTHER, chain="example") for _ in range(2)]
        assert of_chain(room, home) == [(home, HOME), (min(others), OTHER)]

    @both_databases
    def test_what_is_switched_off_serves_nobody_but_is_itself(self, room: Room) -> None:
        home, other = room.add_channel(chain="example"), room.add_channel(store_id=OTHER, chain="example")
        room.do(ChangeChannel(OTHER, other, is_enabled=False, caused_by="per_1"))
        assert of_chain(room, home) == [(home, HOME)]
        assert of_chain(room, other) == [(other, OTHER), (home, HOME)]
