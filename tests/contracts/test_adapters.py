"""The contract of channel adapters: every adapter and simulator the registry finds passes the same suite."""

from __future__ import annotations

import ast
import asyncio
import json
import tomllib
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from backend.channels.errors import AdapterUnknown, ChannelSettingsInvalid
from backend.channels.port import (
    Call,
    ChannelAdapter,
    ChannelError,
    ChannelRefused,
    ChannelUnavailable,
    Edge,
    Intake,
    NewOrder,
    PayloadUnknown,
    RawMessage,
    RepeatSemantics,
    ReportedLine,
    ReportedOrder,
    SignatureInvalid,
)
from backend.channels.registry import ADAPTERS_FOLDER, AdapterFolder, AdapterRegistry
from backend.channels.stream_messages import STREAMED_EVENTS
from shared.clock import ManualClock
from shared.events import Event
from shared.picking import ShortReason
from shared.substitution import DecidedBy, ShopperAnswer
from tests.backend.channels.payloads import PAYLOADS, cases, damage_of_body
from tests.setting_words import unsaid

ROOT = Path(__file__).parents[2]
REGISTRY = AdapterRegistry()
FOLDERS = [*REGISTRY.adapters(), *REGISTRY.simulators()]
RULES = tomllib.loads((ADAPTERS_FOLDER / "checklist.toml").read_text("utf-8"))["rules"]
LINES_MAX, FUNCTION_LINES_MAX = 400, 70
ORDER_ID = "3f0e2b7c-9a7e-4a44-9c0e-0d6c6d1f0a01"

every_folder = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.manifest.name)
every_adapter = pytest.mark.parametrize("folder", REGISTRY.adapters(), ids=lambda folder: folder.manifest.name)


def make(folder: AdapterFolder, transport: httpx.AsyncBaseTransport | None = None) -> ChannelAdapter:
    return folder.make_adapter(cases(folder.manifest.name)["settings"], Edge(ManualClock(), transport))


def pushed(folder: AdapterFolder) -> Iterator[tuple[dict[str, Any], RawMessage]]:
    for case in cases(folder.manifest.name)["pushed"]:
        body = (PAYLOADS / folder.manifest.name / case["file"]).read_bytes()
        yield case, RawMessage(body, case.get("headers", {}), case["path"])


@cache
def what_is_pushed(folder: AdapterFolder) -> tuple[ChannelAdapter, list[RawMessage]]:
    """Made and read once, for the many examples of one property: parsing changes nothing of it."""
    return make(folder), [message for _, message in pushed(folder)]


@cache
def any_body(body: bytes) -> st.SearchStrategy[bytes]:
    return st.binary(max_size=100) | damage_of_body(body)


def every_event() -> list[Event]:
    """One of each kind a channel may hear, its fields filled by their type."""
    given_fields = {
        "at": datetime(2026, 1, 5, 8, 0, tzinfo=UTC),
        "reason": "a reason",
        "due_at": datetime(2026, 1, 5, 9, 0, tzinfo=UTC),
        "lines": 2,
        "quantity_ordered": 2,
        "quantity_picked": 1,
        "is_complete": False,
        "quantity_substituted": 1,
        "quantity_short": 0,
        "bags": 2,
        "proof": "pin",
        "is_age_checked": True,
        "substitute_gtins": ["4006381333931"],
        "substitute_price_minor": 249,
        "answer_by": datetime(2026, 1, 5, 8, 5, tzinfo=UTC),
        "if_silent": ShopperAnswer.REFUSE,
        "decided_by": DecidedBy.SHOPPER,
        "products": [{"sku": "MILK-1L", "price_minor": 129}],
    }
    events = []
    for kind in STREAMED_EVENTS:
        fields = {name: given_fields.get(name, "thing_1") for name in kind.model_fields}
        if kind.model_fields.get("reason") and kind.model_fields["reason"].annotation is ShortReason:
            fields["reason"] = ShortReason.DAMAGED
        events.append(kind.model_validate(fields))
    return events


class TestFolder:
    @every_folder
    def test_it_is_named_as_its_folder_and_everything_loads(self, folder: AdapterFolder) -> None:
        assert folder.manifest.name == folder.folder.name
        assert issubclass(folder.settings_model, BaseModel)
        assert folder.settings_model.model_config.get("extra") == "forbid"
        assert folder.adapter_class.__name__ == folder.manifest.class_name

    @every_folder
    def test_it_answers_every_rule(self, folder: AdapterFolder) -> None:
        answers = tomllib.loads((folder.folder / "quality.toml").read_text("utf-8"))["rules"]
        assert answers.keys() == RULES.keys()
        for rule, answer in answers.items():
            assert answer["status"] in ("done", "todo", "exempt"), rule
            assert answer["status"] == "done" or len(answer.get("reason", "")) > 10, rule

    @every_folder
    def test_it_imports_its_port_shared_and_libraries(self, folder: AdapterFolder) -> None:
        own = f"backend.channels.adapters.{folder.manifest.name}"
        for path in folder.folder.glob("*.py"):
            for module in _imported(path):
                allowed = module.startswith(("backend.channels.port.", f"{own}.")) or module == "backend.channels.port"
                assert allowed or not module.startswith(("backend", "mobile", "tests")), f"{path.name}: {module}"

    @every_folder
    def test_its_files_are_short_and_say_why_they_exist(self, folder: AdapterFolder) -> None:
        for path in folder.folder.glob("*.py"):
            text = path.read_text("utf-8")
            tree = ast.parse(text)
            assert ast.get_docstring(tree), path.name
            assert text.count("\n") <= LINES_MAX, path.name
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    assert (node.end_lineno or 0) - node.lineno <= FUNCTION_LINES_MAX, f"{path.name}: {node.name}"

    @every_folder
    def test_wrong_settings_are_refused_without_their_values(self, folder: AdapterFolder) -> None:
        with pytest.raises(ChannelSettingsInvalid) as refused:
            folder.read_settings({"surprise": "hush-hush"})
        assert "hush-hush" not in refused.value.detail + str(refused.value.facts)

    @every_adapter
    def test_every_setting_is_said_in_every_language(self, folder: AdapterFolder) -> None:
        assert unsaid(folder.folder, folder.settings_schema()) == []

    def test_the_page_lists_every_rule(self) -> None:
        page = (ROOT / "docs" / "adding-a-channel.md").read_text("utf-8")
        for rule, meaning in RULES.items():
            assert f"| `{rule}` | {meaning} |" in page

    def test_simulators_play_an_adapter(self) -> None:
        for folder in REGISTRY.simulators():
            assert folder.manifest.plays is not None
            assert REGISTRY.adapter(folder.manifest.plays)

    def test_an_unknown_name_lists_the_known_ones(self) -> None:
        with pytest.raises(AdapterUnknown) as unknown:
            REGISTRY.adapter("nobody")
        assert unknown.value.facts["known"] == [folder.manifest.name for folder in REGISTRY.adapters()]


def changed_bodies(message: RawMessage) -> list[bytes]:
    """Where the values of a JSON document are signed, and not its bytes, every value is another one, or left out."""
    if message.headers or not message.body.startswith(b"{"):
        return [message.body + b" ", message.body[:-1]]
    fields = json.loads(message.body)
    others = [{**fields, name: f"{value}1"} for name, value in fields.items()]
    fewer = [{other: value for other, value in fields.items() if other != name} for name in fields]
    return [json.dumps(each).encode() for each in (*others, *fewer, {**fields, "more": 1})]


class TestMessages:
    @every_adapter
    def test_examples_become_what_their_case_says(self, folder: AdapterFolder) -> None:
        adapter = make(folder)
        for case, message in pushed(folder):
            if message.headers or adapter.capability.signs_messages:
                adapter.verify(message)
            notices = adapter.parse(message)
            assert [type(notice).__name__ for notice in notices] == case["notices"], case["name"]
            assert [notice.message_id for notice in notices] == [each.message_id for each in adapter.parse(message)]
            assert all(notice.message_id and notice.external_id for notice in notices)

    @every_adapter
    def test_only_who_can_hear_of_substitutes_says_a_wish(self, folder: AdapterFolder) -> None:
        """A line without one means that its shopper would rather have nothing; nothing is offered then."""
        adapter = make(folder)
        notices = [notice for _, message in pushed(folder) for notice in adapter.parse(message)]
        lines = [line for notice in notices if isinstance(notice, NewOrder) for line in notice.order.lines]
        if not adapter.capability.can_substitute:
            assert [line.external_line_id for line in lines if line.substitution is not None] == []

    @every_adapter
    def test_where_an_order_was_placed_is_said_by_its_own_id(self, folder: AdapterFolder) -> None:
        """A platform's own adapter says the id it has; a hub's another platform's; a shop of one's own may say none."""
        adapter, again = make(folder), make(folder)
        for _, message in pushed(folder):
            for first, second in zip(adapter.parse(message), again.parse(message), strict=True):
                if isinstance(first, NewOrder) and isinstance(second, NewOrder):
                    assert first.order.origin == second.order.origin
                    if first.order.origin is not None and folder.manifest.name == first.order.origin.platform:
                        assert first.order.origin.order_id == first.order.external_id

    @every_adapter
    def test_any_change_of_a_signed_message_is_refused(self, folder: AdapterFolder) -> None:
        """Where a platform signs nothing, the secret it shows must be the agreed one."""
        adapter = make(folder)
        for _, message in pushed(folder):
            changed = changed_bodies(message) if adapter.capability.signs_messages else []
            forged = [
                *(RawMessage(body, message.headers, message.path) for body in changed),
                *(
                    RawMessage(message.body, {**message.headers, name: value[::-1] + "x"}, message.path)
                    for name, value in message.headers.items()
                ),
            ]
            if message.headers:  # otherwise the signature stands in the body
                forged.append(RawMessage(message.body, {}, message.path))
            for each in forged:
                with pytest.raises(SignatureInvalid):
                    adapter.verify(each)

    @every_adapter
    @given(damage=st.data())
    def test_parsing_raises_its_own_error_only(self, folder: AdapterFolder, damage: st.DataObject) -> None:
        adapter, messages = what_is_pushed(folder)
        for message in messages:
            body = damage.draw(any_body(message.body))
            try:
                adapter.parse(RawMessage(body, message.headers, message.path))
            except PayloadUnknown:
                continue


class TestReports:
    @every_adapter
    def test_every_event_can_be_reported_and_waits_as_json(self, folder: AdapterFolder) -> None:
        lines = (ReportedLine("l-1", "SKU", 2, 1), ReportedLine("l-2", "SKU", 2, 0, is_unknown=True))
        for event in every_event():
            for order in (ReportedOrder(ORDER_ID), ReportedOrder(ORDER_ID, "ord_1", "A1", lines, {})):
                calls = folder.adapter_class.report(event, order)
                assert calls == folder.adapter_class.report(event, order), "reporting is pure"
                for call in calls:
                    assert Call(**json.loads(json.dumps(asdict(call)))) == call
                    assert call.external_id == ORDER_ID

    @every_adapter
    def test_only_who_sends_calls_reports_any(self, folder: AdapterFolder) -> None:
        calls = [
            call for event in every_event() for call in folder.adapter_class.report(event, ReportedOrder(ORDER_ID))
        ]
        assert bool(calls) == make(folder).capability.sends_calls


class TestTrouble:
    """What a network can do to an adapter that reaches out."""

    @every_adapter
    @pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
    def test_what_passes_may_be_tried_again(self, folder: AdapterFolder, status: int) -> None:
        for error in _errors(folder, lambda _: httpx.Response(status, headers={"Retry-After": "7"})):
            assert isinstance(error, ChannelUnavailable)
            assert error.is_retryable
            assert error.facts.get("retry_after_s") == 7

    @every_adapter
    @pytest.mark.parametrize("trouble", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
    def test_a_broken_line_passes(self, folder: AdapterFolder, trouble: type[httpx.TransportError]) -> None:
        def broken(request: httpx.Request) -> httpx.Response:
            raise trouble("broken", request=request)

        assert all(isinstance(error, ChannelUnavailable) for error in _errors(folder, broken))

    @every_adapter
    @pytest.mark.parametrize("status", [301, 400, 403, 404, 410])
    def test_what_never_will_is_not_tried_again(self, folder: AdapterFolder, status: int) -> None:
        for error in _errors(folder, lambda _: httpx.Response(status, headers={"Location": "http://127.0.0.1/"})):
            assert isinstance(error, ChannelRefused)
            assert not error.is_retryable

    @every_adapter
    @pytest.mark.parametrize(
        "body", [b"", b"null", b"[]", b"{}", b"<html>", b'{"access_token": 7}', b"\xff", b"[" * 9_999]
    )
    def test_nonsense_is_one_of_our_errors(self, folder: AdapterFolder, body: bytes) -> None:
        assert all(
            isinstance(error, ChannelError) for error in _errors(folder, lambda _: httpx.Response(200, content=body))
        )

    @every_adapter
    def test_no_secret_is_in_an_error(self, folder: AdapterFolder) -> None:
        secrets = [str(value) for name, value in cases(folder.manifest.name)["settings"].items() if "secret" in name]
        for status in (401, 403, 500):
            for error in _errors(folder, lambda _, status=status: httpx.Response(status)):
                assert not any(secret in error.detail + str(error.facts) for secret in secrets)


class TestCapability:
    @every_adapter
    def test_it_says_how_orders_come_and_what_a_repeat_does(self, folder: AdapterFolder) -> None:
        capability = make(folder).capability
        assert capability.intake
        assert capability.answer_status in (200, 202, 204)
        assert isinstance(capability.repeat_semantics, RepeatSemantics)
        assert Intake.POLL not in capability.intake or capability.poll_interval_s > 0


def _errors(folder: AdapterFolder, answer: Any) -> list[ChannelError]:
    """What every waiting method raises when the network answers like this; nothing where it reaches out nowhere."""

    requests: list[httpx.Request] = []

    def counted(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        response: httpx.Response = answer(request)
        return response

    async def ask() -> list[ChannelError]:
        adapter = make(folder, httpx.MockTransport(counted))
        if not adapter.capability.sends_calls:
            return []
        errors, asked = [], []
        for waiting in (adapter.fetch(ORDER_ID), adapter.poll(), adapter.send(Call("confirm", ORDER_ID, {}))):
            before = len(requests)
            try:
                await waiting
            except ChannelError as error:
                if len(requests) > before:
                    errors.append(error)
            asked.append(len(requests) > before)
        await adapter.aclose()
        assert any(asked), "an adapter that sends calls reaches out"
        assert errors or not asked[0], "an adapter that reads orders notices"
        return errors

    return asyncio.run(ask())


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
