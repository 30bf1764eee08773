"""Reads a description's YAML: plain values only, each with the line it stands in. Pure.

YAML as JSON has it: texts, numbers, `true`, `false`, `null`, lists and mappings. What makes YAML surprising is refused
or left out: `yes` and `no` are texts, there are no tags, no anchors, no dates, and no name may stand twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import JsonValue

TEXT_MAX = 64 * 1024
DEPTH_MAX = 20
Place = tuple[str | int, ...]
_TAG = "tag:yaml.org,2002:"


class YamlMalformed(ValueError):
    """Not such a file; the message names the line."""


class _Loader(yaml.SafeLoader):
    """Knows JSON's scalars only."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


for _name, _pattern, _first in (
    ("null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("bool", r"^(?:true|false)$", ["t", "f"]),
    ("int", r"^-?(?:0|[1-9][0-9]{0,17})$", [*"-0123456789"]),
    ("float", r"^-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}$", [*"-0123456789"]),
):
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(_pattern), _first)


def read_yaml(text: str) -> tuple[JsonValue, Mapping[Place, int]]:
    """The values, and the line (from 1) of each place in them. Raises YamlMalformed and nothing else."""
    if len(text) > TEXT_MAX:
        raise YamlMalformed(f"a description of more than {TEXT_MAX} characters")
    try:
        _look_through(text)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else 1
        raise YamlMalformed(f"line {line}: {error.problem or 'not YAML'}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise YamlMalformed(f"not YAML: {type(error).__name__}") from None
    if node is None:
        raise YamlMalformed("line 1: there is nothing in it")
    lines: dict[Place, int] = {}
    return _value(node, (), lines), lines


def _look_through(text: str) -> None:
    """Refuses what is not used here before anything is built of it; deep nesting alone would take minutes."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark is not None else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise YamlMalformed(f"line {line}: anchors and aliases are not used here")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH_MAX:
            raise YamlMalformed(f"line {line}: nested deeper than {DEPTH_MAX}")


def _value(node: Any, place: Place, lines: dict[Place, int]) -> JsonValue:
    line = node.start_mark.line + 1
    lines[place] = line
    match node:
        case yaml.MappingNode() if node.tag == _TAG + "map":
            filled: dict[str, JsonValue] = {}
            for key, each in node.value:
                name = _name_of(key)
                if name in filled:
                    raise YamlMalformed(f"line {key.start_mark.line + 1}: {name} stands here for the second time")
                filled[name] = _value(each, (*place, name), lines)
                lines[(*place, name)] = key.start_mark.line + 1
            return filled
        case yaml.SequenceNode() if node.tag == _TAG + "seq":
            return [_value(each, (*place, number), lines) for number, each in enumerate(node.value)]
        case yaml.ScalarNode():
            return _scalar(node, line)
    raise YamlMalformed(f"line {line}: tags are not used here")


def _name_of(key: Any) -> str:
    if not isinstance(key, yaml.ScalarNode) or not key.tag.startswith(_TAG):
        raise YamlMalformed(f"line {key.start_mark.line + 1}: a name is a plain text")
    return str(key.value)


def _scalar(node: Any, line: int) -> JsonValue:
    text = str(node.value)
    match node.tag.removeprefix(_TAG):
        case "str":
            return text
        case "null" if not node.style:
            return None
        case "bool" if text in ("true", "false"):
            return text == "true"
        case "int" if re.fullmatch(r"-?\d{1,18}", text):
            return int(text)
        case "float" if re.fullmatch(r"-?\d{1,18}\.\d{1,17}", text):
            return float(text)
    raise YamlMalformed(f"line {line}: tags are not used here")
