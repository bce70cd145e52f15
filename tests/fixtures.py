"""Fixtures of the real services; a missing one is a loud skip on a laptop and a failure with CI=true.

A session of one process starts a service when the first test asks for it. In a parallel session (pytest-xdist) the
controller starts Kafka and Redis at once and hands their addresses to the workers (`tests.plugin`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from uuid import uuid4

import pytest

from backends.eventlog import EventLog
from backends.eventlog.topics import TOPICS
from tests.services.kafka import Kafka
from tests.services.process import Missing
from tests.services.redis import DATABASES, Redis


def missing(reason: object) -> None:
    """Skip the test that needs what is missing; with CI=true fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason} (CI=true: no test may be skipped for a missing service)", pytrace=False)
    pytest.skip(str(reason))


@pytest.fixture(scope="session")
def kafka() -> Iterator[Kafka]:
    """The session's broker; keep apart from other tests by a topic prefix, and do not stop it."""
    broker = Kafka(os.environ.get("HUB_TEST_KAFKA_BOOTSTRAP_SERVERS", ""))
    started = "HUB_TEST_KAFKA_BOOTSTRAP_SERVERS" in os.environ
    try:
        broker.wait_until_ready() if started else broker.start()
    except Missing as reason:
        missing(reason)
    yield broker
    broker.remove()


@pytest.fixture
def own_kafka() -> Iterator[Kafka]:
    """A broker of this test's own, to be stopped, killed and started again."""
    broker = Kafka()
    try:
        broker.start()
    except Missing as reason:
        missing(reason)
    yield broker
    broker.remove()


@pytest.fixture
def kafka_log(kafka: Kafka) -> Iterator[EventLog]:
    """The event log on the session's broker, with all topics, which no other test sees."""
    from backends.eventlog.kafka import KafkaEventLog  # noqa: PLC0415 -- loads librdkafka

    log = KafkaEventLog(kafka.bootstrap, prefix=f"test-{uuid4().hex[:12]}-", replication_factor=1)
    log.create_topics(TOPICS)
    yield log
    log.close()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The URL of the session's Redis, without a database."""
    if url := os.environ.get("HUB_TEST_REDIS_URL"):
        yield url
        return
    server = Redis()
    try:
        server.start()
    except Missing as reason:
        missing(reason)
    yield server.url
    server.stop()


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The URL of an empty Redis database that no other worker uses."""
    import redis  # noqa: PLC0415 -- few tests need it

    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    url = f"{redis_server}/{int(worker) % DATABASES}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url
