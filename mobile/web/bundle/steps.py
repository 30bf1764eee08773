"""Says each step of the build with its time, and does costly steps only once per content."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

DIGEST_LENGTH = 16  # hexadecimal digits: 64 bits are plenty to tell versions of one file apart


def digest(*parts: bytes) -> str:
    """A short fingerprint of the parts; where one ends and the next begins counts."""
    state = hashlib.sha256()
    for part in parts:
        state.update(len(part).to_bytes(8, "big"))
        state.update(part)
    return state.hexdigest()[:DIGEST_LENGTH]


def digest_files(root: Path, files: Iterable[Path]) -> str:
    """A fingerprint of the files' names (relative to `root`) and contents, not of their times."""
    parts: list[bytes] = []
    for file in sorted(files):
        parts += [file.relative_to(root).as_posix().encode(), file.read_bytes()]
    return digest(*parts)


def files_below(folder: Path) -> list[Path]:
    """Every file below the folder, in a fixed order, without what Python leaves behind."""
    return sorted(file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts)


def once(folder: Path, make: Callable[[Path], None]) -> Path:
    """`folder`, filled by `make` unless an earlier build finished it; a broken-off build leaves nothing behind."""
    if not folder.exists():
        unfinished = folder.with_name(folder.name + ".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        make(unfinished)
        unfinished.rename(folder)
    return folder


class Progress:
    """Prints one line per step with the seconds it took."""

    def __init__(self, is_quiet: bool = False) -> None:
        self._is_quiet = is_quiet
        self._started = self._last = time.perf_counter()

    def say(self, text: str) -> None:
        now = time.perf_counter()
        if not self._is_quiet:
            print(f"{now - self._last:6.2f} s  {text}", flush=True)
        self._last = now

    def total_s(self) -> float:
        return time.perf_counter() - self._started
