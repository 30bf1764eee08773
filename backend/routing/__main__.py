"""The command line: `python -m backend.routing solve FILE ...` answers batching problems, one JSON line each.

`warm` makes the machine code beforehand, so that the first `solve` keeps to its time.
"""

from __future__ import annotations

import time

_BEGAN_S = time.perf_counter()  # before anything else is loaded: that takes part of the first file's time

import argparse  # noqa: E402
import json  # noqa: E402
import math  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
import threading  # noqa: E402
from typing import TextIO  # noqa: E402

COMPILING_S = 3.0  # longer than this and machine code was made, not loaded: that is no part of a file's time
START_S = 0.05  # what Python itself took before the first line of this file


def main() -> int:
    """Returns the exit status: 1 where a file has no answer."""
    arguments = _parse()
    from backend.routing import answering

    if arguments.command == "warm":
        print(f"machine code is ready after {answering.warm_up():.1f} s")
        return 0
    with _own_output() as answers:
        took_s = answering.warm_up()
        began_s = _BEGAN_S - START_S + (took_s if took_s > COMPILING_S else 0.0)
        status = 0
        for name in arguments.files:
            answer = answering.answer_file(name, began_s + arguments.seconds, arguments.seed)
            answers.write(json.dumps(answer) + "\n")
            answers.flush()
            status |= "error" in answer
            began_s = time.perf_counter()
    if any(thread.name == "programme" for thread in threading.enumerate()):
        sys.stderr.flush()
        os._exit(status)  # a programme that was left because it was late must not hold up the end
    return status


def _own_output() -> TextIO:
    """Standard output for the answers alone: what libraries print goes to standard error instead."""
    sys.stdout.flush()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m backend.routing", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    solving = commands.add_parser("solve", help="answer batching problems in JSON files, one JSON line each")
    solving.add_argument("files", nargs="+", metavar="FILE")
    solving.add_argument("--seconds", type=_seconds, default=5.0, help="for each file, loading included (5)")
    solving.add_argument("--seed", type=int, default=0, help="chance in the search begins here (0)")
    commands.add_parser("warm", help="make the machine code now")
    return parser.parse_args()


def _seconds(text: str) -> float:
    seconds = float(text)
    if not math.isfinite(seconds) or seconds <= 0:
        raise argparse.ArgumentTypeError("must be more than 0")
    return seconds


if __name__ == "__main__":
    sys.exit(main())
