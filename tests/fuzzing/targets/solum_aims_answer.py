"""Every answer of an AIMS: the token, lists of labels and statuses, a label's kind."""

from __future__ import annotations

import contextlib

from backend.labels.drivers.solum_aims.delivery import DeliveryTracker
from backend.labels.drivers.solum_aims.protocol import parse_kind, parse_labels, parse_statuses, parse_token
from backend.labels.port import AnswerMalformed
from tests.fuzzing.seeds import recorded

SEEDS = [
    *recorded("solum_aims/*_answer.json"),
    b'{"responseMessage":{"displayWidth":296,"displayHeight":128,"colorType":"BINARY"}}',
    b'{"ledStatusList":[{"labelCode":"0848A6EEE1DE","status":"SUCCESS","lastUpdated":"2026-01-05T08:00:01.000+00:00"}]}',
]


def try_one(raw: bytes) -> None:
    for parse in (parse_token, parse_kind):
        with contextlib.suppress(AnswerMalformed):
            parse(raw)
    with contextlib.suppress(AnswerMalformed):
        for label in parse_labels(raw):
            label.report()
    with contextlib.suppress(AnswerMalformed):
        statuses = parse_statuses(raw)
        tracker = DeliveryTracker()
        for each in statuses:
            tracker.sending(each.label, f"t-{each.label}", 0.0)
        verdicts = tracker.heard(statuses)
        assert len({verdict.token for verdict in verdicts}) == len(verdicts), "one outcome each"
