"""What the descriptions of every room share: the problem an endpoint may answer, and schemas without references."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class ProblemAnswer(BaseModel):
    """What went wrong, as RFC 9457 says it. Further members are facts about it."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["https://blinkpick.org/problems/order_unknown"])
    title: str = Field(examples=["Order unknown"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["this channel sent no order web-10042"])
    code: str = Field(description="by which programs tell problems apart", examples=["order_unknown"])


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
