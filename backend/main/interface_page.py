"""The OpenAPI description as one page to read: made here, without scripts and without anything from elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; color: #1c1c1c; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #bbb; }
details { border: 1px solid #ccc; border-radius: 6px; margin: .4rem 0; padding: .3rem .8rem; }
summary { cursor: pointer; }
summary b { display: inline-block; min-width: 4.2rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .88em; overflow-wrap: anywhere; }
pre { background: #f4f4f4; padding: .6rem; overflow-x: auto; white-space: pre-wrap; }
table { border-collapse: collapse; width: 100%; }
td { border-top: 1px solid #ddd; padding: .25rem .5rem; vertical-align: top; }
"""
_CODE = re.compile(r"`([^`]+)`")


def page(document: dict[str, Any], *, description_url: str) -> str:
    """`document` as HTML; `description_url` is where the same is for programs."""
    names = [tag["name"] for tag in document["tags"]]
    contents = " · ".join(f'<a href="#{escape(name)}">{escape(name)}</a>' for name in names)
    title = f"{escape(document['info']['title'])} {escape(document['info']['version'])}: the interface"
    rooms = "".join(_room(document, tag) for tag in document["tags"])
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style><h1>{title}</h1>'
        f"{_words(document['info']['description'])}"
        f'<p>For programs: <a href="{escape(description_url)}">{escape(description_url)}</a></p>'
        f"<p>{contents}</p>{_keys(document)}{rooms}</html>"
    )


def _room(document: dict[str, Any], tag: dict[str, str]) -> str:
    operations = "".join(
        _operation(path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if tag["name"] in operation["tags"]
    )
    return f'<h2 id="{escape(tag["name"])}">{escape(tag["name"])}</h2>{_words(tag["description"])}{operations}'


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    parts = [
        f"<summary><b>{method.upper()}</b> <code>{escape(path)}</code> {escape(operation['summary'])}</summary>",
        _words(operation["description"]),
        f"<p>Asked with: {escape(', '.join(_schemes(operation)) or 'nothing')}</p>",
        _table("Parameters", _parameters(operation)),
        _body(operation.get("requestBody")),
        _table("Answers", ((status, _answer(each)) for status, each in operation["responses"].items())),
    ]
    return f'<details id="{escape(operation["operationId"])}">{"".join(parts)}</details>'


def _schemes(operation: dict[str, Any]) -> list[str]:
    return [scheme for asked in operation["security"] for scheme in asked]


def _parameters(operation: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for parameter in operation.get("parameters", []):
        name = f"{parameter['name']} ({parameter['in']}{', required' if parameter.get('required') else ''})"
        yield name, _inline(parameter.get("description", "")) + f" <code>{escape(_json(parameter['schema']))}</code>"


def _body(body: dict[str, Any] | None) -> str:
    if body is None:
        return ""
    said = [f"<h4>Body{'' if body.get('required') else ' (may be left out)'}</h4>"]
    for kind, content in body["content"].items():
        said.append(
            f"<p><code>{escape(kind)}</code></p><pre>{escape(_json(content.get('schema', {}), indent=1))}</pre>"
        )
        for example in content.get("examples", {}).values():
            shown = escape(_json(example["value"], indent=1))
            said.append(f"<p>{escape(example['summary'])}</p><pre>{shown}</pre>")
    return "".join(said)


def _answer(answer: dict[str, Any]) -> str:
    kinds = ", ".join(answer.get("content", {}))
    schemas = {_json(content.get("schema", {})) for content in answer.get("content", {}).values()}
    shown = f" <code>{escape(kinds)} {escape(' '.join(sorted(schemas)))}</code>" if kinds else ""
    return _words(answer["description"]) + shown


def _keys(document: dict[str, Any]) -> str:
    components = document["components"]
    schemes = ((name, _inline(scheme["description"])) for name, scheme in components["securitySchemes"].items())
    shapes = "".join(
        f'<details id="schema-{escape(name)}"><summary><code>{escape(name)}</code></summary>'
        f"<pre>{escape(_json(schema, indent=1))}</pre></details>"
        for name, schema in sorted(components["schemas"].items())
    )
    return f"{_table('What one asks with', schemes)}<details><summary>All shapes</summary>{shapes}</details>"


def _table(title: str, rows: Any) -> str:
    cells = "".join(f"<tr><td><code>{escape(name)}</code></td><td>{said}</td></tr>" for name, said in rows)
    return f"<h4>{escape(title)}</h4><table>{cells}</table>" if cells else ""


def _words(text: str) -> str:
    return "".join(f"<p>{_inline(part)}</p>" for part in text.strip().split("\n\n"))


def _inline(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", escape(text, quote=False))


def _json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, indent=indent, ensure_ascii=False)
