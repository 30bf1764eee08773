"""Prometheus metrics of the whole backend, in one registry."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry()

HTTP_REQUEST_S = Histogram(
    "blinkpick_http_request_seconds", "Time to answer a request", ["method", "route", "status"], registry=REGISTRY
)
WRITER_GROUP_SIZE = Histogram(
    "blinkpick_writer_group_size", "Jobs that shared one commit", buckets=(1, 2, 4, 8, 16, 32, 64), registry=REGISTRY
)
WRITER_WAITING = Gauge("blinkpick_writer_waiting", "Jobs waiting for the writer", registry=REGISTRY)
OUTBOX_ATTEMPTS = Counter(
    "blinkpick_outbox_attempts_total", "Deliveries tried", ["topic", "outcome"], registry=REGISTRY
)
OUTBOX_DEAD = Gauge("blinkpick_outbox_dead_letters", "Deliveries given up, waiting for a person", registry=REGISTRY)
OUTBOX_WAITING = Gauge("blinkpick_outbox_waiting", "Deliveries waiting", registry=REGISTRY)
EVENTS_TOTAL = Counter("blinkpick_events_total", "Events in the journal", ["name"], registry=REGISTRY)
PHONES_CONNECTED = Gauge("blinkpick_phones_connected", "Phones with an open websocket", registry=REGISTRY)
COMMANDS_TOTAL = Counter(
    "blinkpick_phone_commands_total", "Commands from phones", ["name", "outcome"], registry=REGISTRY
)


def exposition() -> bytes:
    """All metrics in the Prometheus text format."""
    return generate_latest(REGISTRY)
