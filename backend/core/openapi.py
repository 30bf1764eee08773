"""What the descriptions of every room share: problems an endpoint may answer, and the bodies it reads by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from backend.core.errors import BackendError

PROBLEM_JSON = "application/problem+json"
PROBLEM_SCHEMA = "Problem"  # its name among the components; backend/main/description.py puts it there
Responses = dict[int | str, dict[str, Any]]

NOT_MODIFIED: Responses = {304: {"description": "You hold it already: nothing has changed since that ETag"}}


class ProblemAnswer(BaseModel):
    """What went wrong, as RFC 9457 says it. Further members are facts about it."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["https://blinkpick.org/problems/order_unknown"])
    title: str = Field(examples=["Order unknown"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["this channel sent no order web-10042"])
    code: str = Field(description="by which programs tell problems apart", examples=["order_unknown"])


def problem(description: str) -> dict[str, Any]:
    """One answer that is a problem."""
    schema = {"$ref": f"#/components/schemas/{PROBLEM_SCHEMA}"}
    return {"description": description, "content": {PROBLEM_JSON: {"schema": schema}}}


def problems(*errors: type[BackendError]) -> Responses:
    """The answers that these errors become, by status: each with its code, and when it arises."""
    by_status: dict[int | str, list[str]] = {}
    for error in errors:
        when = " ".join((error.__doc__ or "").split())
        by_status.setdefault(error.status, []).append(f"`{error('').code}`: {when}")
    return {status: problem("\n\n".join(said)) for status, said in sorted(by_status.items(), key=str)}


def described(model: type[BaseModel], *, is_required: bool = True, examples: Mapping[str, Any] | None = None) -> Any:
    """`openapi_extra` for an endpoint that reads the raw body itself, as this model; `examples` by what they show."""
    content: dict[str, Any] = {"schema": inlined(model.model_json_schema())}
    if examples:
        content["examples"] = {name: {"summary": name, "value": value} for name, value in examples.items()}
    return {"requestBody": {"required": is_required, "content": {"application/json": content}}}


def described_file(kinds: Mapping[str, str], *, is_required: bool = True) -> Any:
    """The same for a file, or whatever else is no model: what each media type holds."""
    content = {kind: {"schema": {"type": "string", "description": what}} for kind, what in kinds.items()}
    return {"requestBody": {"required": is_required, "content": content}}


def content_of(*kinds: str) -> dict[str, Any]:
    """An answer that is a file, of one of these media types."""
    schema = {"type": "string"}
    return {"description": "The file", "content": {kind: {"schema": schema} for kind in kinds}}


def inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """A JSON schema without references and without the titles pydantic adds."""
    plain: dict[str, Any] = _inlined(schema, schema.get("$defs", {}))
    return plain


def _inlined(node: Any, definitions: dict[str, Any], *, is_properties: bool = False) -> Any:
    if isinstance(node, list):
        return [_inlined(each, definitions) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node and not is_properties:
        return _inlined(definitions[node["$ref"].rsplit("/", 1)[1]], definitions)
    left_out = () if is_properties else ("$defs", "title")
    return {
        name: _inlined(value, definitions, is_properties=name == "properties" and not is_properties)
        for name, value in node.items()
        if name not in left_out
    }
