"""The process of one target: `python -m tests.fuzzing.one NAME [libFuzzer's own options]`."""

from __future__ import annotations

import importlib
import sys

import atheris

INSTRUMENTED = ["backend", "shared", "tests.fuzzing.targets"]

if __name__ == "__main__":
    with atheris.instrument_imports(include=INSTRUMENTED):
        chosen = importlib.import_module(f"tests.fuzzing.targets.{sys.argv[1]}")
    atheris.Setup([sys.argv[0], *sys.argv[2:]], chosen.try_one)
    atheris.Fuzz()
