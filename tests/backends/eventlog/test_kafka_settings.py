"""Kafka's errors in the port's words, and its log without its repetitions."""

from __future__ import annotations

import logging

import pytest
from confluent_kafka import KafkaError, KafkaException

from backends.errors import BackendRefused, BackendUnavailable
from backends.eventlog.kafka_settings import (
    CONSUMER,
    MAX_MESSAGE_BYTES,
    PRODUCER,
    SeldomSaid,
    translated,
    unavailable_when_broken,
)


@pytest.mark.parametrize(
    ("code", "stable_code"),
    [
        (KafkaError.MSG_SIZE_TOO_LARGE, "too_large"),
        (KafkaError.UNKNOWN_TOPIC_OR_PART, "unknown_topic"),
        (KafkaError._UNKNOWN_TOPIC, "unknown_topic"),
    ],
)
def test_what_kafka_will_never_take_is_refused(code: int, stable_code: str) -> None:
    error = translated(KafkaError(code))
    assert isinstance(error, BackendRefused)
    assert error.code == stable_code


@pytest.mark.parametrize(
    "code",
    [
        KafkaError._MSG_TIMED_OUT,
        KafkaError.NOT_ENOUGH_REPLICAS,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,  # somebody has to correct the settings: no reason to discard
        KafkaError._FATAL,
    ],
)
def test_everything_else_is_an_outage(code: int) -> None:
    assert isinstance(translated(KafkaError(code)), BackendUnavailable)


@pytest.mark.parametrize("error", [KafkaException(KafkaError(KafkaError.UNKNOWN_TOPIC_OR_PART)), TimeoutError()])
def test_where_nothing_is_appended_nothing_is_refused(error: Exception) -> None:
    with pytest.raises(BackendUnavailable), unavailable_when_broken():
        raise error


def test_the_producer_waits_for_all_replicas_and_gives_up_in_seconds() -> None:
    assert PRODUCER["acks"] == "all"
    assert PRODUCER["enable.idempotence"]
    assert PRODUCER["message.timeout.ms"] <= 10_000
    assert PRODUCER["message.max.bytes"] == MAX_MESSAGE_BYTES > 8 * 2**20


def test_nothing_is_committed_by_itself() -> None:
    assert not CONSUMER["enable.auto.commit"]
    assert not CONSUMER["enable.auto.offset.store"]


def test_each_kind_of_message_passes_once_in_ten_seconds() -> None:
    now = [0.0]
    seldom = SeldomSaid(clock=lambda: now[0])

    def passes(kind: str, text: str) -> bool:
        return seldom.filter(logging.makeLogRecord({"msg": "%s [%s] %s", "args": (kind, "rdkafka#producer-1", text)}))

    assert passes("FAIL", "Connection refused (after 0 ms)")
    assert passes("GETPID", "Coordinator load in progress")
    assert not passes("FAIL", "Connection refused (after 1 ms)")
    now[0] = 9.9
    assert not passes("FAIL", "Connection refused")
    now[0] = 10.0
    assert passes("FAIL", "Connection refused")
    assert seldom.filter(logging.makeLogRecord({"msg": "without arguments"}))
