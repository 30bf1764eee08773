"""An event loop whose time is virtual: nothing waits, everything happens at its own instant, always in the same order.

Each task and timer belongs to a `Life`, the process it would run in. A life that ends takes everything with it at once,
as `kill -9` does: no handler runs, nothing is tidied up, and what it had not said stays unsaid.
"""

from __future__ import annotations

import asyncio
import contextvars
import heapq
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

TASKS_MIN = 64


class WorldStandsStill(Exception):
    """Nobody has anything left to do, and yet somebody waits."""


@dataclass(eq=False, slots=True)
class Life:
    """One process of the world from its start to its end."""

    name: str
    is_over: bool = False
    on_end: dict[Callable[[], None], None] = field(default_factory=dict)
    tasks: dict[asyncio.Task[Any], None] = field(default_factory=dict)  # kept to the end: a dead task must not tidy up
    full_at: int = TASKS_MIN

    def keep(self, task: asyncio.Task[Any]) -> None:
        """Those that are done are let go now and then, which costs less than each saying so."""
        self.tasks[task] = None
        if len(self.tasks) >= self.full_at:
            self.tasks = {one: None for one in self.tasks if not one.done()}
            self.full_at = max(TASKS_MIN, 2 * len(self.tasks))

    def end(self) -> None:
        """At once, and with everything in it."""
        self.is_over = True
        on_end, self.on_end = self.on_end, {}
        for tell in on_end:
            tell()


WORLD = Life("world")
_life: contextvars.ContextVar[Life] = contextvars.ContextVar("life", default=WORLD)


def current_life() -> Life:
    return _life.get()


@contextmanager
def living(life: Life) -> Iterator[Life]:
    """What is begun inside belongs to this life."""
    token = _life.set(life)
    try:
        yield life
    finally:
        _life.reset(token)


class _Handle(asyncio.Handle):
    """As asyncio's own, which asks its loop first whether it is being debugged: millions are made for a day."""

    __slots__ = ()

    def __init__(self, callback: Any, args: Any, loop: Any, context: contextvars.Context | None) -> None:
        self._context = context if context is not None else contextvars.copy_context()
        self._loop = loop
        self._callback = callback
        self._args = args
        self._cancelled = False
        self._repr = None
        self._source_traceback = None


class _TimerHandle(asyncio.TimerHandle):
    """The same, of something that is due later."""

    __slots__ = ()

    def __init__(self, when: float, callback: Any, args: Any, loop: Any, context: contextvars.Context | None) -> None:
        self._context = context if context is not None else contextvars.copy_context()
        self._loop = loop
        self._callback = callback
        self._args = args
        self._cancelled = False
        self._repr = None
        self._source_traceback = None
        self._when = when
        self._scheduled = False

    def cancel(self) -> None:
        """It falls away when its time comes."""
        self._cancelled = True
        self._callback = self._args = None


class VirtualLoop(asyncio.BaseEventLoop):
    """Runs real coroutines on virtual time, on one thread: what would go to another thread is done at once, here.

    What is due at the same instant happens in the order in which it was asked for.
    """

    def __init__(self) -> None:
        super().__init__()
        self._now_s = 0.0
        self._soon: deque[asyncio.Handle] = deque()
        self._later: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._asked = 0
        self._lives: dict[Life, None] = {}
        self.steps = 0
        self.steps_max: int | None = None
        self.set_task_factory(self._make_task)

    def time(self) -> float:
        return self._now_s

    # What is to happen, and whose work it is

    def call_soon(self, callback: Any, *args: Any, context: contextvars.Context | None = None) -> asyncio.Handle:
        handle = _Handle(callback, args, self, context)
        self._soon.append(handle)
        return handle

    def call_soon_threadsafe(
        self, callback: Any, *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        return self.call_soon(callback, *args, context=context)

    def call_at(
        self, when: float, callback: Any, *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.TimerHandle:
        handle = _TimerHandle(when, callback, args, self, context)
        self._asked += 1
        heapq.heappush(self._later, (when, self._asked, handle))
        return handle

    def call_later(
        self, delay: float, callback: Any, *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self._now_s + delay, callback, *args, context=context)

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        """At once, on this thread. The answer comes in the next round, as if a thread had given it."""
        future = self.create_future()
        try:
            result = func(*args)
        except Exception as error:
            self.call_soon(_fail, future, error)
        else:
            self.call_soon(_answer, future, result)
        return future

    def in_world(self, delay_s: float, callback: Callable[..., Any], *args: Any) -> asyncio.TimerHandle:
        """Something of the world itself, such as a message on its way: it happens even if whoever began it is dead."""
        return self.call_later(delay_s, callback, *args, context=_WORLD_CONTEXT.copy())

    def close(self) -> None:
        """Whatever still waits is forgotten without a word."""
        for life in self._lives:
            life.is_over = life is not WORLD  # the next world has one of its own
            for task in life.tasks:
                with suppress(BaseException):
                    task.get_coro().close()  # type: ignore[union-attr]
            life.tasks.clear()
        self._soon.clear()
        self._later.clear()
        super().close()

    # What BaseEventLoop asks of a loop

    def _make_task(self, loop: Any, coroutine: Any, **options: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(coroutine, loop=loop, **options)
        task._log_destroy_pending = False  # type: ignore[attr-defined]
        life = current_life()
        self._lives[life] = None
        life.keep(task)
        return task

    def _run_once(self) -> None:
        """Round after round until the loop is to stop: going in and out for each of a day's millions costs.

        One round: what is ready now, or else what is due next, at its own instant. The dead do nothing any more.
        """
        soon, later, pop = self._soon, self._later, heapq.heappop
        while True:
            self.steps += 1
            if self.steps_max is not None and self.steps > self.steps_max:
                raise WorldStandsStill(f"stopped after {self.steps_max} steps, as asked")
            if not soon:
                while later and later[0][2]._cancelled:
                    pop(later)
                if not later:
                    raise WorldStandsStill(f"nothing is due after {self._now_s:.3f} s")
                self._now_s = max(self._now_s, later[0][0])
            now_s = self._now_s
            while later and later[0][0] <= now_s:
                soon.append(pop(later)[2])
            for _ in range(len(soon)):
                handle: Any = soon.popleft()
                if handle._cancelled:
                    continue
                context = handle._context
                if context.get(_life, WORLD).is_over:
                    continue
                try:
                    context.run(handle._callback, *handle._args)
                except (SystemExit, KeyboardInterrupt):
                    raise
                except BaseException as error:
                    self.call_exception_handler({"message": f"{handle!r} failed", "exception": error, "handle": handle})
            if self._stopping:  # type: ignore[attr-defined]
                return

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """It falls away when its time comes."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """A broken invariant ends the story at once, even where it is noticed in a callback nobody waits for."""
        error = context.get("exception")
        if isinstance(error, AssertionError):
            raise error
        super().call_exception_handler(context)

    def _process_events(self, event_list: list[Any]) -> None:
        return

    def _write_to_self(self) -> None:
        return


_WORLD_CONTEXT = contextvars.Context()


def _answer(future: asyncio.Future[Any], result: Any) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: asyncio.Future[Any], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)
