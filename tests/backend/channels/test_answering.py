"""The shopper's answer to a proposed substitute, over HTTP."""

from __future__ import annotations

import pytest

from backend.orders.models import OrderLineRow
from backend.picking.errors import AnsweredOtherwise, AnswerTooLate, ProposalClosed, ProposalNotFound
from shared.errors import BlinkpickError
from shared.substitution import ShopperAnswer
from tests.backend.channels.conftest import HOME, Room, order_body, order_with

PATH = "/orders/web-10042/lines/1/substitution"
APPROVAL = {"proposal_id": "sub_1", "answer": "approve"}


@pytest.fixture
def room(room: Room, native: str) -> Room:
    assert room.post_order(native, order_body()).status_code == 202
    return room


def line_id(room: Room, external_line_id: str = "1") -> str:
    return next(row.id for row in room.rows(OrderLineRow) if row.external_line_id == external_line_id)


def test_it_reaches_the_line(room: Room, native: str) -> None:
    answered = room.ask("POST", PATH, room.key(native), json=APPROVAL)
    assert answered.status_code == 200
    assert answered.json() == {"proposal_id": "sub_1", "status": "approved", "decided_at": "2026-01-05T08:00:00Z"}
    assert room.proposals.asked == [(HOME, line_id(room), "sub_1", ShopperAnswer.APPROVE)]


def test_no(room: Room, native: str) -> None:
    answered = room.ask("POST", PATH, room.key(native), json={**APPROVAL, "answer": "refuse"})
    assert answered.json()["status"] == "refused"


def test_a_line_may_be_called_anything(room: Room, native: str) -> None:
    room.post_order(native, order_with(external_line_id="a/b 1").replace(b"web-10042", b"web-2"), "k-2")
    answered = room.ask("POST", "/orders/web-2/lines/a%2Fb%201/substitution", room.key(native), json=APPROVAL)
    assert answered.status_code == 200
    assert room.proposals.asked[-1][1] == line_id(room, "a/b 1")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/orders/web-9/lines/1/substitution", "order_unknown"),
        ("/orders/web-10042/lines/9/substitution", "proposal_not_found"),
    ],
)
def test_what_nobody_knows_is_not_found(room: Room, native: str, path: str, code: str) -> None:
    answered = room.ask("POST", path, room.key(native), json=APPROVAL)
    assert (answered.status_code, answered.json()["code"]) == (404, code)


def test_another_channel_has_no_say(room: Room) -> None:
    other = room.add_channel()
    assert room.ask("POST", PATH, room.key(other), json=APPROVAL).status_code == 404
    assert room.ask("POST", PATH, json=APPROVAL).status_code == 401


@pytest.mark.parametrize(
    "body", [{}, {"proposal_id": "sub_1"}, {**APPROVAL, "answer": "maybe"}, {**APPROVAL, "more": 1}, []]
)
def test_a_body_that_does_not_fit(room: Room, native: str, body: object) -> None:
    answered = room.ask("POST", PATH, room.key(native), json=body)
    assert answered.status_code == 422
    assert room.proposals.asked == []


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (AnswerTooLate("the time to answer is over", status="refused"), 409),
        (AnsweredOtherwise("the shopper has answered already: approved"), 409),
        (ProposalClosed("the order was cancelled before anybody answered"), 409),
        (ProposalNotFound("no such proposal for this line"), 404),
    ],
)
def test_a_refusal_says_why(room: Room, native: str, error: BlinkpickError, status: int) -> None:
    room.proposals.refusal = error
    answered = room.ask("POST", PATH, room.key(native), json=APPROVAL)
    assert (answered.status_code, answered.json()["code"]) == (status, error.code)
    assert answered.json()["detail"] == error.detail


def test_an_order_says_what_its_shopper_wishes(room: Room, native: str) -> None:
    posted = order_with(substitution="ask", wished_skus=["EGGS-10"]).replace(b"web-10042", b"web-2")
    room.post_order(native, posted, "k-2")
    lines = room.ask("GET", "/orders/web-2", room.key(native)).json()["lines"]
    assert [(line["wish"], line["quantity_substituted"], line["proposal_id"]) for line in lines] == [
        ("ask", 0, None),
        ("refuse", 0, None),
    ]
    row = next(row for row in room.rows(OrderLineRow) if row.wish == "ask")
    assert row.wished_skus == "EGGS-10"


def test_an_order_sent_again_after_a_year_is_the_same_order(room: Room, native: str) -> None:
    """What it says of substitutes is no part of its fingerprint where it says nothing."""
    again = room.post_order(native, order_body(), "k-2")
    assert again.json()["status"] == "accepted"
