"""What assistive technology finds: each node of Flutter's accessibility tree, with its name and its place."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image
from playwright.sync_api import Page

from tests.mobile.eyes import contrast

SETTLED_AFTER_MS = 80
LOOKS_MAX = 25
INK_SHARE_MIN = 0.003  # of a text's place: less of one colour is the edge of a letter
COLOURS_MAX = 8

# A text field's name and role are on the input inside its node; what is not drawn at all has no place.
READ_NODES = """() => [...document.querySelectorAll("flt-semantics")].map(node => {
    const field = node.querySelector(":scope > input, :scope > textarea");
    const place = node.getBoundingClientRect();
    const parts = [...node.children].filter(part => part.tagName !== "SPAN" && part !== field);
    return {
        identifier: node.getAttribute("flt-semantics-identifier") ?? "",
        role: field ? "textbox" : node.getAttribute("role") ?? "",
        name: ((field ?? node).getAttribute("aria-label") || (field ? "" : node.textContent) || "").trim(),
        is_tapped: node.hasAttribute("flt-tappable"),
        is_off: (field ?? node).getAttribute("aria-disabled") === "true" || Boolean(field?.disabled),
        is_leaf: parts.length === 0,
        x: place.x, y: place.y, width: place.width, height: place.height,
    };
})"""


@dataclass(frozen=True, slots=True)
class Node:
    """`x` to `height` in dp; `is_tapped`: pressing it through a screen reader does something."""

    identifier: str
    role: str
    name: str
    is_tapped: bool
    is_off: bool
    is_leaf: bool
    x: float
    y: float
    width: float
    height: float

    @property
    def is_target(self) -> bool:
        return self.is_tapped or self.role in (
            "button",
            "textbox",
            "checkbox",
            "switch",
            "radio",
            "slider",
            "link",
            "tab",
        )

    @property
    def is_text(self) -> bool:
        return self.is_leaf and bool(self.name) and self.role in ("", "button")


def read_nodes(page: Page) -> list[Node]:
    """Once two looks found the same: Flutter writes the tree a frame or two after the picture."""
    seen: list[Node] = []
    for _ in range(LOOKS_MAX):
        page.wait_for_timeout(SETTLED_AFTER_MS)
        found = [Node(**node) for node in page.evaluate(READ_NODES)]
        if found and found == seen:
            break
        seen = found
    return seen


class Picture:
    """A screenshot; `scale` pixels of it are one dp."""

    def __init__(self, shot: bytes, scale: int) -> None:
        self._image = Image.open(io.BytesIO(shot)).convert("RGB")
        self._scale = scale

    def contrast_of(self, node: Node) -> float | None:
        """Between the colour there is most of within a text's place, and the strongest of those there is enough of.

        Letters drawn twice as large as a dp have a core of their own colour; the softened edges have many. A sign or
        a frame that is read as part of the text counts as well: what is found too low is low, what passes may hide
        behind them. None: not one colour besides the ground.
        """
        edges = (node.x, node.y, node.x + node.width, node.y + node.height)
        left, top, right, bottom = (max(0, round(edge * self._scale)) for edge in edges)
        right, bottom = min(right, self._image.width), min(bottom, self._image.height)
        if right <= left or bottom <= top:
            return None
        part = self._image.crop((left, top, right, bottom))
        pixels = part.width * part.height
        counted = sorted(part.getcolors(maxcolors=pixels), reverse=True)  # Pillow counts twenty times as fast as Python
        (_, ground), *others = counted[:COLOURS_MAX]
        inks = [colour for count, colour in others if count >= INK_SHARE_MIN * pixels]
        return max((contrast(_hex(ground), _hex(ink)) for ink in inks), default=None)


def _hex(colour: tuple[int, ...]) -> str:
    return "#" + "".join(f"{channel:02x}" for channel in colour)
