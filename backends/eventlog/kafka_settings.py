"""How the hub talks to Kafka: librdkafka's settings in one place, and its errors in the port's words."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from confluent_kafka import KafkaError, KafkaException

from backends.errors import BackendError, BackendRefused, BackendUnavailable
from backends.eventlog.topics import MAX_VALUE_BYTES

COMPONENT = "event_log"
MAX_MESSAGE_BYTES = MAX_VALUE_BYTES + 64 * 1024  # value, key, headers and Kafka's own framing
QUIET_S = 10.0


class SeldomSaid(logging.Filter):
    """In an outage librdkafka says the same a hundred times a second: each kind of message passes once in ten seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._said_at: dict[object, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        kind = record.args[0] if isinstance(record.args, tuple) and record.args else record.msg
        now = self._clock()
        if now - self._said_at.get(kind, -QUIET_S) < QUIET_S:
            return False
        self._said_at[kind] = now
        return True


librdkafka_logger = logging.getLogger("backends.eventlog.librdkafka")
librdkafka_logger.addFilter(SeldomSaid())

COMMON: Mapping[str, Any] = {
    "reconnect.backoff.ms": 50,
    "reconnect.backoff.max.ms": 1000,  # a broker that is back is found within a second
    "socket.timeout.ms": 6000,  # also how long a commit waits for a broker that is away
    "socket.keepalive.enable": True,
    "topic.metadata.refresh.interval.ms": 10_000,  # a topic made later is found without a restart
}

PRODUCER: Mapping[str, Any] = {
    "acks": "all",
    "enable.idempotence": True,
    "compression.type": "lz4",
    "linger.ms": 0.5,
    "partitioner": "murmur2",  # as the Java client does it, so that any tool finds a key's partition
    "message.max.bytes": MAX_MESSAGE_BYTES,
    "message.timeout.ms": 5000,  # what an append gave up on is not sent minutes later
    "topic.metadata.propagation.max.ms": 300,  # how long an unknown topic may be a rumour
    "queue.buffering.max.kbytes": 256 * 1024,
}

CONSUMER: Mapping[str, Any] = {
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "auto.offset.reset": "earliest",
    "partition.assignment.strategy": "range",  # eager: a rebalance takes everything back, so generations are simple
    "session.timeout.ms": 6000,  # a killed member's partitions are read on after this
    "heartbeat.interval.ms": 1500,
    "fetch.wait.max.ms": 100,  # a partition that was resumed or moved waits for the fetch under way
    "fetch.error.backoff.ms": 100,
}

UNKNOWN_TOPIC = {KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC, KafkaError._UNKNOWN_PARTITION}  # noqa: SLF001


def translated(error: KafkaError) -> BackendError:
    """Return the port's error for one of Kafka's."""
    if error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
        return BackendRefused(COMPONENT, f"too large for Kafka: {error.str()}", code="too_large")
    if error.code() in UNKNOWN_TOPIC:
        return BackendRefused(COMPONENT, f"{error.str()}: run create_topics.", code="unknown_topic")
    return BackendUnavailable(COMPONENT, f"Kafka: {error.name()}: {error.str()}")


@contextmanager
def unavailable_when_broken() -> Iterator[None]:
    """For all but `append`: whatever Kafka says there, it is an outage and never a reason to discard."""
    try:
        yield
    except KafkaException as exception:
        error = exception.args[0]
        raise BackendUnavailable(COMPONENT, f"Kafka: {error.name()}: {error.str()}") from exception
    except TimeoutError as error:
        raise BackendUnavailable(COMPONENT, "Kafka did not answer in time.") from error
