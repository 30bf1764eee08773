"""Orders that cannot be picked as they are: kept with the reason, retried or dismissed by a supervisor."""

from __future__ import annotations

from typing import Any

import pytest

from tests.backend.channels.conftest import OTHER_SUPERVISOR, PICKER, SUPERVISOR, Room, card, order_body, order_with

UNKNOWN = order_with(sku="NEW-THING", gtins=[])


def hold(room: Room, channel: str, body: bytes = UNKNOWN, key: str = "k-1") -> dict[str, Any]:
    answer = room.post_order(channel, body, key)
    assert answer.status_code == 202
    held: dict[str, Any] = answer.json()
    assert held["status"] == "held"
    return held


def retry(room: Room, exception_id: str, token: str = SUPERVISOR) -> Any:
    return room.ask("POST", f"/intake/exceptions/{exception_id}/retry", token)


def dismiss(room: Room, exception_id: str, token: str = SUPERVISOR, reason: str = "not ours") -> Any:
    return room.ask("POST", f"/intake/exceptions/{exception_id}/dismiss", token, json={"reason": reason})


class TestHold:
    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            (UNKNOWN, "product_unknown"),
            (order_with(sku="RICE-1KG"), "product_ambiguous"),
            (order_with(quantity="1.5"), "quantity_impossible"),
            (order_with(unit="kg"), "unit_does_not_fit"),
            (order_body(due_at="2026-01-05T07:00:00Z"), "due_before_placed"),
        ],
    )
    def test_each_reason(self, room: Room, native: str, body: bytes, reason: str) -> None:
        held = hold(room, native, body)
        assert held["reason"] == reason
        assert room.accepted == []
        (shown,) = room.ask("GET", "/intake/exceptions", SUPERVISOR).json()
        assert (shown["id"], shown["reason"]) == (held["intake_exception_id"], reason)
        assert shown["order"]["lines"][0]["name"] == "Whole milk 1 l"
        (message,) = room.told(native)
        assert (message["name"], message["body"]["reason"]) == ("order.held", reason)
        assert message["order"]["id"] == ""

    def test_every_line_in_trouble_is_named(self, room: Room, native: str) -> None:
        lines = [
            {"external_line_id": str(number), "sku": f"NEW-{number}", "name": f"Thing {number}", "quantity": 1}
            for number in range(3)
        ]
        hold(room, native, order_body(lines=lines))
        (shown,) = room.ask("GET", "/intake/exceptions", SUPERVISOR).json()
        assert [problem["external_line_id"] for problem in shown["problems"]] == ["0", "1", "2"]

    def test_again_is_still_one(self, room: Room, native: str) -> None:
        first, again = hold(room, native), hold(room, native, key="k-2")
        assert first == again
        assert len(room.exceptions) == 1


class TestRetry:
    def test_after_the_catalogue_is_mended(self, room: Room, native: str) -> None:
        held = hold(room, native)
        room.catalogue.cards["sto_home"].append(card("NEW-THING"))
        answer = retry(room, held["intake_exception_id"]).json()
        (order,) = room.accepted
        assert (answer["status"], answer["order_id"]) == ("accepted", order.id)
        assert room.told_names(native) == ["order.held", "order.accepted"]
        (row,) = room.exceptions
        assert (row.status, row.closed_by) == ("retried", "per_supervisor")

    def test_before_it_is_mended_it_stays(self, room: Room, native: str) -> None:
        held = hold(room, native)
        assert retry(room, held["intake_exception_id"]).json()["status"] == "held"
        assert room.told_names(native) == ["order.held"]
        assert [row.status for row in room.exceptions] == ["open"]

    def test_twice_is_refused(self, room: Room, native: str) -> None:
        held = hold(room, native)
        room.catalogue.cards["sto_home"].append(card("NEW-THING"))
        retry(room, held["intake_exception_id"])
        assert retry(room, held["intake_exception_id"]).json()["code"] == "intake_exception_closed"
        assert len(room.accepted) == 1

    def test_posting_it_again_after_the_retry_answers_accepted(self, room: Room, native: str) -> None:
        held = hold(room, native)
        room.catalogue.cards["sto_home"].append(card("NEW-THING"))
        retry(room, held["intake_exception_id"])
        assert room.post_order(native, UNKNOWN, "k-2").json()["status"] == "accepted"


class TestDismiss:
    def test_the_channel_hears(self, room: Room, native: str) -> None:
        held = hold(room, native)
        assert dismiss(room, held["intake_exception_id"]).status_code == 204
        assert room.told(native)[-1]["body"] == {
            "intake_exception_id": held["intake_exception_id"],
            "reason": "not ours",
        }
        assert room.post_order(native, UNKNOWN, "k-2").json()["status"] == "dismissed"
        assert retry(room, held["intake_exception_id"]).status_code == 409

    def test_not_with_the_channel_s_own_word(self, room: Room, native: str) -> None:
        held = hold(room, native)
        assert dismiss(room, held["intake_exception_id"], reason="cancelled_by_channel").status_code == 422


class TestWhoMay:
    @pytest.mark.parametrize(("token", "status"), [("", 401), (PICKER, 403), (OTHER_SUPERVISOR, 404)])
    def test_only_this_store_s_supervisors(self, room: Room, native: str, token: str, status: int) -> None:
        held = hold(room, native)
        assert retry(room, held["intake_exception_id"], token).status_code == status
        assert dismiss(room, held["intake_exception_id"], token).status_code == status
        assert [row.status for row in room.exceptions] == ["open"]

    def test_other_stores_see_none(self, room: Room, native: str) -> None:
        hold(room, native)
        assert room.ask("GET", "/intake/exceptions", OTHER_SUPERVISOR).json() == []
        assert room.ask("GET", "/channels", OTHER_SUPERVISOR).json() == []

    def test_a_channel_key_opens_no_supervisor_door(self, room: Room, native: str) -> None:
        assert room.ask("GET", "/intake/exceptions", room.key(native)).status_code == 401


class TestChannels:
    def test_a_supervisor_adds_one_and_never_sees_its_secrets(self, room: Room) -> None:
        room.secrets["BLINKPICK_SECRET_OD"] = "very-secret"
        settings = {
            "base_url": "https://platform.example",
            "app_id": "a",
            "merchant_id": "m" * 36,
            "client_id": "c",
            "client_secret": "env:BLINKPICK_SECRET_OD",
        }
        body = {"adapter": "open_delivery", "name": "Platform", "settings": settings}
        assert room.ask("POST", "/channels", SUPERVISOR, json=body).status_code == 201
        listed = room.ask("GET", "/channels", SUPERVISOR)
        assert listed.json()[0]["name"] == "Platform"
        assert "secret" not in listed.text

    @pytest.mark.parametrize(
        ("adapter", "settings", "status"),
        [
            ("nobody", {}, 404),
            ("open_delivery_host", {}, 404),
            ("open_delivery", {"client_secret": "hush-hush"}, 422),
            ("open_delivery", {"client_secret": "env:PATH"}, 422),
            ("native", {"surprise": 1}, 422),
        ],
    )
    def test_wrong_settings_are_refused_without_their_values(
        self, room: Room, adapter: str, settings: dict[str, Any], status: int
    ) -> None:
        room.secrets["PATH"] = "/bin"
        body = {"adapter": adapter, "name": "Platform", "settings": settings}
        refused = room.ask("POST", "/channels", SUPERVISOR, json=body)
        assert refused.status_code == status
        assert "hush-hush" not in refused.text
