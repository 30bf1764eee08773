"""Every screen as Chromium gives it to a screen reader and a thumb: names, targets that do something, contrast."""

from __future__ import annotations

import pytest

from tests.e2e.phone import SCREEN_PX
from tests.e2e.preview import FINE, Preview
from tests.e2e.preview_main import CASES
from tests.e2e.semantics import Node, Picture, read_nodes

pytestmark = pytest.mark.browser

TARGET_MIN_DP = 48
ROUNDING_DP = 0.5
TEXT_CONTRAST_MIN = 4.5  # WCAG 2.2, 1.4.3
WHOLE_PX = {"width": SCREEN_PX["width"], "height": 2400}  # nothing has to be scrolled to
FORM_PX = {"width": SCREEN_PX["width"], "height": 3600}  # the same, with as many settings as a driver has
FORMS = ("gateway", "channel")
WALK = ("stop", "cold-running", "cold-soon", "update-later", "outdated", "verdict")


def described(node: Node) -> str:
    return f"{node.identifier or node.role} {node.name[:40]!r} {node.width:.0f} x {node.height:.0f} dp"


def targets(preview: Preview) -> list[Node]:
    return [node for node in read_nodes(preview.phone.page) if node.is_target]


@pytest.mark.parametrize("name", CASES)
def test_a_screen_can_be_read_and_pressed(preview: Preview, name: str) -> None:
    preview.phone.page.set_viewport_size(FORM_PX if name.startswith(FORMS) else WHOLE_PX)
    preview.show(name, drawn_ms=0)
    nodes = read_nodes(preview.phone.page)
    found = [node for node in nodes if node.is_target]
    assert [described(node) for node in found if not node.name] == []
    assert [described(node) for node in found if node.role == "button" and not (node.is_tapped or node.is_off)] == []
    least_dp = TARGET_MIN_DP - ROUNDING_DP
    assert [described(node) for node in found if min(node.width, node.height) < least_dp] == []
    picture = Picture(preview.picture(), FINE)
    contrasts = [(described(node), picture.contrast_of(node)) for node in nodes if node.is_text]
    measured = [(text, ratio) for text, ratio in contrasts if ratio is not None]
    assert measured, "no text was measured"
    assert [(text, round(ratio, 1)) for text, ratio in measured if ratio < TEXT_CONTRAST_MIN] == []


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith(WALK)])
def test_nothing_of_a_stop_is_cut_off(preview: Preview, name: str) -> None:
    """Both hands are full: at a stop nobody scrolls. In Portuguese, whose words are the longest."""
    preview.phone.page.set_viewport_size(SCREEN_PX)
    preview.show(name, "pt", drawn_ms=0)
    found = targets(preview)
    assert found
    below = [described(node) for node in found if node.y + node.height > SCREEN_PX["height"] + ROUNDING_DP]
    cut = [described(node) for node in found if min(node.width, node.height) < TARGET_MIN_DP - ROUNDING_DP]
    assert below + cut == []
