"""The embedded log keeps the contract, survives its process and forgets what is too old."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from backends.errors import BackendUnavailable
from backends.eventlog import EventLog, Mark
from backends.eventlog.sqlite import EXPIRE_COUNT, EXPIRE_EVERY_S, SqliteEventLog
from backends.eventlog.topics import LINEAGE, SPANS
from tests.backends.eventlog.contract import CREATED, EventLogContract
from tests.backends.eventlog.reading import envelope, marks_after, read, values


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now_s = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new-folder" / "eventlog.sqlite"


@pytest.fixture
def log(path: Path) -> Iterator[SqliteEventLog]:
    log = SqliteEventLog(path)
    log.create_topics(CREATED)
    yield log
    log.close()


class TestContract(EventLogContract):
    @pytest.mark.xfail(raises=BackendUnavailable, reason="the embedded log takes one member a group")
    def test_two_members_share_the_partitions(self, log: EventLog, group: str) -> None:
        super().test_two_members_share_the_partitions(log, group)


def test_a_second_live_member_of_a_group_is_told_why(log: SqliteEventLog) -> None:
    with (
        closing(log.subscribe([LINEAGE.name], group="hub-catalog")),
        pytest.raises(BackendUnavailable, match="hub-catalog has a reader"),
    ):
        log.subscribe([LINEAGE.name], group="hub-catalog")
    log.subscribe([LINEAGE.name], group="hub-catalog").close()


def test_everything_is_there_after_opening_the_file_again(log: SqliteEventLog, path: Path) -> None:
    log.append([envelope(b"1"), envelope(b"2")], timeout_s=1)
    with closing(log.subscribe([LINEAGE.name], group="g")) as subscription:
        came = read(subscription, count=2)
        subscription.commit(marks_after(came[:1], "note"))
    log.close()
    with closing(SqliteEventLog(path)) as again, closing(again.subscribe([LINEAGE.name], group="g")) as subscription:
        assert subscription.committed([came[0].partition]) == {came[0].partition: Mark(came[1].offset, "note")}
        assert read(subscription, count=1) == [came[1]]
        again.append([envelope(b"3")], timeout_s=1)
        assert read(subscription, count=1)[0].offset == came[1].offset + 1


def test_what_was_acknowledged_survives_a_kill(path: Path) -> None:
    program = f"""
import os, signal
from pathlib import Path
from backends.eventlog import Envelope
from backends.eventlog.sqlite import SqliteEventLog
from backends.eventlog.topics import LINEAGE
log = SqliteEventLog(Path({str(path)!r}))
log.create_topics([LINEAGE])
log.append([Envelope(LINEAGE.name, b"key", b"%d" % n) for n in range(10)], timeout_s=5)
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -9
    with closing(SqliteEventLog(path)) as log, closing(log.subscribe([LINEAGE.name], group="g")) as subscription:
        assert values(read(subscription, count=10)) == [b"%d" % number for number in range(10)]


def test_each_topic_forgets_what_is_older_than_its_retention(path: Path) -> None:
    clock = Clock()
    with closing(SqliteEventLog(path, clock=clock)) as log:
        log.create_topics(CREATED)
        log.append([envelope(b"old"), envelope(b"old", topic=SPANS.name)], timeout_s=1)
        clock.now_s += SPANS.retention_s
        assert log.expire(clock()) == 0  # not older yet
        clock.now_s += 1
        assert log.expire(clock()) == 1  # the span; lineage is kept longer
        with closing(log.subscribe([LINEAGE.name, SPANS.name], group="g")) as subscription:
            assert [d.envelope.topic for d in subscription.poll(max_count=9, timeout_s=0)] == [LINEAGE.name]


def test_offsets_go_on_after_everything_has_expired_and_nothing_is_left_behind(path: Path) -> None:
    clock = Clock()
    with closing(SqliteEventLog(path, clock=clock)) as log:
        log.create_topics([LINEAGE])
        log.append([envelope(b"1"), envelope(b"2")], timeout_s=1)
        clock.now_s += LINEAGE.retention_s + 1
        log.expire(clock())
        assert set(log.lag([LINEAGE.name], group="g").values()) == {0}
    with (
        closing(SqliteEventLog(path, clock=clock)) as log,
        closing(log.subscribe([LINEAGE.name], group="g")) as subscription,
    ):
        log.append([envelope(b"3")], timeout_s=1)
        assert [(d.offset, d.envelope.value) for d in read(subscription, count=1)] == [(2, b"3")]
        assert sum(log.lag([LINEAGE.name], group="g").values()) == 1


def test_appending_and_opening_expire_now_and_then_a_bounded_number(path: Path) -> None:
    clock = Clock()
    rows = EXPIRE_COUNT + 50

    def count() -> int:
        with closing(sqlite3.connect(path)) as connection:
            return int(connection.execute("SELECT count(*) FROM envelopes").fetchone()[0])

    with closing(SqliteEventLog(path, clock=clock)) as log:
        log.create_topics([LINEAGE])
        log.append([envelope(b"") for _ in range(rows)], timeout_s=5)
        clock.now_s += LINEAGE.retention_s + EXPIRE_EVERY_S
        log.append([envelope(b"new")], timeout_s=1)
        assert count() == 51
        log.append([envelope(b"new")], timeout_s=1)
        assert count() == 52  # not at every append
    with closing(SqliteEventLog(path, clock=clock)):
        assert count() == 2


def test_an_append_that_is_durable_succeeds_though_the_log_cannot_be_tidied_up(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object, **__: object) -> int:
        raise BackendUnavailable("event_log", "database or disk is full")

    clock = Clock()
    with closing(SqliteEventLog(path, clock=clock)) as log:
        log.create_topics([LINEAGE])
        clock.now_s += EXPIRE_EVERY_S
        monkeypatch.setattr(log, "expire", full)
        log.append([envelope(b"1")], timeout_s=1)
        assert sum(log.lag([LINEAGE.name], group="g").values()) == 1
    assert "disk is full" in caplog.text


def test_no_busy_partition_starves_the_others(log: SqliteEventLog) -> None:
    keys = [b"%d" % number for number in range(50)]  # some in every partition
    log.append([envelope(b"", key) for key in keys for _ in range(20)], timeout_s=5)
    with closing(log.subscribe([LINEAGE.name], group="g")) as subscription:
        came = [delivery for _ in range(LINEAGE.partitions) for delivery in subscription.poll(max_count=5, timeout_s=0)]
    assert {delivery.partition.number for delivery in came} == set(range(LINEAGE.partitions))


def test_an_append_that_cannot_have_its_turn_gives_up_in_time(log: SqliteEventLog) -> None:
    with log._file.transaction(), pytest.raises(BackendUnavailable, match="other writers"):
        log.append([envelope(b"1")], timeout_s=0.05)


def test_a_failed_append_leaves_nothing_and_the_log_goes_on(log: SqliteEventLog) -> None:
    broken = envelope(b"2")
    object.__setattr__(broken, "value", [b"what SQLite cannot store"])
    with pytest.raises(BackendUnavailable):
        log.append([envelope(b"1"), broken], timeout_s=1)
    log.append([envelope(b"3")], timeout_s=1)
    with closing(log.subscribe([LINEAGE.name], group="g")) as subscription:
        assert values(read(subscription, count=1)) == [b"3"]


def test_closing_the_log_wakes_its_readers(log: SqliteEventLog) -> None:
    subscription = log.subscribe([LINEAGE.name], group="g")
    came: list[object] = [None]
    reader = threading.Thread(target=lambda: came.append(subscription.poll(max_count=1, timeout_s=60)))
    reader.start()
    log.close()
    reader.join(10)
    assert not reader.is_alive()
    assert came[1:] == [[]]
    subscription.close()


def test_a_closed_or_broken_file_is_an_outage(log: SqliteEventLog, tmp_path: Path) -> None:
    log.close()
    with pytest.raises(BackendUnavailable):
        log.append([envelope(b"1")], timeout_s=1)
    assert log.health().status == "down"
    not_a_log = tmp_path / "text"
    not_a_log.write_text("this is no database, whatever its name says" * 100)
    with pytest.raises(BackendUnavailable):
        SqliteEventLog(not_a_log)
