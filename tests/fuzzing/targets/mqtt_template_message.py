"""What comes from a broker: the topic in the first line, the message below, held against two kinds of labels."""

from __future__ import annotations

import contextlib

from backend.labels.drivers.mqtt_template.protocol import understand
from backend.labels.drivers.mqtt_template.settings import MqttTemplateSettings
from backend.labels.port import AnswerMalformed

_COMMON = {"host": "broker.store.example", "labels": ["L1"]}
IN_TOPICS = MqttTemplateSettings.model_validate(
    {
        **_COMMON,
        "light": {"topic": "shop/{label}/led", "payload": {"hex": "{hex}", "id": "{token}"}},
        "acknowledgement": {"topic": "shop/{label}/ack", "value": "state", "delivered": ["done"], "token": "id"},
        "availability": {"topic": "shop/{label}/status", "online": "online", "offline": "offline"},
        "battery": {"topic": "shop/{label}/battery", "unit": "V"},
        "button": {"topic": "shop/{label}/button"},
    }
)
IN_MESSAGES = MqttTemplateSettings.model_validate(
    {
        **_COMMON,
        "light": {"topic": "all/led", "payload": {"label": "{label}", "id": "{token}"}},
        "acknowledgement": {"topic": "all/said", "label": "of", "value": "state", "delivered": ["done"], "token": "id"},
        "battery": {"topic": "all/said", "label": "of", "value": "mv", "unit": "mV"},
        "button": {"topic": "all/said", "label": "of", "value": "button", "buttons": {"left": 1}},
    }
)
SEEDS = [
    b'shop/L1/ack\n{"state":"done","id":"gw.1"}',
    b"shop/L1/status\nonline",
    b"shop/L1/battery\n2.91",
    b"shop/L1/button\n2",
    b'all/said\n{"of":"L1","state":"done","id":"gw.1","mv":2910,"button":"left"}',
]


def try_one(raw: bytes) -> None:
    topic, _, payload = raw.partition(b"\n")
    for settings in (IN_TOPICS, IN_MESSAGES):
        for is_retained in (False, True):
            with contextlib.suppress(AnswerMalformed):
                understand(settings, topic.decode("utf-8", errors="replace"), payload, is_retained=is_retained)
