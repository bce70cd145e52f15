"""The event log on Kafka: acknowledged by all replicas in sync, with the hub's topics under a prefix of their own.

Nothing here waits for Kafka when it is made: it may be down at start, and is found when it is back.

Fed by ingest (through the EventLog slot)
Feeds backends/eventlog/kafka_subscription.py
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from threading import Lock
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, OffsetSpec, ResourceType

from backends.eventlog.kafka_producer import DurableProducer
from backends.eventlog.kafka_settings import COMMON, MAX_MESSAGE_BYTES, librdkafka_logger, unavailable_when_broken
from backends.eventlog.kafka_subscription import KafkaSubscription
from backends.eventlog.port import Envelope, EventLog, Partition
from backends.eventlog.topics import TOPICS, Topic
from backends.health import Health

ANSWER_S = 5.0  # for administration
SERVED_S = 30.0  # a broker with thousands of partitions takes its time to lead new ones
MARKS_S = 10.0  # a new broker has its groups ready only after seconds
MARKS_AGAIN_S = 0.2
HEALTH_S = 1.5
NOT_READY = {
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.NOT_COORDINATOR,
    KafkaError._WAIT_COORD,  # noqa: SLF001 -- librdkafka's own codes begin so
}


class KafkaEventLog(EventLog):
    """`options` are further librdkafka settings for every connection, e.g. those of SASL and TLS."""

    def __init__(
        self,
        bootstrap: str,
        *,
        prefix: str = "",
        replication_factor: int = 3,
        options: Mapping[str, str] | None = None,
    ) -> None:
        self._bootstrap = bootstrap
        self._prefix = prefix
        self._replication_factor = replication_factor
        self._common = {**COMMON, "bootstrap.servers": bootstrap, **(options or {})}
        self._producer = DurableProducer(self._common, topic_name=lambda name: prefix + name)
        self._lock = Lock()
        self._admin: Any = None

    def append(self, envelopes: Sequence[Envelope], *, timeout_s: float) -> None:
        self._producer.send(envelopes, timeout_s=timeout_s)

    def subscribe(self, topics: Sequence[str], *, group: str) -> KafkaSubscription:
        return KafkaSubscription(self._common, topics, group=group, prefix=self._prefix)

    def create_topics(self, topics: Iterable[Topic]) -> list[str]:
        by_name = {self._prefix + topic.name: topic for topic in topics}
        if not by_name:
            return []
        with unavailable_when_broken():
            asked = self._ask().create_topics([self._new_topic(t) for t in by_name.values()], request_timeout=ANSWER_S)
            made = [by_name[name] for name, future in asked.items() if was_made(future)]
            self._wait_until_served([(self._prefix + topic.name, n) for topic in made for n in range(topic.partitions)])
        return [topic.name for topic in made]

    def describe_topics(self, names: Iterable[str]) -> list[Topic]:
        with unavailable_when_broken():
            admin = self._ask()
            found = admin.list_topics(timeout=ANSWER_S).topics
            here = [name for name in names if self._prefix + name in found]
            resources = [ConfigResource(ResourceType.TOPIC, self._prefix + name) for name in here]
            asked = admin.describe_configs(resources, request_timeout=ANSWER_S) if resources else {}
            retentions = {resource.name: future.result()["retention.ms"].value for resource, future in asked.items()}
        return [
            Topic(name, int(retentions[self._prefix + name]) // 1000, len(found[self._prefix + name].partitions))
            for name in here
        ]

    def lag(self, topics: Sequence[str], *, group: str) -> dict[Partition, int]:
        with unavailable_when_broken():
            admin = self._ask()
            found = admin.list_topics(timeout=ANSWER_S).topics
            partitions = [
                (self._prefix + t, n) for t in topics for n in getattr(found.get(self._prefix + t), "partitions", ())
            ]
            marks = self._marks(partitions, group=group)
            first = offsets(admin, partitions, OffsetSpec.earliest())
            end = offsets(admin, partitions, OffsetSpec.latest())
        return {
            Partition(topic.removeprefix(self._prefix), number): end[topic, number]
            - max(marks.get((topic, number), 0), first[topic, number])
            for topic, number in partitions
        }

    def health(self) -> Health:
        begun = time.perf_counter()
        try:
            cluster = self._ask().list_topics(timeout=HEALTH_S)
        except KafkaException as exception:
            advice = "Start Kafka, or correct HUB_KAFKA_BOOTSTRAP_SERVERS. The door answers 503 until it is back."
            return Health("down", "Kafka", f"{self._bootstrap}: {exception.args[0].str()}", advice)
        latency_ms = round((time.perf_counter() - begun) * 1000, 1)
        detail = f"cluster {cluster.cluster_id}, {len(cluster.brokers)} broker(s)"
        missing = [topic.name for topic in TOPICS if self._prefix + topic.name not in cluster.topics]
        if missing:
            detail = f"{detail}; no topics {', '.join(missing)}"
            return Health("degraded", "Kafka", detail, "Run manage.py create_topics.", latency_ms)
        return Health("ok", "Kafka", detail, latency_ms=latency_ms)

    def close(self) -> None:
        self._producer.close()
        with self._lock:
            self._admin = None

    def _ask(self) -> Any:
        """Return the connection for administration, made when first needed."""
        with self._lock:
            if self._admin is None:
                self._admin = AdminClient(self._common, logger=librdkafka_logger)
            return self._admin

    def _marks(self, partitions: Iterable[tuple[str, int]], *, group: str) -> dict[tuple[str, int], int]:
        """The group's offsets, asked by an onlooker that never joins it.

        Not by AdminClient.list_consumer_group_offsets: while the group's coordinator is not ready, that call ends the
        process (librdkafka #5040).
        """
        onlooker = Consumer({**self._common, "group.id": self._prefix + group}, logger=librdkafka_logger)
        try:
            asked = patiently_committed(onlooker, [TopicPartition(*where) for where in partitions])
        finally:
            onlooker.close()
        return {(mark.topic, mark.partition): mark.offset for mark in asked}

    def _wait_until_served(self, partitions: Sequence[tuple[str, int]]) -> None:
        """The controller answers before the brokers serve a topic; the producer must know of it, too."""
        deadline = time.monotonic() + SERVED_S
        while True:
            try:
                offsets(self._ask(), partitions, OffsetSpec.latest())
                break
            except KafkaException:
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.02)
        self._producer.refresh(ANSWER_S)

    def _new_topic(self, topic: Topic) -> Any:
        return NewTopic(
            self._prefix + topic.name,
            num_partitions=topic.partitions,
            replication_factor=self._replication_factor,
            config={
                "retention.ms": str(topic.retention_s * 1000),
                "max.message.bytes": str(MAX_MESSAGE_BYTES),
                "message.timestamp.type": "LogAppendTime",
                "min.insync.replicas": str(max(1, self._replication_factor - 1)),
            },
        )


def patiently_committed(onlooker: Any, partitions: list[Any]) -> Any:
    """Ask until the group's coordinator is ready: an answer that may be another one a moment later is no answer."""
    deadline = time.monotonic() + MARKS_S
    while True:
        try:
            return onlooker.committed(partitions, timeout=max(deadline - time.monotonic(), 1.0))
        except KafkaException as exception:
            if exception.args[0].code() not in NOT_READY or time.monotonic() > deadline:
                raise
        time.sleep(MARKS_AGAIN_S)


def offsets(admin: Any, partitions: Iterable[tuple[str, int]], spec: Any) -> dict[tuple[str, int], int]:
    asked = admin.list_offsets({TopicPartition(*where): spec for where in partitions}, request_timeout=ANSWER_S)
    return {(where.topic, where.partition): future.result().offset for where, future in asked.items()}


def was_made(future: Any) -> bool:
    """Wait for one topic's creation; False when it was there already."""
    try:
        future.result(ANSWER_S)
    except KafkaException as exception:
        if exception.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise
        return False
    return True
