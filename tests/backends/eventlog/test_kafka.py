"""The log on Kafka keeps the contract on a real broker, and keeps its topics to itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pytest
from confluent_kafka import KafkaError, Producer
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from backends.errors import BackendRefused, BackendUnavailable
from backends.eventlog.kafka import KafkaEventLog
from backends.eventlog.topics import LINEAGE, MAX_VALUE_BYTES, TOPICS
from tests.backends.eventlog.contract import CREATED, EventLogContract
from tests.backends.eventlog.reading import envelope, marks_after, read, values
from tests.services.kafka import Kafka

pytestmark = pytest.mark.kafka


@pytest.fixture
def prefix() -> str:
    return f"test-{uuid4().hex[:12]}-"


@pytest.fixture
def log(kafka: Kafka, prefix: str) -> Iterator[KafkaEventLog]:
    log = KafkaEventLog(kafka.bootstrap, prefix=prefix, replication_factor=1)
    log.create_topics(CREATED)
    yield log
    log.close()


class TestContract(EventLogContract):
    pass


def test_logs_with_different_prefixes_do_not_see_each_other(log: KafkaEventLog, kafka: Kafka) -> None:
    with closing(KafkaEventLog(kafka.bootstrap, prefix=f"other-{uuid4().hex[:12]}-", replication_factor=1)) as other:
        other.create_topics([LINEAGE])
        log.append([envelope(b"mine")], timeout_s=10)
        other.append([envelope(b"theirs")], timeout_s=10)
        for one, value in ((log, b"mine"), (other, b"theirs")):
            with closing(one.subscribe([LINEAGE.name], group="same-group")) as subscription:
                came = read(subscription, count=1)
                assert values(came) == [value]
                assert came[0].envelope.topic == came[0].partition.topic == LINEAGE.name
                subscription.commit(marks_after(came))


def test_topics_are_made_with_retention_size_and_the_brokers_time(
    log: KafkaEventLog, kafka: Kafka, prefix: str
) -> None:
    resource = ConfigResource(ResourceType.TOPIC, prefix + LINEAGE.name)
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    settings = admin.describe_configs([resource])[resource].result(10)
    assert settings["retention.ms"].value == str(7 * 24 * 3600 * 1000)
    assert int(settings["max.message.bytes"].value) >= MAX_VALUE_BYTES
    assert settings["message.timestamp.type"].value == "LogAppendTime"


@pytest.mark.parametrize(
    ("key", "java_hash"),  # from Kafka's UtilsTest
    [(b"21", -973932308), (b"foobar", -790332482), (b"a-little-bit-long-string", -985981536), (b"abc", 479470107)],
)
def test_keys_lie_in_the_partition_where_java_looks_for_them(log: KafkaEventLog, key: bytes, java_hash: int) -> None:
    log.append([envelope(b"", key)], timeout_s=10)
    with closing(log.subscribe([LINEAGE.name], group="g")) as subscription:
        assert read(subscription, count=1)[0].partition.number == (java_hash & 0x7FFFFFFF) % LINEAGE.partitions


def test_messages_of_other_tools_are_read_even_without_key_value_and_headers(
    log: KafkaEventLog, kafka: Kafka, prefix: str
) -> None:
    producer = Producer({"bootstrap.servers": kafka.bootstrap})
    producer.produce(prefix + LINEAGE.name, partition=0)
    producer.produce(prefix + LINEAGE.name, partition=0, headers=[("namespace", b"\xff"), ("count", None)])
    producer.flush(10)
    with closing(log.subscribe([LINEAGE.name], group="g")) as subscription:
        bare, odd = read(subscription, count=2)
    assert bare.envelope == envelope(b"", b"")
    assert odd.envelope.headers == {"namespace": "\ufffd", "count": ""}


def test_a_batch_that_the_brokers_topic_does_not_take_is_refused(log: KafkaEventLog, kafka: Kafka, prefix: str) -> None:
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    smaller = ConfigEntry("max.message.bytes", "1000", incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, prefix + LINEAGE.name, incremental_configs=[smaller])
    admin.incremental_alter_configs([resource])[resource].result(10)
    with pytest.raises(BackendRefused) as refused:
        log.append([envelope(os.urandom(5000))], timeout_s=5)
    assert refused.value.code == "too_large"


def test_a_subscription_finds_a_topic_that_is_made_later(kafka: Kafka, prefix: str) -> None:
    options = {"topic.metadata.refresh.interval.ms": "500"}
    with (
        closing(KafkaEventLog(kafka.bootstrap, prefix=prefix, replication_factor=1, options=options)) as log,
        closing(log.subscribe([LINEAGE.name], group="early")) as subscription,
    ):
        assert subscription.poll(max_count=10, timeout_s=1) == []
        assert log.health().status == "degraded"
        assert "create_topics" in log.health().advice
        log.create_topics(TOPICS)
        assert log.health().status == "ok"
        log.append([envelope(b"1")], timeout_s=10)
        assert values(read(subscription, count=1)) == [b"1"]


def test_after_a_fatal_error_the_producer_is_made_anew(log: KafkaEventLog, caplog: pytest.LogCaptureFixture) -> None:
    log.append([envelope(b"1")], timeout_s=10)
    first = log._producer._current
    assert first is not None
    with pytest.raises(BackendUnavailable, match="a test"):
        log._producer._fail(first, KafkaError(KafkaError._FATAL, "a test", fatal=True), LINEAGE.name, 0.0)
    assert "made anew" in caplog.text
    log.append([envelope(b"2")], timeout_s=10)
    assert log._producer._current is not first
    first.join()
    assert not first._thread.is_alive()
    with closing(log.subscribe([LINEAGE.name], group="g")) as subscription:
        assert values(read(subscription, count=2)) == [b"1", b"2"]
