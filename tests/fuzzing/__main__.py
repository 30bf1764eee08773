"""A longer run: `python -m tests.fuzzing --seconds 300 [target ...]`. What it found stays in var/fuzzing/."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.fuzzing.running import NOT_HERE, TARGETS, fuzz, is_fuzzer_here

CORPORA = Path("var") / "fuzzing"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzzing", description="Fuzz the parsers, one after the other."
    )
    parser.add_argument("targets", nargs="*", metavar="target", help=f"some of: {', '.join(TARGETS)}")
    parser.add_argument("--seconds", type=int, default=60, help="for each target (default: %(default)s)")
    chosen = parser.parse_args()
    if unknown := sorted(set(chosen.targets) - set(TARGETS)):
        parser.error(f"no such target: {', '.join(unknown)}; there are: {', '.join(TARGETS)}")
    if not is_fuzzer_here():
        print(NOT_HERE)
        return 2
    broken = 0
    for name in chosen.targets or TARGETS:
        outcome = fuzz(name, chosen.seconds, CORPORA / name)
        broken += not outcome.is_sound
        print(f"{name}: {'sound' if outcome.is_sound else 'BROKEN'}, {outcome.report.strip().splitlines()[-1][:100]}")
        if not outcome.is_sound:
            print(outcome.report)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
