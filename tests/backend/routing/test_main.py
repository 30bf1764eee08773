"""The command as anyone calls it."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from backend.routing.answering import warm_up
from tests.backend.routing.stores import aisles

LOADING_S = 8.0  # what a busy machine may take longer


def problem() -> dict[str, Any]:
    chance, graph = random.Random(5), aisles(8)
    orders = [
        {"id": f"o{at}", "size": chance.randint(2, 9), "stops": chance.sample(graph.nodes, chance.randint(1, 8))}
        for at in range(30)
    ]
    edges = [[a, b, mm / 1000 * 0.1] for a, b, mm in graph.edges_mm]
    return {"nodes": len(graph.nodes), "edges": edges, "start": 0, "end": 9, "capacity": 24, "orders": orders}


def solve(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "backend.routing", "solve", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module", autouse=True)
def machine_code() -> None:
    """Made once, so that the command has only to load it."""
    warm_up()


def test_one_line_for_each_file_and_what_is_wrong_stops_no_other(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text(json.dumps(problem()))
    (tmp_path / "bad.json").write_text('{"nodes": 3}')
    names = [str(tmp_path / name) for name in ("bad.json", "good.json", "none.json")]
    began_s = time.perf_counter()
    run = solve(*names, "--seconds", "2", "--seed", "7")
    assert time.perf_counter() - began_s < 4 + LOADING_S
    assert run.returncode == 1
    bad, good, none = map(json.loads, run.stdout.splitlines())
    assert bad == {"file": names[0], "error": "the problem has no edges"}
    assert none["error"].endswith("cannot be read: No such file or directory")
    assert list(good) == ["file", "length", "lower_bound", "proven_optimal", "seconds", "trolleys"]
    _check(good, problem())


def test_a_good_file_is_status_0_and_keeps_to_its_second(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text(json.dumps(problem()))
    began_s = time.perf_counter()
    run = solve(str(tmp_path / "good.json"), "--seconds", "1")
    assert time.perf_counter() - began_s < 1 + LOADING_S
    assert run.returncode == 0
    _check(json.loads(run.stdout), problem())


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "soon"])
def test_seconds_must_be_more_than_none(seconds: str) -> None:
    run = solve("any.json", f"--seconds={seconds}")
    assert (run.returncode, run.stdout) == (2, "")


def _check(answer: dict[str, Any], asked: dict[str, Any]) -> None:
    orders = {order["id"]: order for order in asked["orders"]}
    lengths_m = {frozenset((a, b)): length_m for a, b, length_m in asked["edges"]}
    assert sorted(each for trolley in answer["trolleys"] for each in trolley["orders"]) == sorted(orders)
    for trolley in answer["trolleys"]:
        walk = trolley["walk"]
        assert (walk[0], walk[-1]) == (asked["start"], asked["end"])
        assert sum(orders[each]["size"] for each in trolley["orders"]) <= asked["capacity"]
        assert {stop for each in trolley["orders"] for stop in orders[each]["stops"]} <= set(walk)
        assert trolley["length"] == pytest.approx(sum(lengths_m[frozenset(pair)] for pair in pairwise(walk)))
    assert answer["length"] == pytest.approx(sum(trolley["length"] for trolley in answer["trolleys"]))
    assert answer["lower_bound"] <= answer["length"]
    assert answer["proven_optimal"] == (answer["lower_bound"] == answer["length"])
