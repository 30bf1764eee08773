"""A topic as somebody wrote it into the settings, and the topics that it then hears."""

from __future__ import annotations

import contextlib

from backend.labels.drivers.mqtt_template.topics import (
    TopicMalformed,
    check_spoken_topic,
    matches,
    parse_heard_topic,
)

SEEDS = [
    b"shop/{label}/ack\nshop/L1/ack",
    b"shop/+/battery\nshop/L1/battery",
    b"$SYS/broker\n$SYS/broker",
    b"a//b\na//b",
]


def try_one(raw: bytes) -> None:
    text, _, topic = raw.decode("utf-8", errors="replace").partition("\n")
    with contextlib.suppress(TopicMalformed):
        check_spoken_topic(text)
    with contextlib.suppress(TopicMalformed):
        heard = parse_heard_topic(text)
        if matches(heard.filter, topic):
            assert heard.label_level is None or heard.label_in(topic) is not None, "who is heard can be named"
