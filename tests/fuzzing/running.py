"""Runs a target in a process of its own: the fuzzer never comes back, it ends the process."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import pkgutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from tests.fuzzing import targets

ROOT = Path(__file__).parents[2]
TARGETS = [each.name for each in pkgutil.iter_modules(targets.__path__) if not each.name.startswith("_")]
STARTING_MAX_S = 90  # instrumenting and importing, on a busy machine
INPUT_MAX_BYTES = 4_096
NOT_HERE = "atheris is not installed; it has wheels for Linux and Python up to 3.13 (the `dev` extra)"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`report` ends with what the fuzzer says: how many inputs, or the error and the input that raised it."""

    is_sound: bool
    report: str


def is_fuzzer_here() -> bool:
    return importlib.util.find_spec("atheris") is not None


def target(name: str) -> ModuleType:
    return importlib.import_module(f"{targets.__name__}.{name}")


def fuzz(name: str, seconds: int, corpus: Path) -> Outcome:
    """Inputs that reached something new stay in `corpus`, and what broke the parser too, as `crash-...`."""
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in target(name).SEEDS:
        (corpus / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    finished = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.fuzzing.one",
            name,
            f"-max_total_time={seconds}",
            f"-max_len={INPUT_MAX_BYTES}",
            f"-artifact_prefix={corpus}/",
            str(corpus),
        ],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=seconds + STARTING_MAX_S,
        text=True,
        errors="replace",
        check=False,
    )
    return Outcome(finished.returncode == 0, finished.stdout[-4_000:])
