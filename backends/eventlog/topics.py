"""The closed list of topics: name, partitions, retention. Source: the founding documents, FEATURES 38-52."""

from __future__ import annotations

from dataclasses import dataclass

HOUR_S = 3600
DAY_S = 24 * HOUR_S
PARTITIONS = 12
MAX_VALUE_BYTES = 8 * 2**20  # an event may have 5 MiB, and a trace more than an event


@dataclass(frozen=True, slots=True)
class Topic:
    name: str
    retention_s: int
    partitions: int = PARTITIONS


LINEAGE = Topic("openlineage-events", 7 * DAY_S)  # key namespace:run_id, value: the event's bytes
SPANS = Topic("otel-spans", DAY_S)  # key namespace:trace_id, value: OTLP protobuf of one trace
METRICS = Topic("otel-metrics", DAY_S)  # key namespace:service_name, value: OTLP protobuf


def dead_letter_topic(name: str) -> str:
    return f"{name}.dlq"


SOURCES = (LINEAGE, SPANS, METRICS)
DEAD_LETTERS = tuple(Topic(dead_letter_topic(topic.name), 30 * DAY_S) for topic in SOURCES)
TOPICS = SOURCES + DEAD_LETTERS
