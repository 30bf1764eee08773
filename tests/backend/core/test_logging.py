"""The technical log: one JSON object a line, whoever writes it, and never a secret in it."""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import redirect_stderr
from typing import Any

import pytest
import structlog

from backend.core.logging import configure_logging
from tests.backend.core.log_settings import logging_put_back

SECRET = "bpk_482913"


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    with logging_put_back():
        yield


class Log:
    """What went to standard error, as whoever collects logs reads it."""

    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream

    def text(self) -> str:
        return self._stream.getvalue()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]

    def set_up(self, *, is_json: bool) -> None:
        with redirect_stderr(self._stream):
            configure_logging("INFO", is_json=is_json)


@pytest.fixture
def log() -> Log:
    """The production log."""
    log = Log(io.StringIO())
    log.set_up(is_json=True)
    return log


class TestJson:
    def test_an_event_is_one_object_on_one_line(self, log: Log) -> None:
        structlog.get_logger("shelf").info("a label\nis lit", label_id="lab_1", after_s=0.5)
        (line,) = log.lines()
        assert (line["event"], line["level"]) == ("a label\nis lit", "info")
        assert (line["label_id"], line["after_s"]) == ("lab_1", 0.5)
        assert line["timestamp"].endswith("Z")

    def test_the_standard_library_writes_the_same_way(self, log: Log) -> None:
        logging.getLogger("uvicorn.error").warning("the socket %s is gone", "7")
        (line,) = log.lines()
        assert (line["event"], line["level"]) == ("the socket 7 is gone", "warning")

    def test_the_request_it_belongs_to_is_named(self, log: Log) -> None:
        structlog.contextvars.bind_contextvars(request_id="req_1")
        structlog.get_logger("shelf").info("ours")
        logging.getLogger("theirs").info("theirs")
        assert [line["request_id"] for line in log.lines()] == ["req_1", "req_1"]

    def test_a_traceback_stays_on_its_line(self, log: Log) -> None:
        try:
            raise KeyError("ord_1")
        except KeyError:
            structlog.get_logger("shelf").exception("it broke")
        (line,) = log.lines()
        assert "KeyError: 'ord_1'" in line["exception"]

    def test_what_json_cannot_say_is_said_somehow(self, log: Log) -> None:
        structlog.get_logger("shelf").info("odd", thing={1}, text="苹果")
        (line,) = log.lines()
        assert (line["thing"], line["text"]) == ("{1}", "苹果")


class TestLevel:
    def test_what_is_below_it_is_not_written(self, log: Log) -> None:
        structlog.get_logger("shelf").debug("too much")
        logging.getLogger("theirs").debug("too much")
        structlog.get_logger("shelf").info("enough")
        assert [line["event"] for line in log.lines()] == ["enough"]

    @pytest.mark.parametrize("name", ["httpx", "httpcore", "uvicorn.access", "websockets"])
    def test_a_line_for_each_request_is_too_much(self, log: Log, name: str) -> None:
        logging.getLogger(name).info("GET /healthz")
        logging.getLogger(name).warning("it hangs")
        assert [line["event"] for line in log.lines()] == ["it hangs"]

    def test_setting_up_twice_writes_once(self, log: Log) -> None:
        log.set_up(is_json=True)
        logging.getLogger("theirs").info("once")
        assert len(log.lines()) == 1


class TestSecrets:
    @pytest.mark.parametrize(
        "key", ["pin", "PIN", "new_pin", "session_token", "client_secret", "password", "Authorization", "api_key"]
    )
    def test_a_value_under_such_a_name_is_hidden(self, log: Log, key: str) -> None:
        structlog.get_logger("people").info("signing in", **{key: SECRET, "badge": "BP-1"})
        text = log.text()
        assert SECRET not in text
        assert (json.loads(text)[key], json.loads(text)["badge"]) == ("***", "BP-1")

    def test_bound_to_the_request_too(self, log: Log) -> None:
        structlog.contextvars.bind_contextvars(token=SECRET)
        logging.getLogger("theirs").info("hello")
        structlog.get_logger("people").bind(pin=SECRET).info("hello")
        assert SECRET not in log.text()

    def test_at_any_depth(self, log: Log) -> None:
        body = {"badge": "BP-1", "pin": SECRET, "phones": [{"name": "one", "device_token": SECRET}]}
        structlog.get_logger("people").info("asked", body=body)
        (line,) = log.lines()
        assert line["body"] == {"badge": "BP-1", "pin": "***", "phones": [{"name": "one", "device_token": "***"}]}
        assert body["pin"] == SECRET, "what is written down is changed, not the thing itself"


class TestForPeople:
    def test_development_reads_plain_text(self, log: Log) -> None:
        log.set_up(is_json=False)
        structlog.get_logger("shelf").info("a label is lit", label_id="lab_1", pin=SECRET)
        text = log.text()
        assert "a label is lit" in text
        assert "label_id=lab_1" in text
        assert "\x1b" not in text
        assert SECRET not in text

    def test_a_traceback_shows_no_local_variables(self, log: Log) -> None:
        log.set_up(is_json=False)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                pin_of_somebody = int("482") + 913
                raise KeyError("ord_1")
            except KeyError:
                structlog.get_logger("shelf").exception("it broke")
        text = log.text()
        assert "KeyError: 'ord_1'" in text
        assert str(pin_of_somebody) not in text
