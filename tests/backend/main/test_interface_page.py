"""The page shows every operation and loads nothing; what a description says is text in it, never markup."""

from __future__ import annotations

import copy
from html.parser import HTMLParser
from typing import Any

from backend.main.app import DESCRIPTION_PAGE, INTERFACE_DESCRIPTION
from backend.main.interface_page import page
from tests.backend.main.test_description import DOCUMENT

VOID = {"meta", "link", "br"}


class Reading(HTMLParser):
    """What a browser would make of it: ids, what is loaded, and whether every element that opens also closes."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.loaded: list[str] = []
        self.tags: set[str] = set()
        self.links: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        self.tags.add(tag)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        self.loaded += [str(found[name]) for name in ("src", "srcset", "data") if name in found]
        if tag == "a":
            self.links.append(str(found["href"]))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


def read(document: dict[str, Any]) -> Reading:
    reading = Reading()
    reading.feed(page(document, description_url=INTERFACE_DESCRIPTION))
    assert reading._open == []
    return reading


def test_every_operation_is_on_it_once() -> None:
    operations = [operation["operationId"] for each in DOCUMENT["paths"].values() for operation in each.values()]
    ids = read(DOCUMENT).ids
    assert len(ids) == len(set(ids))
    assert set(operations) <= set(ids)


def test_nothing_is_loaded_and_nothing_runs() -> None:
    reading = read(DOCUMENT)
    assert reading.loaded == []
    assert not reading.tags & {"script", "link", "img", "iframe", "object"}
    assert INTERFACE_DESCRIPTION in reading.links
    assert all(link.startswith(("#", "/api/")) for link in reading.links)


def test_what_is_said_is_text() -> None:
    document = copy.deepcopy(DOCUMENT)
    operation = document["paths"]["/api/v1/orders"]["post"]
    operation["summary"] = operation["description"] = operation["responses"]["202"]["description"] = (
        "<script>x</script>"
    )
    assert "script" not in read(document).tags


def test_orders_are_shown_with_body_examples_and_problems() -> None:
    text = page(DOCUMENT, description_url=INTERFACE_DESCRIPTION)
    for said in ("The least an order says", "idempotency_key_missing", "application/problem+json", "channelKey"):
        assert said in text
    assert DESCRIPTION_PAGE not in DOCUMENT["paths"]
