"""MQTT topics: what may stand in one, where the label stands in it, and which filter hears it. Pure.

After the MQTT 3.1.1 standard, section 4.7: levels between slashes, `+` for one level, `#` for the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LABEL = "{label}"
TOPIC_MAX = 200


class TopicMalformed(ValueError):
    """Not a topic; a ValueError, so that settings models report it with their field."""


@dataclass(frozen=True, slots=True)
class HeardTopic:
    """A topic we listen to: its filter, and the level in which it names the label (None: it does not)."""

    filter: str
    label_level: int | None

    def label_in(self, topic: str) -> str | None:
        if self.label_level is None:
            return None
        levels = topic.split("/")
        return levels[self.label_level] if self.label_level < len(levels) else None


def parse_heard_topic(text: str) -> HeardTopic:
    """`shop/{label}/ack` hears `shop/+/ack`. `#` is not allowed: it would hear everybody. Raises TopicMalformed."""
    levels = _levels(text)
    places = [number for number, level in enumerate(levels) if level == LABEL]
    if len(places) > 1:
        raise TopicMalformed(f"{LABEL} stands twice in {text!r}")
    for level in levels:
        if level not in (LABEL, "+") and any(sign in level for sign in "+#{}"):
            raise TopicMalformed(f"a level of {text!r} is {level!r}: it is a word, {LABEL} or +")
    return HeardTopic("/".join("+" if level == LABEL else level for level in levels), places[0] if places else None)


def check_spoken_topic(text: str) -> None:
    """What a topic must be once its placeholders are filled. Raises TopicMalformed."""
    if any(sign in level for level in _levels(text) for sign in "+#"):
        raise TopicMalformed(f"{text!r} has a + or a #: nobody can speak to those")


def matches(topic_filter: str, topic: str) -> bool:
    """Whether a subscription hears a topic."""
    wanted, levels = topic_filter.split("/"), topic.split("/")
    if topic.startswith("$") and wanted[0] in ("+", "#"):
        return False
    for number, level in enumerate(wanted):
        if level == "#":
            return True
        if number >= len(levels) or level not in ("+", levels[number]):
            return False
    return len(wanted) == len(levels)


def _levels(text: str) -> Sequence[str]:
    if not text or len(text) > TOPIC_MAX or "\0" in text or not text.isprintable():
        raise TopicMalformed(f"a topic has 1 to {TOPIC_MAX} printable characters")
    if text.startswith("$"):
        raise TopicMalformed("topics that begin with $ are the broker's own")
    return text.split("/")
