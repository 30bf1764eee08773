"""Part 6: a shift of 1,500 picks through the app without its screen: what its memory and its file hold in the end."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from shared.picking import PickListStatus
from tests.benchmarks.figures import Figure
from tests.e2e.server import ROOT
from tests.mobile.builders import gtin, pick, pick_list
from tests.mobile.test_backend_link import Phone, sign_in

PICKS_PER_WALK = 30
APP = f"{ROOT / 'mobile'}/*"  # the backend of the test remembers everything on purpose
MEGABYTE = 1e6


@dataclass(frozen=True, slots=True)
class Size:
    walks: int


FULL, QUICK = Size(walks=50), Size(walks=6)


def shift(size: Size) -> list[Figure]:
    with TemporaryDirectory() as folder:
        return asyncio.run(_shift(Path(folder), size))


async def _shift(folder: Path, size: Size) -> list[Figure]:
    await sign_in(folder)
    phone = Phone(folder)
    await phone.run()
    tracemalloc.start()
    early = max(1, size.walks // 5)
    held: dict[int, float] = {}
    for walk in range(1, size.walks + 1):
        await _walk(phone, walk)
        if walk in (early, size.walks):
            held[walk] = _held_bytes()
    tracemalloc.stop()
    done = len([command for command in phone.backend.applied if command.name == "pick.confirm"])
    assert done == size.walks * PICKS_PER_WALK, f"{done} picks were applied"
    await phone.end()
    kept = _kept_bytes(folder)
    growth = (held[size.walks] - held[early]) / max(1, done - early * PICKS_PER_WALK)
    return [
        Figure("shift", f"state in memory after {early * PICKS_PER_WALK} picks", held[early] / MEGABYTE, "MB"),
        Figure("shift", f"state in memory after {done:,} picks", held[size.walks] / MEGABYTE, "MB", aim=1.0),
        Figure("shift", "grown for each pick between", growth, "B"),
        Figure("shift", f"files on the phone after {done:,} picks", kept / MEGABYTE, "MB"),
    ]


def _kept_bytes(folder: Path) -> int:
    """What a browser's phone keeps: the database and its journal; the write-ahead log is a device's alone."""
    return sum(file.stat().st_size for file in folder.iterdir() if file.suffix not in (".sqlite3-wal", ".sqlite3-shm"))


async def _walk(phone: Phone, number: int) -> None:
    """A trolley of thirty stops appears, is picked and handed over; each walk has an id of its own."""
    stops = [pick(index) for index in range(PICKS_PER_WALK)]
    named = [stop.model_copy(update={"id": f"{stop.id}_{number}"}) for stop in stops]
    one = pick_list(named, number=number)
    phone.backend.put(one)
    await phone.time.settle()
    phone.app.work.choose(one.id)
    assert await phone.app.work.start()
    for index in range(PICKS_PER_WALK):
        outcome = await phone.app.pick.scan(gtin(index))
        assert outcome.is_good, outcome
        await phone.time.advance(20)
    assert await phone.app.work.finish()
    await phone.time.settle()
    assert phone.backend.pick_lists[one.id].status is PickListStatus.FINISHED


def _held_bytes() -> float:
    gc.collect()
    snapshot = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, APP)])
    return float(sum(trace.size for trace in snapshot.traces))
