"""Kafka stopped, killed or misconfigured: the log says so in time, loses nothing acknowledged, and needs no restart."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from backends.errors import BackendUnavailable
from backends.eventlog import Partition
from backends.eventlog.kafka import KafkaEventLog
from backends.eventlog.kafka_producer import Acknowledgements
from backends.eventlog.topics import LINEAGE, Topic
from tests.backends.eventlog.reading import PATIENCE_S, envelope, marks_after, read, values
from tests.fixtures import missing
from tests.services.kafka import Kafka
from tests.services.ports import free_port
from tests.services.process import Missing

TOPIC = Topic(LINEAGE.name, 3600, partitions=2)


@contextmanager
def raises_unavailable(*, within_s: float) -> Iterator[None]:
    begun = time.monotonic()
    with pytest.raises(BackendUnavailable):
        yield
    assert time.monotonic() - begun < within_s


def until_it_works(call: Callable[[], object]) -> None:
    """Repeat a call that raises BackendUnavailable, as the hub does, until it works again."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            call()
        except BackendUnavailable:
            assert time.monotonic() < deadline, "Kafka is back, but the log did not find it"
        else:
            return


@pytest.fixture(scope="module")
def broker() -> Iterator[Kafka]:
    """A broker of this module's own; each test leaves it running."""
    broker = Kafka()
    try:
        broker.start()
    except Missing as reason:
        missing(reason)
    yield broker
    broker.remove()


@pytest.fixture
def log(broker: Kafka, request: pytest.FixtureRequest) -> Iterator[KafkaEventLog]:
    log = KafkaEventLog(broker.bootstrap, prefix=f"{request.node.name}-", replication_factor=1)
    log.create_topics([TOPIC])
    yield log
    log.close()


@pytest.fixture
def log_without_kafka() -> Iterator[KafkaEventLog]:
    log = KafkaEventLog(f"127.0.0.1:{free_port()}", replication_factor=1)
    yield log
    log.close()


@pytest.mark.kafka
def test_stopped_it_is_unavailable_in_time_and_started_again_it_works(log: KafkaEventLog, broker: Kafka) -> None:
    log.append([envelope(b"before")], timeout_s=10)
    with closing(log.subscribe([TOPIC.name], group="g")) as subscription:
        came = read(subscription, count=1)
        broker.stop()
        for _ in range(3):
            with raises_unavailable(within_s=1.3):
                log.append([envelope(b"never acknowledged")], timeout_s=0.8)
        assert log.health().status == "down"
        assert subscription.poll(max_count=10, timeout_s=0.5) == []
        broker.start()
        until_it_works(lambda: log.append([envelope(b"after")], timeout_s=0.8))
        while b"after" not in values(came):
            came += read(subscription, count=1)
        until_it_works(lambda: subscription.commit(marks_after(came)))
    assert values(came)[0] == b"before"
    assert set(values(came)) <= {b"before", b"never acknowledged", b"after"}
    assert sum(log.lag([TOPIC.name], group="g").values()) == 0


@pytest.mark.kafka
def test_killed_and_started_again_it_still_has_what_it_acknowledged(log: KafkaEventLog, broker: Kafka) -> None:
    acknowledged: list[bytes] = []
    for number in range(50):
        log.append([envelope(b"%d" % number, b"%d" % number)], timeout_s=10)
        acknowledged.append(b"%d" % number)
    broker.kill()
    with raises_unavailable(within_s=1.3):
        log.append([envelope(b"lost")], timeout_s=0.8)
    broker.start()
    until_it_works(lambda: log.append([envelope(b"last")], timeout_s=0.8))
    with closing(log.subscribe([TOPIC.name], group="g")) as subscription:
        came: list[bytes] = []
        while not {*acknowledged, b"last"} <= set(came):
            came += values(read(subscription, count=1))


@pytest.mark.kafka
def test_marks_say_when_kafka_is_away(log: KafkaEventLog, broker: Kafka) -> None:
    log.append([envelope(b"1")], timeout_s=10)
    subscription = log.subscribe([TOPIC.name], group="g")
    came = read(subscription, count=1)
    broker.stop()
    with raises_unavailable(within_s=15):
        subscription.commit(marks_after(came))
    with raises_unavailable(within_s=15):
        subscription.committed([came[0].partition])
    with raises_unavailable(within_s=15):
        log.lag([TOPIC.name], group="g")
    begun = time.monotonic()
    subscription.close()
    assert time.monotonic() - begun < 5
    broker.start()
    with closing(log.subscribe([TOPIC.name], group="g")) as again:
        until_it_works(lambda: again.committed([came[0].partition]))
        assert again.committed([came[0].partition]) == {}


def test_down_at_start_nothing_waits_or_raises_until_it_is_needed(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("backends.eventlog.kafka_settings.QUIET_S", 0.0)  # another test may just have said the same
    begun = time.monotonic()
    log = KafkaEventLog(f"127.0.0.1:{free_port()}")
    subscription = log.subscribe([TOPIC.name], group="g")
    assert time.monotonic() - begun < 0.5
    assert subscription.poll(max_count=10, timeout_s=0.2) == []
    with raises_unavailable(within_s=1.3):
        log.append([envelope(b"1")], timeout_s=0.8)
    begun = time.monotonic()
    subscription.close()
    log.close()
    assert time.monotonic() - begun < 5
    assert "Connection refused" in caplog.text  # librdkafka's own words reach Python's logging


def test_health_answers_in_time_with_advice_when_it_is_down(log_without_kafka: KafkaEventLog) -> None:
    begun = time.monotonic()
    health = log_without_kafka.health()
    assert time.monotonic() - begun < 2
    assert health.status == "down"
    assert "HUB_KAFKA_BOOTSTRAP_SERVERS" in health.advice


def test_what_is_asked_of_topics_is_unavailable_while_it_is_down(log_without_kafka: KafkaEventLog) -> None:
    for ask in (
        lambda: log_without_kafka.create_topics([TOPIC]),
        lambda: log_without_kafka.describe_topics([TOPIC.name]),
    ):
        with raises_unavailable(within_s=15):
            ask()


def test_a_full_queue_is_unavailable() -> None:
    options = {"queue.buffering.max.messages": "2"}
    with (
        closing(KafkaEventLog(f"127.0.0.1:{free_port()}", options=options)) as log,
        pytest.raises(BackendUnavailable, match="queue to Kafka is full"),
    ):
        log.append([envelope(b"%d" % number) for number in range(3)], timeout_s=5)


def test_a_setting_that_librdkafka_does_not_know_is_told_when_it_is_used() -> None:
    log = KafkaEventLog("127.0.0.1:1", options={"no.such.setting": "1"})
    for use in (
        lambda: log.append([envelope(b"1")], timeout_s=1),
        lambda: log.subscribe([TOPIC.name], group="g"),
        lambda: log.describe_topics([TOPIC.name]),
    ):
        with pytest.raises(BackendUnavailable, match=r"no\.such\.setting"):
            use()
    assert log.health().status == "down"
    log.close()


def test_a_partition_that_is_not_ours_cannot_be_moved(log_without_kafka: KafkaEventLog) -> None:
    with closing(log_without_kafka.subscribe([TOPIC.name], group="g")) as subscription, raises_unavailable(within_s=4):
        subscription.seek(Partition(TOPIC.name, 0), 5)


def test_acknowledgements_keep_the_first_error_and_end_with_the_last_message() -> None:
    class Message:
        def topic(self) -> str:
            return "topic"

    acknowledgements = Acknowledgements(2)
    acknowledgements("first error", Message())
    assert not acknowledgements.wait(0)
    acknowledgements("second error", Message())
    assert acknowledgements.wait(0)
    assert (acknowledgements.error, acknowledgements.topic) == ("first error", "topic")
