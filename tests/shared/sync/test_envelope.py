"""Whatever arrives is a message of this protocol or malformed; what we say is read back as it was."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Problem
from shared.sync.envelope import (
    MESSAGE_MAX_BYTES,
    Ack,
    Command,
    Hello,
    Live,
    Message,
    MessageMalformed,
    Ping,
    Pong,
    Result,
    Update,
    Welcome,
    read_backend_message,
    read_phone_message,
    write_message,
)

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
)
bodies = st.dictionaries(st.text(max_size=10), json_values, max_size=4)
ids = st.from_regex(r"[A-Za-z0-9_.:\-]{3,64}", fullmatch=True)
sequences = st.integers(0, 2**53)
instants = st.datetimes(
    min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(timezone(timedelta(hours=2)))
)
names = st.text(max_size=60)

phone_messages = st.one_of(
    st.builds(
        Hello,
        protocol=st.integers(),
        app_version=st.text(max_size=40),
        last_sequence=sequences,
        topics=st.lists(names, max_size=8),
    ),
    st.builds(Command, id=ids, name=names, made_at=instants, body=bodies),
    st.builds(Ack, sequence=sequences),
    st.builds(Ping),
)
problems = st.none() | st.builds(Problem, code=st.text(), detail=st.text(), facts=bodies)
backend_messages = st.one_of(
    st.builds(Welcome, sequence=sequences, is_reset=st.booleans(), server_at=instants),
    st.builds(Result, command_id=ids, is_applied=st.booleans(), problem=problems),
    st.builds(Update, sequence=sequences, name=names, at=instants, body=bodies),
    st.builds(Live, topic=names, body=bodies),
    st.builds(Pong),
)
# Text close to a message: its keys and kinds, with values of any sort.
keys = st.sampled_from(
    ["kind", "id", "name", "made_at", "body", "sequence", "protocol", "app_version", "last_sequence", "topics"]
)
kinds = st.sampled_from(["hello", "command", "ack", "ping", "welcome", "update", "pong"])
near_messages = st.builds(
    lambda fields, kind: json.dumps({**fields, "kind": kind}), st.dictionaries(keys, json_values), kinds | json_values
)


class TestReadPhoneMessage:
    @given(phone_messages)
    def test_what_a_phone_says_comes_back_as_it_was(self, message: Message) -> None:
        assert read_phone_message(write_message(message)) == message

    @given(st.one_of(st.text(), near_messages, st.binary().map(lambda raw: raw.decode("utf-8", "surrogateescape"))))
    def test_any_text_is_a_message_or_malformed(self, text: str) -> None:
        try:
            message = read_phone_message(text)
        except MessageMalformed:
            return
        assert read_phone_message(write_message(message)) == message

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "[]",
            "[" * 30_000,
            '{"kind":"pong"}',
            '{"kind":"ping","extra":1}',
            '{"kind":"ack","sequence":-1}',
            '{"kind":"ack","sequence":' + "9" * 5_000 + "}",
            '{"kind":"ack","sequence":1e999}',
            '{"kind":"ack","sequence":NaN}',
            '{"kind":"command","id":"a b","name":"x","made_at":"2026-01-01T00:00:00Z","body":{}}',
            '{"kind":"command","id":"cmd_1","name":"x","made_at":"yesterday","body":{}}',
            '{"kind":"command","id":"cmd_1","name":"x","made_at":"2026-01-01T00:00:00Z","body":[]}',
            "\ud800",
            " " * (MESSAGE_MAX_BYTES + 1),
            "é" * (MESSAGE_MAX_BYTES // 2 + 1),
        ],
    )
    def test_what_is_none(self, text: str) -> None:
        with pytest.raises(MessageMalformed):
            read_phone_message(text)

    def test_a_message_as_long_as_allowed_is_read(self) -> None:
        text = Ping().model_dump_json()
        assert read_phone_message(text + " " * (MESSAGE_MAX_BYTES - len(text))) == Ping()


class TestReadBackendMessage:
    @given(backend_messages)
    def test_what_the_backend_says_comes_back_as_it_was(self, message: Message) -> None:
        assert read_backend_message(write_message(message)) == message

    @given(st.text() | near_messages)
    def test_any_text_is_a_message_or_malformed(self, text: str) -> None:
        with suppress(MessageMalformed):
            read_backend_message(text)
