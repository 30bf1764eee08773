"""Writes docs/asyncapi.yaml from the stream's own models, so that the description cannot drift from the code.

Source of the format: AsyncAPI 3.0.0. Run `python -m backend.channels.asyncapi` after changing an event; a test
compares the two.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from backend.channels.port import IncomingOrder
from backend.channels.stream_messages import ABOUT_PRODUCTS, STREAMED_EVENTS, body_schema
from backend.core.openapi import ProblemAnswer, inlined
from shared.channel_stream import REQUESTS, Acknowledgement, Answer, Heartbeat, OrderInStream

PAGE = Path(__file__).parents[2] / "docs" / "asyncapi.yaml"
_SAID: dict[str, type[BaseModel]] = {"heartbeat": Heartbeat, "acknowledgement": Acknowledgement, "answer": Answer}
_ORDER = IncomingOrder.model_config["json_schema_extra"]["examples"][0]  # type: ignore[index]
_EXAMPLES: dict[str, dict[str, Any]] = {
    "heartbeat": {"name": "heartbeat", "sequence": 7},
    "acknowledgement": {"ack": 7},
    "answer": {
        "name": "answer",
        "id": "m-1",
        "status": 202,
        "body": {"external_id": "web-10042", "status": "accepted", "order_id": "ord_01ke6jq300v3rs3dtr98h6bcfn"},
    },
    "order.place": {"id": "m-1", "name": "order.place", "order": _ORDER},
    "order.amend": {"id": "m-2", "name": "order.amend", "order": _ORDER},
    "order.cancel": {"id": "m-3", "name": "order.cancel", "external_id": "web-10042", "reason": "changed their mind"},
    "substitution.answer": {
        "id": "m-4",
        "name": "substitution.answer",
        "external_id": "web-10042",
        "external_line_id": "1",
        "proposal_id": "sub_01ke6jq300v3rs3dtr98h6bcfn",
        "answer": "approve",
    },
}
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*")
_RESERVED = {"true", "false", "null", "yes", "no", "on", "off"}


def document() -> dict[str, Any]:
    """The whole description."""
    names = [event.name for event in STREAMED_EVENTS]
    asked = [str(kind.model_fields["name"].default) for kind in REQUESTS]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Blinkpick channel stream",
            "version": "1.1.0",
            "description": "What happens to a channel's orders, in order; and orders in. See docs/channel-stream.md.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "store": {"host": "{host}", "protocol": "wss", "variables": {"host": {"default": "localhost:8000"}}}
        },
        "channels": {
            "stream": {
                "address": "/api/v1/channels/stream",
                "bindings": {"ws": {"method": "GET", "query": _query(), "headers": _headers()}},
                "messages": {
                    **{name: {"$ref": f"#/components/messages/{name}"} for name in names},
                    **{name: {"$ref": f"#/components/messages/{name}"} for name in (*_SAID, *asked)},
                },
            }
        },
        "operations": {
            "hearEvents": {
                "action": "send",
                "summary": "The store sends an event or a heartbeat",
                "channel": {"$ref": "#/channels/stream"},
                "messages": [{"$ref": f"#/channels/stream/messages/{name}"} for name in [*names, "heartbeat"]],
            },
            "acknowledge": {
                "action": "receive",
                "summary": "The channel has stored everything up to a sequence number",
                "channel": {"$ref": "#/channels/stream"},
                "messages": [{"$ref": "#/channels/stream/messages/acknowledgement"}],
            },
            "ask": {
                "action": "receive",
                "summary": "The channel hands in, amends or cancels an order, or says what its shopper answered",
                "channel": {"$ref": "#/channels/stream"},
                "messages": [{"$ref": f"#/channels/stream/messages/{name}"} for name in asked],
                "reply": {
                    "channel": {"$ref": "#/channels/stream"},
                    "messages": [{"$ref": "#/channels/stream/messages/answer"}],
                },
            },
        },
        "components": {
            "messages": _messages(),
            "schemas": {
                "order": _clean(OrderInStream.model_json_schema()),
                "incomingOrder": inlined(IncomingOrder.model_json_schema()),
                "problem": inlined(ProblemAnswer.model_json_schema()),
            },
        },
    }


def _messages() -> dict[str, Any]:
    messages: dict[str, Any] = {}
    for event in STREAMED_EVENTS:
        messages[event.name] = {
            "summary": " ".join((event.__doc__ or event.name).split()),
            "payload": {
                "type": "object",
                "additionalProperties": False,
                "required": ["sequence", "name", "at", "order", "body"],
                "properties": {
                    "sequence": {"type": "integer", "minimum": 1},
                    "name": {"const": event.name},
                    "at": {"type": "string", "format": "date-time"},
                    "order": {"type": "null"} if event in ABOUT_PRODUCTS else {"$ref": "#/components/schemas/order"},
                    "body": body_schema(event),
                },
            },
        }
    for name, model in {**_SAID, **{str(kind.model_fields["name"].default): kind for kind in REQUESTS}}.items():
        payload = inlined(model.model_json_schema())
        if "order" in payload["properties"]:
            payload["properties"]["order"] = {"$ref": "#/components/schemas/incomingOrder"}
        if issubclass(model, Answer):
            kinds = [{"type": "object"}, {"$ref": "#/components/schemas/problem"}]
            payload["properties"]["body"] |= {"type": "object", "anyOf": kinds}
        summary = " ".join((model.__doc__ or name).split())
        messages[name] = {"summary": summary, "payload": payload, "examples": [{"payload": _EXAMPLES[name]}]}
    return messages


def _query() -> dict[str, Any]:
    after = {"type": "integer", "minimum": 0, "description": "resume after this sequence number"}
    return {"type": "object", "properties": {"after": after}}


def _headers() -> dict[str, Any]:
    key = {"type": "string", "description": "Bearer, then the channel key"}
    return {"type": "object", "properties": {"Authorization": key}}


def _clean(schema: Any) -> Any:
    """A schema without the titles pydantic adds."""
    if isinstance(schema, dict):
        return {name: _clean(value) for name, value in schema.items() if name != "title"}
    return [_clean(each) for each in schema] if isinstance(schema, list) else schema


def to_yaml(node: Any, indent: int = 0) -> str:
    """The plainest YAML: block style, every string that could be misread in double quotes."""
    pad = "  " * indent
    if isinstance(node, dict) and node:
        return "".join(f"{pad}{_scalar(key)}:{_below(value, indent)}" for key, value in node.items())
    if isinstance(node, list) and node:
        return "".join(f"{pad}-{_below(value, indent)}" for value in node)
    return f"{pad}{_scalar(node)}\n"


def _below(value: Any, indent: int) -> str:
    is_block = isinstance(value, dict | list) and value
    return f"\n{to_yaml(value, indent + 1)}" if is_block else f" {_scalar(value)}\n"


def _scalar(value: Any) -> str:
    is_plain = isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _RESERVED
    return str(value) if is_plain else json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    PAGE.write_text(to_yaml(document()), "utf-8")
