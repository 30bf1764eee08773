"""Several nodes on one PostgreSQL: what the single writer gives a small shop for free, locks must give a chain."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backend.core.bus import Bus
from backend.core.database import Database
from backend.core.writer import Writer
from backend.people.errors import ChannelKeyRefused, SessionEnded, SignInRefused
from backend.people.limits import FAILURES_PER_BADGE_MAX
from backend.people.pins import PinHasher
from backend.people.service import PeopleService
from backend.people.tokens import SystemTokenSource
from shared.clock import ManualClock
from shared.ids import SystemIdSource
from tests.backend.databases import both_databases, on_postgresql
from tests.backend.people.conftest import HOME, LIMITS, PIN, Desk, handlers_of, store_facts

PICKERS = 9


@pytest.fixture
def other_node(
    database: Database, desk: Desk, clock: ManualClock, hasher: PinHasher, run: Callable[..., Any]
) -> Iterator[PeopleService]:
    """A second writer and a second service on the same tables."""
    writer = Writer(database, clock, SystemIdSource(clock))
    bus = Bus(writer)
    people = PeopleService(
        database=database,
        clock=clock,
        hasher=hasher,
        tokens=SystemTokenSource(),
        store_facts=store_facts,
        handle=bus.handle,
        limits=LIMITS,
    )
    bus.handlers = handlers_of(people)
    writer.start()
    yield people
    writer.stop()


@on_postgresql
class TestTwoNodes:
    def test_guesses_at_two_nodes_are_counted_together(self, desk: Desk, other_node: PeopleService) -> None:
        desk.hire("P-1")
        token, _ = desk.phone()

        async def storm() -> list[object]:
            nodes = [desk.people, other_node] * 15
            tries = (node.sign_in(token, "P-1", f"{number:06}") for number, node in enumerate(nodes))
            return await asyncio.gather(*tries, return_exceptions=True)

        answers = desk.run(storm())
        assert sum(isinstance(answer, SignInRefused) for answer in answers) == FAILURES_PER_BADGE_MAX

    def test_lights_given_out_at_two_nodes_differ(self, desk: Desk, other_node: PeopleService) -> None:
        phones = []
        for number in range(PICKERS):
            desk.hire(f"P-{number}")
            phones.append(desk.phone()[0])

        async def all_at_once() -> list[Any]:
            nodes = [desk.people, other_node] * PICKERS
            tries = (nodes[number].sign_in(token, f"P-{number}", PIN) for number, token in enumerate(phones))
            return await asyncio.gather(*tries)

        principals = [signed_in.principal for signed_in in desk.run(all_at_once())]
        assert len({(principal.colour, principal.pattern) for principal in principals}) == PICKERS

    def test_one_person_at_two_nodes_has_one_session(self, desk: Desk, other_node: PeopleService) -> None:
        desk.hire("P-1")
        phones = [desk.phone()[0] for _ in range(6)]

        async def all_at_once() -> list[Any]:
            nodes = [desk.people, other_node] * 3
            tries = (node.sign_in(token, "P-1", PIN) for node, token in zip(nodes, phones, strict=True))
            return await asyncio.gather(*tries)

        opened = [signed_in.principal.session_id for signed_in in desk.run(all_at_once())]
        ended = desk.run(desk.people.ended_among(opened))
        assert len(opened) - len(ended) == 1

    def test_what_one_node_ends_the_other_forgets_within_a_second(self, desk: Desk, other_node: PeopleService) -> None:
        desk.hire("P-1")
        signed_in = desk.sign_in(desk.phone()[0], "P-1")
        desk.run(other_node.authenticate(signed_in.session_token))
        desk.run(desk.people.sign_out(signed_in.principal))
        desk.clock.advance(1)
        with pytest.raises(SessionEnded):
            desk.run(other_node.authenticate(signed_in.session_token))


class TestChannelKeys:
    @both_databases
    def test_what_another_process_revokes_is_refused_within_a_second(
        self, desk: Desk, other_node: PeopleService
    ) -> None:
        key = desk.run(desk.people.create_channel_key(HOME, "chn_web", "test"))
        desk.run(desk.people.authenticate_channel(key.key))
        desk.run(other_node.revoke_channel_keys(HOME, "chn_web", "test"))
        desk.clock.advance(1)
        with pytest.raises(ChannelKeyRefused):
            desk.run(desk.people.authenticate_channel(key.key))

    def test_at_a_file_a_command_line_s_word_holds_for_the_next_message(
        self, desk: Desk, other_node: PeopleService
    ) -> None:
        key = desk.run(desk.people.create_channel_key(HOME, "chn_web", "test"))
        desk.run(desk.people.authenticate_channel(key.key))
        desk.run(other_node.revoke_channel_keys(HOME, "chn_web", "test"))
        with pytest.raises(ChannelKeyRefused):
            desk.run(desk.people.authenticate_channel(key.key))
