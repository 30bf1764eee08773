"""A small template language for gateways that are described in words: placeholders, and nothing that runs.

`{label}` is a placeholder; `{{` and `}}` are braces. A template for JSON is JSON itself, with placeholders in its
strings: it is filled first and encoded afterwards, so no value can break out of its quotes. A string that is one
placeholder and nothing else becomes the value itself, a number stays a number. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

Value = str | int | float | bool
DEPTH_MAX = 20

_TOKEN = re.compile(r"\{\{|\}\}|\{([a-z][a-z0-9_]*)\}|[{}]")


class TemplateMalformed(ValueError):
    """A template that cannot be filled; a ValueError, so that settings models report it with their field."""


@dataclass(frozen=True, slots=True)
class Template:
    """Text with holes: pieces of text, each but the last followed by the name of what goes there."""

    texts: Sequence[str]
    names: Sequence[str]

    def fill(self, values: Mapping[str, Value]) -> str:
        return "".join(
            text + (spell(values[name]) if name is not None else "")
            for text, name in zip(self.texts, [*self.names, None], strict=True)
        )

    @property
    def only_name(self) -> str | None:
        """The name, if the template is nothing but one placeholder."""
        return self.names[0] if len(self.names) == 1 and not any(self.texts) else None


def parse_template(text: str, known: Collection[str]) -> Template:
    """Raises TemplateMalformed, and nothing else."""
    texts, names, at = [""], list[str](), 0
    for match in _TOKEN.finditer(text):
        texts[-1] += text[at : match.start()]
        at = match.end()
        if match.group() in ("{{", "}}"):
            texts[-1] += match.group()[0]
        elif (name := match.group(1)) is None:
            raise TemplateMalformed(f"a single {match.group()} in {text[:60]!r}: a brace is written twice")
        elif name not in known:
            raise TemplateMalformed(f"no such placeholder: {{{name}}}; there are: {', '.join(sorted(known))}")
        else:
            names.append(name)
            texts.append("")
    texts[-1] += text[at:]
    return Template(texts, names)


def check_structure(structure: JsonValue, known: Collection[str], depth: int = 0) -> None:
    """Whether every string of a JSON template can be filled. Raises TemplateMalformed."""
    if depth > DEPTH_MAX:
        raise TemplateMalformed(f"nested deeper than {DEPTH_MAX}")
    match structure:
        case str():
            parse_template(structure, known)
        case list():
            for each in structure:
                check_structure(each, known, depth + 1)
        case dict():
            for name, each in structure.items():
                parse_template(name, known)
                check_structure(each, known, depth + 1)
        case _:
            pass


def fill_structure(structure: JsonValue, values: Mapping[str, Value]) -> JsonValue:
    """A JSON template with its values. Names in it must be among `values`: see `check_structure`."""
    match structure:
        case str():
            template = parse_template(structure, values)
            name = template.only_name
            return values[name] if name is not None else template.fill(values)
        case list():
            return [fill_structure(each, values) for each in structure]
        case dict():
            return {fill_text(name, values): fill_structure(each, values) for name, each in structure.items()}
        case _:
            return structure


def fill_text(text: str, values: Mapping[str, Value]) -> str:
    return parse_template(text, values).fill(values)


def spell(value: Value) -> str:
    """As JSON and forms spell it: true, not True."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
