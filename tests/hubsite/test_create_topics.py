"""`manage.py create_topics` makes what is missing and tells what there is."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from backends.eventlog import EventLog, event_log
from backends.eventlog.kafka import KafkaEventLog
from backends.eventlog.sqlite import SqliteEventLog
from backends.eventlog.topics import LINEAGE, TOPICS, Topic
from hubsite.apps import make_event_log
from tests.services.ports import free_port


@pytest.fixture
def plug() -> Iterator[None]:
    """Give the slot back as it was."""
    yield
    event_log.plug(make_event_log)


@pytest.fixture
def log(tmp_path: Path, plug: None) -> EventLog:
    event_log.plug(lambda: SqliteEventLog(tmp_path / "eventlog.sqlite"))
    return event_log.get()


def create_topics(*words: str) -> str:
    out = StringIO()
    call_command("create_topics", *words, stdout=out)
    return out.getvalue()


def test_it_makes_all_topics_and_shows_them_as_they_are(log: EventLog) -> None:
    told = create_topics()
    assert log.describe_topics([topic.name for topic in TOPICS]) == list(TOPICS)
    rows = [line.split() for line in told.splitlines()]
    assert [row[1] for row in rows if row[0] == "created"] == [topic.name for topic in TOPICS]
    assert ["openlineage-events", "12", "7", "d"] in rows
    assert ["otel-spans", "12", "1", "d"] in rows
    assert ["otel-metrics.dlq", "12", "30", "d"] in rows


def test_a_second_time_makes_nothing(log: EventLog) -> None:
    create_topics()
    assert "created" not in create_topics()


def test_check_makes_nothing_and_fails_when_one_is_missing(log: EventLog) -> None:
    log.create_topics(TOPICS[1:])
    with pytest.raises(CommandError, match="1 of 6 topics are missing") as failed:
        create_topics("--check")
    assert failed.value.returncode == 1
    assert log.describe_topics([LINEAGE.name]) == []


def test_check_is_content_when_all_are_there(log: EventLog) -> None:
    create_topics()
    assert "missing" not in create_topics("--check")


def test_a_topic_with_other_settings_is_left_and_told(log: EventLog) -> None:
    log.create_topics([Topic(LINEAGE.name, 5400, partitions=3)])
    told = create_topics()
    assert "1.5 h  (the hub would make 12 partitions, 7 d)" in told
    assert log.describe_topics([LINEAGE.name]) == [Topic(LINEAGE.name, 5400, partitions=3)]


def test_kafka_gets_them_all(kafka_log: EventLog, plug: None) -> None:
    event_log.plug(lambda: kafka_log)
    told = create_topics()
    assert "created" not in told  # the fixture has made them
    assert [line.split()[:2] for line in told.splitlines()[1:]] == [[topic.name, "12"] for topic in TOPICS]


def test_without_kafka_it_says_what_to_do(plug: None) -> None:
    event_log.plug(lambda: KafkaEventLog(f"127.0.0.1:{free_port()}"))
    with pytest.raises(CommandError, match="doctor"):
        create_topics("--check")
