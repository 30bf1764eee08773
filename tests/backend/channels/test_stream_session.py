"""One connection without sockets: what may be under way in each direction, and whose turn it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backend.channels.errors import StreamMisused
from backend.channels.stream_session import Asked, StreamSession
from shared.channel_stream import EVENTS_UNACKNOWLEDGED_MAX, REQUESTS_UNANSWERED_MAX, Acknowledgement, CancelOrder


def cancel(session: StreamSession, request_id: str, external_id: str = "web-1") -> Any:
    said = {"id": request_id, "name": "order.cancel", "external_id": external_id, "reason": "because"}
    return session.receive(json.dumps(said))


def sent(session: StreamSession, count: int) -> None:
    for sequence in range(session.sent_up_to + 1, session.sent_up_to + count + 1):
        session.sent(sequence)


def id_of(asked: Asked | None) -> str | None:
    return asked.id if asked is not None else None


class TestEvents:
    def test_an_acknowledgement_makes_room(self) -> None:
        session = StreamSession(5)
        sent(session, 3)
        assert session.room == EVENTS_UNACKNOWLEDGED_MAX - 3
        assert session.receive('{"ack": 7}') == Acknowledgement(ack=7)
        assert session.room == EVENTS_UNACKNOWLEDGED_MAX - 1

    @pytest.mark.parametrize("ack", [0, 4, 5, 6])
    def test_one_that_says_nothing_new_is_nothing_to_keep(self, ack: int) -> None:
        session = StreamSession(5)
        sent(session, 1)
        session.receive('{"ack": 6}')
        assert session.receive(json.dumps({"ack": ack})) is None
        assert session.acknowledged_up_to == 6

    def test_what_was_not_sent_cannot_be_acknowledged(self) -> None:
        session = StreamSession(5)
        with pytest.raises(StreamMisused, match="6 was not sent"):
            session.receive('{"ack": 6}')

    def test_a_gap_would_be_a_lost_event(self) -> None:
        with pytest.raises(AssertionError):
            StreamSession(5).sent(7)


class TestRequests:
    def test_so_many_are_under_way_until_one_is_answered(self) -> None:
        session = StreamSession(0)
        asked = [cancel(session, f"m-{number}", f"web-{number}") for number in range(REQUESTS_UNANSWERED_MAX)]
        assert session.is_full
        session.answered(asked[7])
        assert not session.is_full

    def test_those_about_one_order_take_turns(self) -> None:
        session = StreamSession(0)
        first, second, third = (cancel(session, f"m-{number}") for number in range(3))
        other = cancel(session, "m-9", "web-2")
        assert (id_of(first), second, third, id_of(other)) == ("m-0", None, None, "m-9")
        assert id_of(following := session.answered(first)) == "m-1"
        assert following is not None
        assert id_of(last := session.answered(following)) == "m-2"
        assert last is not None
        assert session.answered(last) is None
        assert id_of(cancel(session, "m-4")) == "m-4"

    def test_waiting_for_a_turn_counts_as_under_way(self) -> None:
        session = StreamSession(0)
        for number in range(REQUESTS_UNANSWERED_MAX):
            cancel(session, f"m-{number}")
        assert session.is_full

    def test_what_cannot_be_read_is_answered_like_the_others(self) -> None:
        session = StreamSession(0)
        asked = session.receive('{"id": "m-1", "name": "order.fetch"}')
        assert not isinstance(asked, CancelOrder | Acknowledgement)
        assert id_of(asked) == "m-1"

    def test_what_nobody_could_answer_ends_the_connection(self) -> None:
        with pytest.raises(StreamMisused):
            StreamSession(0).receive('{"name": "order.cancel"}')
