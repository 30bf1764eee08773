"""What a screen reader and a thumb find on every screen of the real app: names, sizes, and nothing cut off.

Flutter's semantics tree is what assistive technology gets; a node of it lies where its control is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.phone import SCREEN_PX
from tests.e2e.preview import Preview, previews
from tests.e2e.preview_main import CASES

pytestmark = pytest.mark.browser

TARGET_MIN_PX = 48
MAIN_MIN_PX = 72
THUMB_FROM_PX = SCREEN_PX["height"] * 2 / 3
SLACK_PX = 1.5  # halves of pixels are rounded
SELECTOR = "flt-semantics, flt-semantics input, flt-semantics textarea"
FOUND = """selector => [...document.querySelectorAll(selector)].map(node => {
    const box = node.getBoundingClientRect();
    const scrolls = element => ["scroll", "auto"].includes(getComputedStyle(element).overflowY);
    let above = node.parentElement, isScrolled = false;
    for (; above && above.localName !== "flt-semantics-host"; above = above.parentElement)
        isScrolled ||= scrolls(above);
    const field = node.matches("input, textarea");
    return {
        role: node.getAttribute("role") ?? "", isField: field, isTappable: node.hasAttribute("flt-tappable"),
        isOff: node.getAttribute("aria-disabled") === "true",
        name: (node.getAttribute("aria-label") ?? node.innerText ?? "").trim(),
        identifier: node.getAttribute("flt-semantics-identifier") ?? "",
        text: node.children.length === 0 || node.querySelector(":scope > span") ? (node.innerText ?? "").trim() : "",
        left: box.left, right: box.right, top: box.top, bottom: box.bottom, isScrolled,
    };
})"""

LISTEN = """() => {
    const host = document.querySelector("flt-announcement-host");
    window.said = [];
    new MutationObserver(() => window.said.push(host.textContent))
        .observe(host, { subtree: true, childList: true, characterData: true });
}"""

Node = dict[str, Any]


@pytest.fixture(scope="module")
def preview(chromium: Any) -> Iterator[Preview]:
    with previews(chromium) as opened:
        yield opened


def nodes(preview: Preview) -> list[Node]:
    found: list[Node] = preview.phone.page.evaluate(FOUND, SELECTOR)
    assert len(found) > 3, "no semantics tree"
    return found


def targets(found: list[Node]) -> list[Node]:
    return [one for one in found if one["isField"] or one["isTappable"] or one["role"] in ("button", "link", "textbox")]


def is_whole(one: Node) -> bool:
    """Not scrolled half out of sight."""
    return not one["isScrolled"] or (one["top"] >= 0 and one["bottom"] <= SCREEN_PX["height"])


def box_of(one: Node) -> str:
    size = f"{one['right'] - one['left']:.0f} x {one['bottom'] - one['top']:.0f}"
    return f"{one['identifier'] or one['name'] or one['role']}: {size}"


@pytest.mark.parametrize("name", CASES)
def test_names_and_sizes(preview: Preview, name: str) -> None:
    preview.show(name)
    found = nodes(preview)
    touched = targets(found)
    assert [box_of(one) for one in touched if not one["name"]] == []
    small = [
        box_of(one)
        for one in touched
        if is_whole(one) and min(one["right"] - one["left"], one["bottom"] - one["top"]) < TARGET_MIN_PX - SLACK_PX
    ]
    assert small == []
    lost(found)


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_lost_with_letters_twice_as_large(preview: Preview, name: str) -> None:
    """What is pushed off an edge is gone from the tree; what has to be scrolled to is still there."""
    preview.show(name, "pt")
    before = {one["name"] for one in nodes(preview) if one["text"] or one["isTappable"]}
    preview.show(name, "pt", "200")
    found = nodes(preview)
    lost(found)
    said = " ".join(one["name"] for one in found)
    assert [name for name in sorted(before) if name not in said] == []


def lost(found: list[Node]) -> None:
    """Whatever says something lies on the screen, or can be scrolled there."""
    width, height = SCREEN_PX["width"], SCREEN_PX["height"]
    speaking = [one for one in found if one["text"] or one in targets(found)]
    assert speaking
    assert [
        (box_of(one), round(one["left"]), round(one["right"]))
        for one in speaking
        if one["left"] < -SLACK_PX or one["right"] > width + SLACK_PX
    ] == []
    assert [
        (box_of(one), round(one["top"]), round(one["bottom"]))
        for one in speaking
        if not one["isScrolled"] and (one["top"] < -SLACK_PX or one["bottom"] > height + SLACK_PX)
    ] == []


@pytest.mark.parametrize(
    "name", ["work", "start", "stop", "short", "substitute", "weight", "typed", "finish", "settings"]
)
def test_the_main_action_is_under_the_thumb(preview: Preview, name: str) -> None:
    preview.show(name)
    buttons = [one for one in targets(nodes(preview)) if one["role"] == "button" and not one["isScrolled"]]
    main = max(buttons, key=lambda one: one["bottom"])
    assert main["bottom"] - main["top"] >= MAIN_MIN_PX
    assert main["top"] >= THUMB_FROM_PX
    assert main["right"] - main["left"] >= SCREEN_PX["width"] * 0.85


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("verdict-")])
def test_a_verdict_is_read_aloud_at_once(preview: Preview, name: str) -> None:
    preview.show("work")
    preview.phone.page.evaluate(LISTEN)
    preview.show(name)
    title = max(nodes(preview), key=lambda one: one["identifier"].startswith("verdict-"))["name"].splitlines()[0]
    assert title
    assert title in " ".join(preview.phone.page.evaluate("window.said"))


def test_in_a_left_hand_the_small_buttons_change_sides(preview: Preview) -> None:
    for wishes, is_left in (("-", False), ("left", True)):
        preview.show("work", "en", wishes)
        (menu,) = [one for one in targets(nodes(preview)) if one["name"] == "Menu" and one["isTappable"]]
        assert (menu["right"] < SCREEN_PX["width"] / 2) is is_left
