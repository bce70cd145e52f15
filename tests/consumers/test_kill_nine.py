"""Kill -9 the telemetry carrier in mid-batch, start it again: nothing is missing and nothing is there twice."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaException, TopicPartition
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from backends.eventlog import Envelope, EventLog, Mark, Partition, headers
from backends.eventlog.kafka import KafkaEventLog
from backends.eventlog.topics import SPANS, dead_letter_topic
from backends.telemetry.clickhouse import ClickHouseTelemetryStore
from consumers.buffers import range_under_way
from tests.flow.calls import until
from tests.flow.deployment import Deployment, new_database
from tests.services.clickhouse import ClickHouse
from tests.services.kafka import Kafka

pytestmark = pytest.mark.kafka

GROUP = "hub-telemetry"
SPANS_EACH = 2
# With a size of its own for each start: a carrier that forgot the boundaries would form other batches.
MOMENTS = (("after the insert", 25), ("before the insert", 40), ("after the insert", 31))
UNTIL_CAUGHT_S = 90  # of the first moment: the carrier starts, joins its group and creates its marks


class Observed:
    """A telemetry carrier in a process of its own, on a real Kafka and a real ClickHouse, and what can be seen of it."""

    def __init__(self, kafka: Kafka, clickhouse: ClickHouse) -> None:
        self.hub = Deployment(
            {
                "HUB_DATABASE_URL": new_database(os.environ["HUB_DATABASE_URL"]),
                "HUB_KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap,
                "HUB_CLICKHOUSE_URL": clickhouse.url,
                "HUB_TELEMETRY_BATCH_AGE_S": "0.05",
            }
        )
        self.prefix = self.hub.environment["HUB_KAFKA_TOPIC_PREFIX"]
        self.log: EventLog = KafkaEventLog(kafka.bootstrap, prefix=self.prefix)
        self.store = ClickHouseTelemetryStore(clickhouse.url)
        # Never subscribes, so it is no member. Not the admin client: librdkafka's crashes the process when the group's
        # coordinator is not ready (librdkafka issue 5040), and that is a matter of chance here.
        self.onlooker = Consumer({"bootstrap.servers": kafka.bootstrap, "group.id": self.prefix + GROUP})
        self.sent = 0

    def close(self) -> None:
        if process := self.hub.processes.get("telemetry"):
            process.send_signal(signal.SIGCONT)  # one that stands still does not hear SIGTERM
        self.hub.stop()
        self.onlooker.close()
        self.log.close()
        self.store.close()

    def start(self, batch_count: int) -> None:
        self.hub.environment["HUB_TELEMETRY_BATCH_COUNT"] = str(batch_count)
        self.hub.start_carrier("telemetry")

    def feed(self, count: int) -> None:
        envelopes = [
            Envelope(SPANS.name, b"team-a:%d" % number, message(number), {headers.NAMESPACE: "team-a"})
            for number in range(self.sent, self.sent + count)
        ]
        self.log.append(envelopes, timeout_s=20)
        self.sent += count

    def marks(self) -> dict[Partition, Mark]:
        asked = [TopicPartition(self.prefix + SPANS.name, number) for number in range(SPANS.partitions)]
        try:
            found = self.onlooker.committed(asked, timeout=10)
        except KafkaException:  # a new broker has its groups ready only after a while
            return {}
        return {Partition(SPANS.name, m.partition): Mark(m.offset, m.metadata or "") for m in found if m.offset >= 0}

    def intents(self) -> list[tuple[Partition, int, int]]:
        """The batches under way, as the commit metadata tells them."""
        return [(where, *range_) for where, mark in self.marks().items() if (range_ := range_under_way(mark))]

    def behind(self) -> int:
        return self.sent - sum(mark.next_offset for mark in self.marks().values())

    def letters(self) -> int:
        topic = self.prefix + dead_letter_topic(SPANS.name)
        asked = [TopicPartition(topic, number) for number in range(SPANS.partitions)]
        return sum(self.onlooker.get_watermark_offsets(partition, timeout=10)[1] for partition in asked)

    def ask(self, sql: str, **parameters: Any) -> list[dict[str, Any]]:
        return self.store.query(sql, parameters)

    def has_rows(self, partition: Partition, first: int, last: int) -> bool:
        sql = (
            "SELECT count() AS n FROM otel.traces WHERE kafka_partition = {partition:UInt16} "
            "AND kafka_offset BETWEEN {first:UInt64} AND {last:UInt64}"
        )
        return bool(self.ask(sql, partition=partition.number, first=first, last=last)[0]["n"])

    def kill_in_mid_batch(self, moment: str) -> None:
        """Hold the carrier still until it is caught between writing its intent and committing its batch; then kill it."""
        deadline = time.monotonic() + UNTIL_CAUGHT_S
        while not self.is_caught(moment):
            assert time.monotonic() < deadline, f"never caught {moment}\n{self.hub.log('telemetry')}"
            if self.behind() < 1000:
                self.feed(3000)
        self.hub.kill("telemetry")

    def is_caught(self, moment: str) -> bool:
        """Stop it at any point; let it go on when it is not where it should be."""
        process = self.hub.processes["telemetry"]
        process.send_signal(signal.SIGSTOP)
        for intent in self.intents():
            if self.has_rows(*intent) == (moment == "after the insert"):
                return True
        process.send_signal(signal.SIGCONT)
        return False


def message(number: int) -> bytes:
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    for index in range(SPANS_EACH):
        scope.spans.add(
            trace_id=number.to_bytes(16, "big"), span_id=(number * SPANS_EACH + index).to_bytes(8, "big"), name="load",
            start_time_unix_nano=time.time_ns(), end_time_unix_nano=time.time_ns() + 1000,
        )  # fmt: skip
    return bytes(request.SerializeToString())


@pytest.fixture
def observed(kafka: Kafka, own_clickhouse: ClickHouse) -> Iterator[Observed]:
    with closing(Observed(kafka, own_clickhouse)) as made:
        made.hub.prepare()
        made.hub.manage("create_namespace", "team-a")
        yield made


def test_killed_in_mid_batch_nothing_is_missing_and_nothing_is_twice(observed: Observed) -> None:
    observed.feed(3000)
    for moment, batch_count in MOMENTS:
        observed.start(batch_count)
        observed.kill_in_mid_batch(moment)
    assert observed.intents()
    observed.start(batch_count=57)
    until(lambda: observed.behind() == 0, within_s=120, what="all is carried\n" + observed.hub.log("telemetry"))
    assert observed.hub.stop() == {"telemetry": 0}

    assert observed.intents() == []
    counted = observed.ask("SELECT count() AS rows, uniqExact(span_id) AS spans FROM otel.traces")
    assert counted == [{"rows": observed.sent * SPANS_EACH, "spans": observed.sent * SPANS_EACH}]
    torn = observed.ask(
        "SELECT kafka_partition, kafka_offset, count() AS n FROM otel.traces "
        f"GROUP BY kafka_partition, kafka_offset HAVING n != {SPANS_EACH}"
    )
    assert torn == []
    assert observed.letters() == 0
