"""Schemas without references say the same; the problem every endpoint answers is described as it is."""

from __future__ import annotations

import json
from enum import StrEnum

import jsonschema
from pydantic import BaseModel

from backend.core.errors import NotFound
from backend.core.http import problem_from
from backend.core.openapi import ProblemAnswer, inlined


class Colour(StrEnum):
    RED = "red"


class Leaf(BaseModel):
    title: str
    colour: Colour


class Tree(BaseModel):
    leaves: list[Leaf]


class TestInlined:
    def test_it_has_no_references_and_allows_the_same(self) -> None:
        schema = inlined(Tree.model_json_schema())
        assert "$ref" not in json.dumps(schema)
        assert "$defs" not in schema
        jsonschema.validate({"leaves": [{"title": "a", "colour": "red"}]}, schema)
        jsonschema.Draft202012Validator.check_schema(schema)

    def test_a_field_that_is_called_title_stays(self) -> None:
        leaf = inlined(Tree.model_json_schema())["properties"]["leaves"]["items"]
        assert set(leaf["properties"]) == {"title", "colour"}
        assert leaf["properties"]["title"] == {"type": "string"}


def test_a_problem_fits_its_description() -> None:
    answer = json.loads(bytes(problem_from(NotFound("nothing here", order_id="ord_1")).body))
    jsonschema.validate(answer, inlined(ProblemAnswer.model_json_schema()))
    assert ProblemAnswer.model_validate(answer).code == "not_found"
