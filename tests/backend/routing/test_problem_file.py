"""Batching problems in JSON: what is wrong is said with its place, and no length is lost on the way."""

from __future__ import annotations

import math
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from backend.routing.answering import answer_file, solve_problem
from backend.routing.batch_search import Limit
from backend.routing.errors import ProblemMalformed
from backend.routing.problem_file import ProblemGraph, problem_from, read_problem


def valid(**changes: Any) -> dict[str, Any]:
    """Two orders on a line of four nodes."""
    problem: dict[str, Any] = {
        "nodes": 4,
        "edges": [[0, 1, 1.5], [1, 2, 2], [2, 3, 0.25]],
        "start": 0,
        "end": 0,
        "capacity": 10,
        "orders": [{"id": "a", "size": 6, "stops": [3]}, {"id": "b", "size": 5, "stops": [1, 2]}],
    }
    return {**problem, **changes}


def order(**changes: Any) -> list[dict[str, Any]]:
    return [{"id": "a", "size": 1, "stops": [1], **changes}]


def answer(problem: dict[str, Any]) -> dict[str, Any]:
    return solve_problem(problem_from(problem), lambda: Limit(iterations=50), 0)


MALFORMED = [
    ([], "the problem is []; it must be an object"),
    ({key: value for key, value in valid().items() if key != "start"}, "the problem has no start"),
    (valid(nodes=0), "nodes is 0; it must be from 1 to 1000000"),
    (valid(nodes=True), "nodes is true; it must be a whole number"),
    (valid(edges={}), "edges is {}; it must be a list"),
    (valid(edges=[[0, 1]]), "edges[0] has 2 values; it must be [node, node, metres]"),
    (valid(edges=[[0, 4, 1]]), "edges[0][1] is 4, which is no node; nodes are numbered 0 to 3"),
    (valid(edges=[[0, 1, -1]]), "edges[0][2] is -1; it must not be below zero"),
    (valid(edges=[[0, 1, math.nan]]), "edges[0][2] is NaN; it must be finite, and at most 1e15"),
    (valid(edges=[[0, 1, "1"]]), 'edges[0][2] is "1"; it must be a number'),
    (valid(start=7), "start is 7, which is no node; nodes are numbered 0 to 3"),
    (valid(end=1.0), "end is 1.0; it must be a whole number"),
    (valid(capacity="x"), 'capacity is "x"; it must be a number'),
    (valid(edges=[], end=1), "end is node 1, to which no walk leads from start, node 0"),
    (valid(orders=[3]), "orders[0] is 3; it must be an object"),
    (valid(orders=[{"id": "a", "size": 1}]), "orders[0] has no stops"),
    (valid(orders=order(id=None)), "orders[0].id is null; it must be a text or a whole number"),
    (valid(orders=order(size=11)), "orders[0].size is 11; a trolley carries 10, and no order is split"),
    (valid(orders=order(size=-1)), "orders[0].size is -1; it must not be below zero"),
    (valid(orders=order(stops=[1, -1])), "orders[0].stops[1] is -1, which is no node; nodes are numbered 0 to 3"),
    (valid(orders=order() + order()), "orders[1].id is 'a', which orders[0] has already"),
    (
        valid(edges=[[0, 1, 1]], orders=order(stops=[1, 2])),
        "orders[0].stops[1] is node 2, to which no walk leads from start, node 0",
    ),
]


class TestRefusals:
    @pytest.mark.parametrize(("value", "sentence"), MALFORMED, ids=[sentence for _, sentence in MALFORMED])
    def test_the_sentence_names_the_place(self, value: object, sentence: str) -> None:
        with pytest.raises(ProblemMalformed) as caught:
            problem_from(value)
        assert caught.value.detail == sentence

    def test_a_file_that_is_not_there_or_not_json_or_not_text(self, tmp_path: Path) -> None:
        path = tmp_path / "problem.json"
        with pytest.raises(ProblemMalformed, match="cannot be read: No such file"):
            read_problem(path)
        path.write_text("{")
        with pytest.raises(ProblemMalformed, match="is not JSON: Expecting property name"):
            read_problem(path)
        path.write_bytes(b'"\xff"')
        with pytest.raises(ProblemMalformed, match="is not UTF-8 text"):
            read_problem(path)
        assert "cannot be read" in answer_file(str(tmp_path), time.perf_counter() + 1, 0)["error"]


class TestLengths:
    def test_the_answer_is_the_best_plan(self) -> None:
        found = answer(valid())
        assert [trolley["orders"] for trolley in found["trolleys"]] == [["a"], ["b"]]
        assert [trolley["walk"] for trolley in found["trolleys"]] == [[0, 1, 2, 3, 2, 1, 0], [0, 1, 2, 1, 0]]
        assert (found["length"], found["lower_bound"], found["proven_optimal"]) == (14.5, 14.5, True)

    def test_nothing_is_rounded(self) -> None:
        edges = [[0, 1, 0.1], [1, 2, 0.000001], [2, 3, 123456.7]]
        assert answer(valid(edges=edges))["length"] == math.fsum([0.1, 1e-6, 123456.7] * 2 + [0.1, 1e-6] * 2)

    def test_lengths_too_fine_to_count_are_not_called_proven(self) -> None:
        edges = [[0, 1, 1e-9], [1, 2, 1e9], [2, 3, 1.0]]
        found = answer(valid(edges=edges))
        assert found["length"] == pytest.approx(4e9)
        assert not found["proven_optimal"]
        assert found["lower_bound"] <= found["length"]

    def test_edges_without_length_join_nodes_and_are_walked(self) -> None:
        edges = [[0, 1, 2.0], [1, 2, 0], [2, 3, 0.0], [1, 1, 5], [3, 0, 9.0]]
        found = answer(valid(edges=edges, end=3, orders=order(stops=[2, 1, 3])))
        assert found["trolleys"][0]["length"] == 2.0
        walk = found["trolleys"][0]["walk"]
        assert (walk[0], walk[-1]) == (0, 3)
        assert set(walk) == {0, 1, 2, 3}
        joined = {(a, b) for a, b, _ in edges} | {(b, a) for a, b, _ in edges}
        assert set(pairwise(walk)) <= joined

    def test_of_several_edges_the_shortest_counts(self) -> None:
        problem = valid(edges=[[0, 1, 3], [1, 0, 1], [0, 1, 2], [1, 2, 1], [2, 3, 1]])
        assert answer({**problem, "orders": order()})["length"] == 2.0

    def test_everything_at_the_start(self) -> None:
        found = answer(valid(edges=[[0, 1, 0]], orders=order() + order(id="b", stops=[])))
        assert (found["length"], found["proven_optimal"]) == (0.0, True)
        assert {walk["walk"][0] for walk in found["trolleys"]} == {0}

    def test_an_order_without_stops_is_on_one_trolley(self) -> None:
        found = answer(valid(end=1, orders=[*order(stops=[]), *order(id=2, size=10, stops=[3])]))
        assert sorted(str(each) for trolley in found["trolleys"] for each in trolley["orders"]) == ["2", "a"]
        assert found["length"] == 1.5 + 1.5 + 2 * 2.25

    def test_no_capacity_is_one_walk(self) -> None:
        found = answer(valid(capacity=None))
        assert [trolley["orders"] for trolley in found["trolleys"]] == [["a", "b"]]
        assert (found["length"], found["proven_optimal"]) == (7.5, True)

    def test_no_orders_is_no_trolley(self) -> None:
        found = answer(valid(orders=[]))
        assert (found["length"], found["proven_optimal"], found["trolleys"]) == (0.0, True, [])

    def test_the_unit_is_the_greatest_that_all_lengths_are_multiples_of(self) -> None:
        assert float(ProblemGraph(problem_from(valid())).unit_m) == 0.25
