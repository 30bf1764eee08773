"""The latest state of each live topic of a store, said a few times a second at most."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from backend.people.models import Role
from shared.sync.envelope import Live

SAY_EVERY_S = 0.2
BOARD = "board"
LIGHTS = "lights"
SILENT = "silent"
OFFERS = "offers"
PRESSES = "presses"

# The board shows how quick each picker is: that is for supervisors.
_EVERYBODY = frozenset({Role.PICKER, Role.SUPERVISOR})
_ROLES = {
    BOARD: frozenset({Role.SUPERVISOR}),
    LIGHTS: _EVERYBODY,
    SILENT: _EVERYBODY,
    OFFERS: _EVERYBODY,
    PRESSES: _EVERYBODY,
}


Body = dict[str, Any] | Callable[[], dict[str, Any]]
"""A topic's state, or how it is found out once somebody wants to hear it."""


@dataclass(slots=True)
class _Topic:
    body: Body
    text: str | None = None
    said_at_s: float = float("-inf")
    timer: asyncio.TimerHandle | None = None


class LiveTopics:
    """`say(store_id, topic, text)` hands the text to whoever follows the topic; it is made only where it is asked for.

    Call from the event loop only.
    """

    def __init__(self, say: Callable[[str, str, Callable[[], str]], None]) -> None:
        self._say = say
        self._topics: dict[tuple[str, str], _Topic] = {}

    def publish(self, store_id: str, topic: str, body: Body) -> None:
        """Remember `body` as the state of the topic, and say it now or as soon as it is due; only the last counts."""
        key = (store_id, topic)
        state = self._topics.setdefault(key, _Topic(body))
        state.body, state.text = body, None
        if state.timer is not None:
            return
        loop = asyncio.get_running_loop()
        wait_s = state.said_at_s + SAY_EVERY_S - loop.time()
        if wait_s <= 0:
            self._say_now(key, state)
        else:
            state.timer = loop.call_later(wait_s, self._say_now, key, state)

    def latest(self, store_id: str, topic: str) -> str | None:
        """The topic's state as text, for somebody who comes later; None where nothing was ever said."""
        state = self._topics.get((store_id, topic))
        return None if state is None else _text(topic, state)

    def stop(self) -> None:
        for state in self._topics.values():
            if state.timer is not None:
                state.timer.cancel()
                state.timer = None

    def _say_now(self, key: tuple[str, str], state: _Topic) -> None:
        state.timer = None
        state.said_at_s = asyncio.get_running_loop().time()
        self._say(*key, partial(_text, key[1], state))


def allowed_topics(role: Role, wanted: frozenset[str]) -> frozenset[str]:
    """Those of the wanted topics that somebody of this role may follow."""
    return frozenset(topic for topic in wanted if role in _ROLES.get(topic, ()))


def _text(topic: str, state: _Topic) -> str:
    if state.text is None:
        body = state.body() if callable(state.body) else state.body
        state.text = Live(topic=topic, body=body).model_dump_json()
    return state.text
