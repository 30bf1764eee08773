"""Both ends of the sync session: what may be said when, and that a lossy link loses, doubles and reorders nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.sync.envelope import (
    PROTOCOL_VERSION,
    Command,
    Hello,
    Live,
    MessageMalformed,
    Ping,
    Pong,
    Result,
    Update,
    Welcome,
    read_phone_message,
)
from shared.sync.session import (
    ANSWER_MAX_S,
    COMMANDS_UNDER_WAY_MAX,
    PING_EVERY_S,
    SILENCE_MAX_S,
    UPDATES_BETWEEN_ACKS,
    BackendSession,
    PhoneSession,
    ProtocolBroken,
    SessionState,
)

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


def make_command(number: int) -> Command:
    return Command(id=f"cmd_{number}", name="pick.confirm", made_at=NOW, body={"n": number})


def make_update(sequence: int, **parts: Any) -> Update:
    return Update(**{"sequence": sequence, "name": "pick", "at": NOW, "body": {}, **parts})


def make_phone(**parts: Any) -> PhoneSession:
    values: dict[str, Any] = {"app_version": "1", "last_sequence": 0, "pending": [], "topics": ["lights"], "now_s": 0.0}
    return PhoneSession(**{**values, **parts})


def welcome(sequence: int = 0, **parts: Any) -> str:
    return Welcome(sequence=sequence, server_at=NOW, **parts).model_dump_json()


def open_phone(**parts: Any) -> PhoneSession:
    phone = make_phone(**parts)
    phone.take_messages()
    phone.receive(welcome(), 0.0)
    phone.take_events()
    return phone


def open_backend() -> BackendSession:
    backend = BackendSession(now_s=0.0)
    backend.receive(hello(), 0.0)
    backend.take_events()
    backend.welcome(sequence=0, is_reset=False, now=NOW)
    backend.take_messages()
    return backend


def hello(**parts: Any) -> str:
    values: dict[str, Any] = {"protocol": PROTOCOL_VERSION, "app_version": "1", "last_sequence": 0}
    return Hello(**{**values, **parts}).model_dump_json()


def kinds(texts: list[str]) -> list[str]:
    return [read_phone_message(text).kind for text in texts]


class TestPhoneSession:
    def test_it_greets_first_and_keeps_commands_until_welcomed(self) -> None:
        phone = make_phone(pending=[make_command(1)], last_sequence=7)
        phone.send(make_command(2))
        [greeting] = phone.take_messages()
        assert read_phone_message(greeting) == Hello(
            protocol=PROTOCOL_VERSION, app_version="1", last_sequence=7, topics=["lights"]
        )
        phone.receive(welcome(), 0.0)
        assert [read_phone_message(text) for text in phone.take_messages()] == [make_command(1), make_command(2)]
        assert phone.state is SessionState.OPEN

    def test_a_bounded_number_of_commands_is_under_way(self) -> None:
        phone = open_phone(pending=[make_command(number) for number in range(COMMANDS_UNDER_WAY_MAX + 2)])
        assert len(phone.take_messages()) == COMMANDS_UNDER_WAY_MAX
        phone.receive(Result(command_id="cmd_0", is_applied=True).model_dump_json(), 0.0)
        assert len(phone.take_messages()) == 1

    def test_an_answer_nobody_waits_for_is_handed_on_all_the_same(self) -> None:
        phone = open_phone()
        result = Result(command_id="cmd_other", is_applied=True)
        phone.receive(result.model_dump_json(), 0.0)
        assert phone.take_events() == [result]

    @pytest.mark.parametrize("message", [make_update(1), Result(command_id="cmd_1", is_applied=True), Pong()])
    def test_nothing_comes_before_the_welcome(self, message: Any) -> None:
        phone = make_phone()
        with pytest.raises(ProtocolBroken):
            phone.receive(message.model_dump_json(), 0.0)
        assert phone.state is SessionState.CLOSED

    @pytest.mark.parametrize("text", [welcome(), welcome(protocol=99)])
    def test_a_second_or_a_foreign_welcome_breaks_it(self, text: str) -> None:
        phone = make_phone() if "99" in text else open_phone()
        with pytest.raises(ProtocolBroken):
            phone.receive(text, 0.0)
        assert phone.state is SessionState.CLOSED

    def test_what_is_no_message_says_so(self) -> None:
        with pytest.raises(MessageMalformed):
            open_phone().receive("{}", 0.0)

    def test_updates_are_acknowledged_now_and_then(self) -> None:
        phone = open_phone()
        for sequence in range(1, UPDATES_BETWEEN_ACKS + 1):
            assert phone.take_messages() == []
            phone.receive(make_update(sequence).model_dump_json(), 0.0)
            assert not phone.is_acknowledging or sequence == UPDATES_BETWEEN_ACKS
        assert phone.is_acknowledging
        assert kinds(phone.take_messages()) == ["ack"]
        assert not phone.is_acknowledging
        assert phone.last_sequence == UPDATES_BETWEEN_ACKS

    def test_an_update_sent_again_is_not_told_again(self) -> None:
        phone = open_phone()
        for sequence in (1, 3, 2, 3, 4):
            phone.receive(make_update(sequence).model_dump_json(), 0.0)
        assert [event.sequence for event in phone.take_events() if isinstance(event, Update)] == [1, 3, 3, 4]

    def test_a_reset_begins_at_nothing_and_ends_with_synced(self) -> None:
        phone = make_phone(last_sequence=50)
        phone.receive(welcome(9, is_reset=True), 0.0)
        phone.receive(make_update(0).model_dump_json(), 0.0)
        assert phone.last_sequence == 0, "cut off now, the phone must be sent everything again"
        phone.receive(make_update(9, name="synced").model_dump_json(), 0.0)
        assert phone.last_sequence == 9

    def test_live_messages_pass_without_a_sequence(self) -> None:
        phone = open_phone()
        live = Live(topic="lights", body={"n": 1})
        phone.receive(live.model_dump_json(), 0.0)
        assert phone.take_events() == [live]


class TestHeartbeat:
    def test_a_phone_pings_when_quiet(self) -> None:
        phone = open_phone()
        phone.tick(PING_EVERY_S - 0.1)
        assert phone.take_messages() == []
        phone.tick(PING_EVERY_S)
        assert kinds(phone.take_messages()) == ["ping"]

    def test_a_command_is_as_good_as_a_ping(self) -> None:
        phone = open_phone()
        phone.send(make_command(1))
        phone.tick(15.0)
        assert kinds(phone.take_messages()) == ["command"]
        phone.receive(Result(command_id="cmd_1", is_applied=True).model_dump_json(), 15.1)
        phone.tick(PING_EVERY_S)
        assert phone.take_messages() == []
        assert phone.due_at_s == 15.0 + PING_EVERY_S

    @pytest.mark.parametrize("is_picking", [True, False])
    def test_a_question_that_nobody_answers_ends_it_sooner_than_silence(self, is_picking: bool) -> None:
        phone = open_phone()
        asked_at_s = PING_EVERY_S - 5.0 if is_picking else PING_EVERY_S
        if is_picking:
            phone.send(make_command(1))
        phone.tick(asked_at_s)
        assert phone.due_at_s == asked_at_s + ANSWER_MAX_S
        phone.tick(asked_at_s + ANSWER_MAX_S - 0.1)
        assert phone.state is SessionState.OPEN
        phone.tick(asked_at_s + ANSWER_MAX_S)
        assert phone.state is SessionState.CLOSED

    def test_anything_heard_after_a_question_is_a_sign_of_life(self) -> None:
        phone = open_phone()
        phone.send(make_command(1))
        phone.tick(1.0)
        phone.receive(Live(topic="lights", body={}).model_dump_json(), 10.0)
        phone.tick(1.0 + ANSWER_MAX_S)
        assert phone.state is SessionState.OPEN

    def test_a_phone_before_its_welcome_does_not_ping(self) -> None:
        phone = make_phone()
        phone.take_messages()
        phone.tick(PING_EVERY_S + 1)
        assert phone.take_messages() == []

    def test_a_phone_that_hears_nothing_gives_up(self) -> None:
        phone = open_phone()
        phone.tick(SILENCE_MAX_S + 0.1)
        assert phone.state is SessionState.CLOSED

    def test_a_phone_that_only_listens_stays_connected(self) -> None:
        """Somebody who watches the board says nothing and hears something every second."""
        phone, backend = open_phone(), open_backend()
        live = Live(topic="board", body={})
        for second in range(1, 200):
            backend.say(live)
            phone.tick(float(second))
            backend.tick(float(second))
            assert backend.state is SessionState.OPEN, f"closed after {second} s"
            for text in backend.take_messages():
                phone.receive(text, float(second))
            for text in phone.take_messages():
                backend.receive(text, float(second))
        assert phone.state is SessionState.OPEN

    def test_the_backend_gives_up_on_silence_and_answers_pings(self) -> None:
        backend = open_backend()
        backend.receive(Ping().model_dump_json(), 20.0)
        assert backend.take_messages() == [Pong().model_dump_json()]
        backend.tick(20.0 + SILENCE_MAX_S)
        assert backend.state is SessionState.OPEN
        backend.tick(20.1 + SILENCE_MAX_S)
        assert backend.state is SessionState.CLOSED


class TestBackendSession:
    @pytest.mark.parametrize(
        "texts",
        [
            [hello(), hello()],
            [hello(protocol=99)],
            [make_command(1).model_dump_json()],
            [Ping().model_dump_json()],
            [hello(), make_command(1).model_dump_json()],
        ],
    )
    def test_what_has_no_place_here_breaks_it(self, texts: list[str]) -> None:
        backend = BackendSession(now_s=0.0)

        def receive_all() -> None:
            for text in texts:
                backend.receive(text, 0.0)

        with pytest.raises(ProtocolBroken):
            receive_all()
        assert backend.state is SessionState.CLOSED

    def test_it_says_nothing_before_the_welcome(self) -> None:
        with pytest.raises(ProtocolBroken):
            BackendSession(now_s=0.0).say(make_update(1))

    def test_it_welcomes_once(self) -> None:
        with pytest.raises(ProtocolBroken):
            open_backend().welcome(sequence=0, is_reset=False, now=NOW)

    def test_it_remembers_topics_and_acknowledgements(self) -> None:
        backend = BackendSession(now_s=0.0)
        backend.receive(hello(topics=["board"]), 0.0)
        assert backend.topics == {"board"}
        backend.take_events()
        backend.welcome(sequence=5, is_reset=False, now=NOW)
        for sequence in (3, 1):
            backend.receive(f'{{"kind":"ack","sequence":{sequence}}}', 0.0)
        assert backend.acknowledged == 3
        assert backend.take_events() == []


# Both ends over a link that breaks


@dataclass
class Backend:
    """The least a backend must keep: what it applied, and what it has told by sequence."""

    applied: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    told: list[int] = field(default_factory=list)  # values; the sequence is the place, from 1

    def apply(self, command: Command) -> Result:
        if command.id not in self.seen:
            self.seen.add(command.id)
            self.applied.append(command.id)
            self.told.append(command.body["n"])
        return Result(command_id=command.id, is_applied=True)


@dataclass
class Phone:
    """The least a phone must keep: commands not answered, the last sequence, and what it was told."""

    pending: list[Command] = field(default_factory=list)
    last_sequence: int = 0
    held: list[int] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)

    def take(self, event: Any) -> None:
        match event:
            case Welcome(is_reset=True):
                self.held = []
            case Result():
                if any(command.id == event.command_id for command in self.pending):
                    self.answered.append(event.command_id)
                self.pending = [command for command in self.pending if command.id != event.command_id]
            case Update(name="pick"):
                self.held.append(event.body["n"])


class Link:
    """One connection. `cut_after` messages, either way together, it breaks; what is on the way is lost."""

    def __init__(self, phone: Phone, backend: Backend, cut_after: int | None) -> None:
        self.phone, self.backend, self.left = phone, backend, cut_after
        self.phone_end = make_phone(pending=phone.pending, last_sequence=phone.last_sequence)
        self.backend_end = BackendSession(now_s=0.0)
        self.told = 0

    def run(self) -> None:
        """Until both are quiet, or the link breaks."""
        while True:
            to_backend = self._carried(self.phone_end.take_messages(), self.backend_end.receive)
            for event in self.backend_end.take_events():
                self._hear(event)
            if self.backend_end.state is SessionState.OPEN:
                self._tell_news()
            to_phone = self._carried(self.backend_end.take_messages(), self.phone_end.receive)
            for event in self.phone_end.take_events():
                self.phone.take(event)
            self.phone.last_sequence = self.phone_end.last_sequence
            if self.left == 0 or not (to_backend or to_phone):
                return

    def _hear(self, event: Any) -> None:
        if isinstance(event, Hello):
            newest = len(self.backend.told)
            is_reset = event.last_sequence == 0 or event.last_sequence > newest
            self.backend_end.welcome(sequence=newest, is_reset=is_reset, now=NOW)
            first = 0 if is_reset else event.last_sequence
            for place, value in enumerate(self.backend.told[first:], start=first + 1):
                self.backend_end.say(make_update(0 if is_reset else place, body={"n": value}))
            self.backend_end.say(make_update(newest, name="synced"))
            self.told = newest
        else:
            self.backend_end.say(self.backend.apply(event))

    def _tell_news(self) -> None:
        for place, value in enumerate(self.backend.told[self.told :], start=self.told + 1):
            self.backend_end.say(make_update(place, body={"n": value}))
        self.told = len(self.backend.told)

    def _carried(self, texts: list[str], receive: Callable[[str, float], None]) -> int:
        carried = texts if self.left is None else texts[: self.left]
        if self.left is not None:
            self.left -= len(carried)
        for text in carried:
            receive(text, 0.0)
        return len(carried)


class TestLossyLink:
    @given(
        batches=st.lists(st.integers(0, 50), min_size=1, max_size=5),
        cuts=st.lists(st.integers(0, 120), max_size=12),
    )
    def test_cut_anywhere_any_number_of_times_both_end_equal(self, batches: list[int], cuts: list[int]) -> None:
        phone, backend, made = Phone(), Backend(), 0
        for connection in range(max(len(batches), len(cuts))):
            for _ in range(batches[connection] if connection < len(batches) else 0):
                phone.pending.append(make_command(made))
                made += 1
            Link(phone, backend, cuts[connection] if connection < len(cuts) else None).run()
        Link(phone, backend, None).run()
        wanted = [f"cmd_{number}" for number in range(made)]
        assert backend.applied == wanted, "in order, each once"
        assert phone.answered == wanted
        assert phone.pending == []
        assert phone.held == backend.told == list(range(made))
        assert phone.last_sequence == len(backend.told)

    @given(st.integers(1, 40), st.data())
    def test_the_backend_forgetting_its_journal_starts_the_phone_anew(self, made: int, data: st.DataObject) -> None:
        phone, backend = Phone(pending=[make_command(number) for number in range(made)]), Backend()
        Link(phone, backend, None).run()
        restored = Backend(told=backend.told[: data.draw(st.integers(0, made))])
        Link(phone, restored, data.draw(st.none() | st.integers(0, 60))).run()
        Link(phone, restored, None).run()
        assert phone.held == restored.told
