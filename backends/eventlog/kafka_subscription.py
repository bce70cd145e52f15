"""Reads Kafka for one member of a group.

Fed by Kafka
Feeds consumers/loop.py
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from backends.eventlog.kafka_settings import CONSUMER, librdkafka_logger, unavailable_when_broken
from backends.eventlog.port import Delivery, Envelope, Mark, Partition, Subscription

logger = logging.getLogger(__name__)

ANSWER_S = 5.0  # for marks
SEEK_S = 2.0  # a partition that was assigned just now can be moved only once its fetching has begun


class KafkaSubscription(Subscription):
    """`topics` and `group` are the hub's names; on Kafka each has the prefix."""

    def __init__(self, common: Mapping[str, Any], topics: Sequence[str], *, group: str, prefix: str) -> None:
        self._settings = {**CONSUMER, **common, "group.id": prefix + group}
        self._topics = [prefix + topic for topic in topics]
        self._prefix = prefix
        self._generation = 0
        self._paused: set[Partition] = set()
        self._consumer = self._join()

    @property
    def generation(self) -> int:
        return self._generation

    def poll(self, *, max_count: int, timeout_s: float) -> list[Delivery]:
        # `consume` alone would wait until it has max_count: so the first one is waited for, and what lies ready is taken.
        first = self._consumer.poll(timeout_s)
        if first is None:
            return []
        generation = self._generation
        with unavailable_when_broken():
            rest = self._consumer.consume(max_count - 1, 0) if max_count > 1 else []
        # A rebalance in between takes the first one back; it comes again, here or elsewhere.
        messages = [first, *rest] if self._generation == generation else rest
        return [self._delivery(message) for message in messages if self._is_delivery(message)]

    def commit(self, marks: Mapping[Partition, Mark]) -> None:
        offsets = [
            TopicPartition(self._prefix + partition.topic, partition.number, mark.next_offset, mark.metadata)
            for partition, mark in marks.items()
        ]
        with unavailable_when_broken():
            for answer in self._consumer.commit(offsets=offsets, asynchronous=False):
                if answer.error is not None:
                    raise KafkaException(answer.error)

    def committed(self, partitions: Iterable[Partition]) -> dict[Partition, Mark]:
        with unavailable_when_broken():
            answers = self._consumer.committed(
                [self._on_kafka(partition) for partition in partitions], timeout=ANSWER_S
            )
            for answer in answers:
                if answer.error is not None:
                    raise KafkaException(answer.error)
        return {
            self._here(answer): Mark(answer.offset, answer.metadata or "") for answer in answers if answer.offset >= 0
        }

    def pause(self, partitions: Iterable[Partition]) -> None:
        ours = self._assigned(partitions)
        self._paused |= ours
        with unavailable_when_broken():
            self._consumer.pause([self._on_kafka(partition) for partition in ours])

    def resume(self, partitions: Iterable[Partition]) -> None:
        ours = self._assigned(partitions)
        self._paused -= ours
        with unavailable_when_broken():
            self._consumer.resume([self._on_kafka(partition) for partition in ours])

    def seek(self, partition: Partition, offset: int) -> None:
        deadline = time.monotonic() + SEEK_S
        with unavailable_when_broken():
            while True:
                try:
                    self._consumer.seek(self._on_kafka(partition, offset))
                except KafkaException as exception:
                    if exception.args[0].code() != KafkaError._STATE or time.monotonic() > deadline:  # noqa: SLF001
                        raise
                else:
                    return
                time.sleep(0.01)

    def close(self) -> None:
        with unavailable_when_broken():
            self._consumer.close()

    def _join(self) -> Any:
        with unavailable_when_broken():
            consumer = Consumer(self._settings, logger=librdkafka_logger)
            consumer.subscribe(
                self._topics, on_assign=self._on_assign, on_revoke=self._on_revoke, on_lost=self._on_revoke
            )
        return consumer

    def _on_assign(self, consumer: Any, partitions: list[Any]) -> None:
        self._generation += 1

    def _on_revoke(self, consumer: Any, partitions: list[Any]) -> None:
        self._generation += 1
        # librdkafka would remember the pause for a partition that comes back.
        if self._paused:
            consumer.resume([self._on_kafka(partition) for partition in self._paused])
            self._paused.clear()

    def _is_delivery(self, message: Any) -> bool:
        error = message.error()
        if error is None:
            return True
        if error.fatal():
            logger.error("Kafka's consumer had a fatal error and joins anew: %s", error.str())
            self._consumer.close()
            self._consumer = self._join()
            self._generation += 1
        else:
            logger.warning("Kafka's consumer goes on after: %s", error.str())
        return False

    def _delivery(self, message: Any) -> Delivery:
        # Whoever else can write into the topic may have left anything here, or nothing.
        headers = {name: (value or b"").decode(errors="replace") for name, value in message.headers() or ()}
        topic = message.topic().removeprefix(self._prefix)
        return Delivery(
            Envelope(topic, message.key() or b"", message.value() or b"", headers),
            Partition(topic, message.partition()),
            message.offset(),
            message.timestamp()[1] / 1000,
        )

    def _assigned(self, partitions: Iterable[Partition]) -> set[Partition]:
        with unavailable_when_broken():
            return {self._here(assigned) for assigned in self._consumer.assignment()} & set(partitions)

    def _on_kafka(self, partition: Partition, *offset: int) -> Any:
        return TopicPartition(self._prefix + partition.topic, partition.number, *offset)

    def _here(self, answer: Any) -> Partition:
        return Partition(answer.topic.removeprefix(self._prefix), answer.partition)
