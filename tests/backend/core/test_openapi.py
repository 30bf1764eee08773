"""Schemas without references say the same; the problem every endpoint answers is described as it is."""

from __future__ import annotations

import json
from enum import StrEnum

import jsonschema
from pydantic import BaseModel

from backend.core.errors import Conflict, NotFound
from backend.core.http import problem_from
from backend.core.openapi import PROBLEM_JSON, ProblemAnswer, content_of, described, described_file, inlined, problems


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


class TreeIsGone(NotFound):
    """Somebody
    felled it.
    """


class TreeIsTaken(NotFound):
    """It is another's."""


class TestProblems:
    def test_each_status_says_every_code_and_when_it_arises(self) -> None:
        said = problems(TreeIsGone, TreeIsTaken, Conflict)
        assert list(said) == [404, 409]
        assert said[404]["description"] == "`tree_is_gone`: Somebody felled it.\n\n`tree_is_taken`: It is another's."
        assert list(said[404]["content"]) == [PROBLEM_JSON]


class TestDescribed:
    def test_a_body_has_its_model_s_schema_and_named_examples(self) -> None:
        body = described(Tree, examples={"bare": {"leaves": []}})["requestBody"]
        assert body["required"] is True
        content = body["content"]["application/json"]
        assert content["schema"] == inlined(Tree.model_json_schema())
        assert content["examples"] == {"bare": {"summary": "bare", "value": {"leaves": []}}}

    def test_a_file_says_what_it_holds(self) -> None:
        body = described_file({"text/csv": "all trees"}, is_required=False)["requestBody"]
        assert body["required"] is False
        assert body["content"]["text/csv"]["schema"] == {"type": "string", "description": "all trees"}

    def test_an_answer_may_be_one_of_several_files(self) -> None:
        assert list(content_of("text/csv", "application/pdf")["content"]) == ["text/csv", "application/pdf"]
