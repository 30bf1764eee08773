"""Many faulty hours, one seed after the other: how far they are, each result as it comes, and what broke at the end."""

from __future__ import annotations

import multiprocessing
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from tests.simulation import hour
from tests.simulation.invariants import InvariantBroken

SEEDS_PER_PROCESS = 50  # then another one takes over: what a process gathers, it does not gather for ever
COLUMNS = ("seed", "result", "cpu_s", "steps", "orders", "picks", "server_starts", "digest")
INTERRUPTED = 130  # what a shell says of a command that was stopped by hand

Live = Callable[[int], hour.Lived]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one seed: it lived, or what broke says how to live through it again."""

    seed: int
    cpu_s: float
    lived: hour.Lived | None
    broke: str = ""

    def row(self) -> str:
        """One line of the table, after COLUMNS."""
        one = self.lived
        facts = (
            ("", "", "", "", "") if one is None else (one.steps, one.orders, one.picks, one.server_starts, one.digest)
        )
        result = "held" if one is not None else self.sentence.replace(",", ";")
        return ",".join(str(value) for value in (self.seed, result, f"{self.cpu_s:.2f}", *facts))

    @property
    def sentence(self) -> str:
        """The first of what broke."""
        return self.broke.partition("\n")[0]

    @property
    def again(self) -> str:
        """The command that lives through it again."""
        again = next((line for line in self.broke.splitlines() if line.startswith("again: ")), "")
        return again.removeprefix("again: ") or f"python -m tests.simulation --hour --seed {self.seed}"


def run(
    seeds: range, *, jobs: int = 1, table: Path | None = None, say: TextIO = sys.stdout, live: Live = hour.live
) -> int:
    """Live through every seed; returns the exit status. `table` gets a line for each, as soon as it is over."""
    progress = _Progress(len(seeds), say)
    try:
        with _written(table) as write, _lived(seeds, jobs, live) as outcomes:
            for outcome in outcomes:
                write(outcome.row())
                progress.add(outcome)
    except KeyboardInterrupt:
        progress.end()
        return INTERRUPTED
    progress.end()
    return 1 if progress.broken else 0


class _Progress:
    """How many of how many, what broke, and how long the rest takes. On a terminal in one line, else now and then."""

    def __init__(self, count: int, say: TextIO) -> None:
        self.broken: list[Outcome] = []
        self._count = count
        self._say = say
        self._began_s = time.monotonic()
        self._done = self._steps = self._starts = 0
        self._begin, self._end = ("\r", " ") if say.isatty() else ("", "\n")
        self._every = 1 if say.isatty() else max(1, count // 20)

    def add(self, outcome: Outcome) -> None:
        self._done += 1
        if outcome.lived is None:
            self.broken.append(outcome)
            self._print(f"\nseed {outcome.seed}: {outcome.broke}\n\n")
        else:
            self._steps += outcome.lived.steps
            self._starts += outcome.lived.server_starts
        if self._done % self._every == 0 or self._done == self._count:
            far = f"{self._done} of {self._count} faulty hours, {len(self.broken)} broken"
            self._print(f"{self._begin}{far}{self._left()}{self._end}")

    def end(self) -> None:
        took_s = time.monotonic() - self._began_s
        self._print(f"\n{self._done} hours, {self._steps} steps, {self._starts} starts of the server, {took_s:.0f} s\n")
        if self.broken:
            self._print(f"{len(self.broken)} broken:\n")
        for outcome in self.broken:
            self._print(f"  {outcome.again}  # {outcome.sentence}\n")

    def _left(self) -> str:
        left_s = (time.monotonic() - self._began_s) / self._done * (self._count - self._done)
        return f", {left_s / 60:.0f} min left" if left_s >= 90 else f", {left_s:.0f} s left"

    def _print(self, text: str) -> None:
        self._say.write(text)
        self._say.flush()


@contextmanager
def _written(table: Path | None) -> Iterator[Callable[[str], None]]:
    if table is None:
        yield lambda _: None
        return
    table.parent.mkdir(parents=True, exist_ok=True)
    with table.open("w", encoding="utf-8", buffering=1) as file:  # a line is on the disk as soon as it is written
        file.write(",".join(COLUMNS) + "\n")
        yield lambda row: print(row, file=file)


@contextmanager
def _lived(seeds: range, jobs: int, live: Live) -> Iterator[Iterable[Outcome]]:
    if jobs == 1:
        yield (_outcome((seed, live)) for seed in seeds)
        return
    context = multiprocessing.get_context("spawn")
    with context.Pool(jobs, maxtasksperchild=SEEDS_PER_PROCESS) as pool:
        yield pool.imap_unordered(_outcome, [(seed, live) for seed in seeds])


def _outcome(asked: tuple[int, Live]) -> Outcome:
    seed, live = asked
    began_s = time.process_time()

    def took_s() -> float:
        return time.process_time() - began_s

    try:
        lived = live(seed)
        return Outcome(seed, took_s(), lived)
    except InvariantBroken as broken:
        return Outcome(seed, took_s(), None, str(broken))
    except Exception as error:  # a mistake of the world's own: it takes one seed with it and not all the others
        return Outcome(seed, took_s(), None, f"{type(error).__name__}: {error}\n{traceback.format_exc()}")
