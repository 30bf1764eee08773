"""Topics: where the label stands, and who hears what, as the standard's section 4.7 says."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.labels.drivers.mqtt_template.topics import TopicMalformed, check_spoken_topic, matches, parse_heard_topic

levels = st.text("abc", min_size=1, max_size=3)


class TestMatches:
    @pytest.mark.parametrize(
        ("topic_filter", "topic", "is_heard"),
        [
            ("sport/tennis/player1/#", "sport/tennis/player1", True),
            ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", True),
            ("sport/tennis/+", "sport/tennis/player1", True),
            ("sport/tennis/+", "sport/tennis/player1/ranking", False),
            ("sport/+", "sport", False),
            ("sport/+", "sport/", True),
            ("+/+", "/finance", True),
            ("/+", "/finance", True),
            ("+", "/finance", False),
            ("#", "$SYS/uptime", False),
            ("+/uptime", "$SYS/uptime", False),
            ("a/b", "a/b/c", False),
        ],
    )
    def test_the_examples_of_the_standard(self, topic_filter: str, topic: str, is_heard: bool) -> None:
        assert matches(topic_filter, topic) is is_heard


class TestHeard:
    @given(st.lists(levels, max_size=3), levels, st.lists(levels, max_size=3))
    def test_the_label_is_found_where_it_stood(self, before: list[str], label: str, after: list[str]) -> None:
        heard = parse_heard_topic("/".join([*before, "{label}", *after]))
        topic = "/".join([*before, label, *after])
        assert matches(heard.filter, topic)
        assert heard.label_in(topic) == label

    @pytest.mark.parametrize(
        "text",
        ["", "#", "a/#", "a/{label}x", "{label}/{label}", "a/{token}", "a/b+", "$SYS/{label}", "a\0b", "x" * 201],
    )
    def test_what_is_no_topic_to_hear_is_refused(self, text: str) -> None:
        with pytest.raises(TopicMalformed):
            parse_heard_topic(text)

    @given(st.text(max_size=30))
    def test_any_text_raises_only_malformed(self, text: str) -> None:
        for check in (parse_heard_topic, check_spoken_topic):
            with contextlib.suppress(TopicMalformed):
                check(text)

    @pytest.mark.parametrize("text", ["a/+", "#", "", "$SYS/x"])
    def test_nobody_speaks_to_a_wildcard(self, text: str) -> None:
        with pytest.raises(TopicMalformed):
            check_spoken_topic(text)
