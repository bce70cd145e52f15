"""What every EventLog promises, sentence by sentence of the port's docstring; each adapter's tests inherit it."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from backends.errors import BackendRefused
from backends.eventlog import Delivery, EventLog, Mark, Partition
from backends.eventlog.topics import LINEAGE, MAX_VALUE_BYTES, SPANS, Topic
from tests.backends.eventlog.reading import (
    envelope,
    is_quiet,
    marks_after,
    new_group,
    poll_until,
    read,
    values,
)

CREATED = (LINEAGE, SPANS)
MIB = 2**20


class EventLogContract:
    """A subclass has a fixture `log` with the topics `CREATED`, of which no other test knows."""

    @pytest.fixture
    def group(self) -> str:
        return new_group()

    # append

    def test_what_was_appended_comes_back_unchanged(self, log: EventLog, group: str) -> None:
        sent = [
            envelope('{"name": "größe 数据"}'.encode(), "team-ä:läuf".encode(), namespace="team-ä", note='a "b"\n,;'),
            envelope(b"", b"no-value"),
            envelope(bytes(range(256)), bytes(range(256)), namespace=""),
            envelope(b"no headers, and no key", b""),
            envelope(os.urandom(5 * MIB), b"as-large-as-an-event-may-be"),
        ]
        log.append(sent, timeout_s=10)
        with closing(log.subscribe([LINEAGE.name], group=group)) as subscription:
            came = [delivery.envelope for delivery in read(subscription, count=len(sent))]
        assert {e.key: e for e in came} == {e.key: e for e in sent}

    def test_a_delivery_tells_where_and_when_it_was_appended(self, log: EventLog, group: str) -> None:
        log.append([envelope(b"1"), envelope(b"2")], timeout_s=10)
        with closing(log.subscribe([LINEAGE.name], group=group)) as subscription:
            first, second = read(subscription, count=2)
        assert first.partition == second.partition
        assert first.partition.topic == LINEAGE.name
        assert 0 <= first.partition.number < LINEAGE.partitions
        assert second.offset == first.offset + 1
        assert abs(first.appended_at_s - time.time()) < 60

    def test_equal_keys_keep_their_order_in_one_partition(self, log: EventLog, group: str) -> None:
        keys = [b"run-%d" % number for number in range(7)]
        sent = [envelope(b"%d" % number, keys[number % 7]) for number in range(210)]
        for begin in range(0, 210, 30):
            log.append(sent[begin : begin + 30], timeout_s=10)
        with closing(log.subscribe([LINEAGE.name], group=group)) as subscription:
            came = read(subscription, count=210)
        by_key, partitions = defaultdict(list), defaultdict(set)
        for delivery in came:
            by_key[delivery.envelope.key].append(int(delivery.envelope.value))
            partitions[delivery.envelope.key].add(delivery.partition)
        assert by_key == {key: list(range(index, 210, 7)) for index, key in enumerate(keys)}
        assert all(len(where) == 1 for where in partitions.values())

    def test_keys_spread_over_the_partitions(self, log: EventLog, group: str) -> None:
        log.append([envelope(b"", b"team-a:%d" % number) for number in range(300)], timeout_s=10)
        with closing(log.subscribe([LINEAGE.name], group=group)) as subscription:
            came = read(subscription, count=300)
        assert {delivery.partition.number for delivery in came} == set(range(LINEAGE.partitions))

    def test_appends_of_eight_threads_lose_nothing_and_keep_each_threads_order(self, log: EventLog, group: str) -> None:
        def append(thread: int) -> None:
            for number in range(25):
                log.append([envelope(b"%d" % number, b"thread-%d" % thread)], timeout_s=10)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(append, range(8)))
        with closing(log.subscribe([LINEAGE.name], group=group)) as subscription:
            came = read(subscription, count=200)
        by_key = defaultdict(list)
        for delivery in came:
            by_key[delivery.envelope.key].append(int(delivery.envelope.value))
        assert by_key == {b"thread-%d" % thread: list(range(25)) for thread in range(8)}

    def test_an_empty_append_is_nothing(self, log: EventLog, group: str) -> None:
        log.append([], timeout_s=10)
        assert sum(log.lag([LINEAGE.name], group=group).values()) == 0

    def test_an_unknown_topic_is_refused_in_time(self, log: EventLog) -> None:
        begun = time.monotonic()
        with pytest.raises(BackendRefused, match="create_topics") as refused:
            log.append([envelope(b"1", topic="no-such-topic")], timeout_s=1)
        assert refused.value.code == "unknown_topic"
        assert time.monotonic() - begun < 1.5

    def test_a_topic_made_after_a_refusal_takes_envelopes(self, log: EventLog, group: str) -> None:
        with pytest.raises(BackendRefused):
            log.append([envelope(b"too early", topic="late")], timeout_s=5)
        log.create_topics([Topic("late", 3600, partitions=1)])
        log.append([envelope(b"in time", topic="late")], timeout_s=5)
        with closing(log.subscribe(["late"], group=group)) as subscription:
            assert values(read(subscription, count=1)) == [b"in time"]

    def test_a_value_that_never_fits_is_refused_with_its_whole_batch(self, log: EventLog, group: str) -> None:
        with pytest.raises(BackendRefused) as refused:
            log.append([envelope(b"small"), envelope(b"x" * (MAX_VALUE_BYTES + 1))], timeout_s=5)
        assert refused.value.code == "too_large"
        assert sum(log.lag([LINEAGE.name], group=group).values()) == 0

    def test_the_largest_value_fits(self, log: EventLog, group: str) -> None:
        value = os.urandom(MAX_VALUE_BYTES)
        log.append([envelope(value, namespace="team-a")], timeout_s=10)
        with closing(log.subscribe([LINEAGE.name], group=group)) as subscription:
            assert values(read(subscription, count=1)) == [value]

    # poll

    def test_a_waiting_reader_gets_a_new_envelope_promptly(self, log: EventLog, group: str) -> None:
        with closing(log.subscribe([LINEAGE.name], group=group)) as subscription, ThreadPoolExecutor(1) as pool:
            log.append([envelope(b"first")], timeout_s=10)
            read(subscription, count=1)
            waiting = pool.submit(subscription.poll, max_count=100, timeout_s=20)
            begun = time.monotonic()
            log.append([envelope(b"second")], timeout_s=10)
            assert values(waiting.result()) == [b"second"]
            assert time.monotonic() - begun < 3  # far from the twenty seconds that it would wait for more

    def test_poll_returns_nothing_after_its_time(self, log: EventLog, group: str) -> None:
        with closing(log.subscribe([LINEAGE.name], group=group)) as subscription:
            begun = time.monotonic()
            assert subscription.poll(max_count=10, timeout_s=0.3) == []
            assert 0.2 < time.monotonic() - begun < 2

    def test_poll_returns_at_most_what_was_asked_for(self, log: EventLog, group: str) -> None:
        log.append([envelope(b"%d" % number) for number in range(10)], timeout_s=10)
        with closing(log.subscribe([LINEAGE.name], group=group)) as subscription:
            first: list[Delivery] = []
            while not first:
                first = subscription.poll(max_count=3, timeout_s=1)
            assert 0 < len(first) <= 3
            assert values(first + read(subscription, count=10 - len(first), max_count=3)) == [
                b"%d" % n for n in range(10)
            ]

    def test_one_subscription_reads_several_topics(self, log: EventLog, group: str) -> None:
        log.append([envelope(b"event"), envelope(b"span", topic=SPANS.name)], timeout_s=10)
        with closing(log.subscribe([LINEAGE.name, SPANS.name], group=group)) as subscription:
            came = read(subscription, count=2)
        assert {(d.envelope.topic, d.partition.topic, d.envelope.value) for d in came} == {
            (LINEAGE.name, LINEAGE.name, b"event"),
            (SPANS.name, SPANS.name, b"span"),
        }

    def test_other_topics_stay_out(self, log: EventLog, group: str) -> None:
        log.append([envelope(b"span", topic=SPANS.name), envelope(b"event")], timeout_s=10)
        with closing(log.subscribe([LINEAGE.name], group=group)) as subscription:
            assert values(read(subscription, count=1)) == [b"event"]
            assert is_quiet(subscription)

    # groups and marks

    def test_a_new_group_starts_at_the_oldest(self, log: EventLog) -> None:
        log.append([envelope(b"1")], timeout_s=10)
        for _ in range(2):
            with closing(log.subscribe([LINEAGE.name], group=new_group())) as subscription:
                assert values(read(subscription, count=1)) == [b"1"]

    def test_two_groups_do_not_see_each_other(self, log: EventLog) -> None:
        log.append([envelope(b"1"), envelope(b"2")], timeout_s=10)
        one, other = log.subscribe([LINEAGE.name], group=new_group()), log.subscribe([LINEAGE.name], group=new_group())
        with closing(one), closing(other):
            came = read(one, count=2)
            one.commit(marks_after(came))
            assert values(read(other, count=2)) == [b"1", b"2"]
            assert other.committed([came[0].partition]) == {}

    def test_what_was_not_committed_comes_again(self, log: EventLog, group: str) -> None:
        log.append([envelope(b"%d" % number) for number in range(5)], timeout_s=10)
        with closing(log.subscribe([LINEAGE.name], group=group)) as subscription:
            came = read(subscription, count=5)
            subscription.commit(marks_after(came[:2]))
        with closing(log.subscribe([LINEAGE.name], group=group)) as subscription:
            assert values(read(subscription, count=3)) == [b"2", b"3", b"4"]

    def test_closing_commits_nothing(self, log: EventLog, group: str) -> None:
        log.append([envelope(b"1")], timeout_s=10)
        for _ in range(2):
            with closing(log.subscribe([LINEAGE.name], group=group)) as subscription:
                assert values(read(subscription, count=1)) == [b"1"]

    def test_a_mark_keeps_its_note(self, log: EventLog, group: str) -> None:
        log.append([envelope(b"1")], timeout_s=10)
        note = "intent 1200-1299 größe " + "x" * 970
        with closing(log.subscribe([LINEAGE.name], group=group)) as subscription:
            (delivery,) = read(subscription, count=1)
            subscription.commit(marks_after([delivery], note))
            assert subscription.committed([delivery.partition]) == {delivery.partition: Mark(delivery.offset + 1, note)}
        with closing(log.subscribe([LINEAGE.name], group=group)) as subscription:
            assert is_quiet(subscription)
            assert subscription.committed([delivery.partition]) == {delivery.partition: Mark(delivery.offset + 1, note)}
            subscription.commit({delivery.partition: Mark(delivery.offset)})  # marks may go back, too
            assert subscription.committed([delivery.partition]) == {delivery.partition: Mark(delivery.offset)}

    def test_a_partition_without_a_mark_is_absent(self, log: EventLog, group: str) -> None:
        with closing(log.subscribe([LINEAGE.name], group=group)) as subscription:
            assert subscription.committed([Partition(LINEAGE.name, 0), Partition(LINEAGE.name, 1)]) == {}

    def test_lag_counts_what_the_group_has_not_committed(self, log: EventLog, group: str) -> None:
        log.append([envelope(b"%d" % number) for number in range(5)], timeout_s=10)
        assert sum(log.lag([LINEAGE.name], group=group).values()) == 5
        with closing(log.subscribe([LINEAGE.name], group=group)) as subscription:
            came = read(subscription, count=5)
            subscription.commit(marks_after(came[:3]))
        lag = log.lag([LINEAGE.name, SPANS.name], group=group)
        assert lag.pop(came[0].partition) == 2
        assert set(lag.values()) == {0}
        assert len(lag) == LINEAGE.partitions + SPANS.partitions - 1

    # pause, resume, seek

    def test_a_paused_partition_is_skipped_until_it_is_resumed(self, log: EventLog, group: str) -> None:
        log.append([envelope(b"1", b"a"), envelope(b"1", b"f")], timeout_s=10)
        with closing(log.subscribe([LINEAGE.name], group=group)) as subscription:
            here = {d.envelope.key: d.partition for d in read(subscription, count=2)}
            assert here[b"a"] != here[b"f"]
            subscription.pause([here[b"a"]])
            log.append([envelope(b"2", b"a"), envelope(b"2", b"f"), envelope(b"3", b"f")], timeout_s=10)
            assert [(d.envelope.key, d.envelope.value) for d in read(subscription, count=2)] == [
                (b"f", b"2"),
                (b"f", b"3"),
            ]
            assert is_quiet(subscription)
            subscription.resume([here[b"a"]])
            assert [(d.envelope.key, d.envelope.value) for d in read(subscription, count=1)] == [(b"a", b"2")]

    def test_a_pause_before_everything_was_read_loses_nothing(self, log: EventLog, group: str) -> None:
        log.append([envelope(b"%d" % number) for number in range(100)], timeout_s=10)
        with closing(log.subscribe([LINEAGE.name], group=group)) as subscription:
            first = read(subscription, count=1, max_count=1)
            subscription.pause([first[0].partition])
            assert is_quiet(subscription)
            subscription.resume([first[0].partition])
            assert values(first + read(subscription, count=99)) == [b"%d" % number for number in range(100)]

    def test_pausing_a_partition_of_somebody_else_is_nothing(self, log: EventLog, group: str) -> None:
        log.append([envelope(b"1")], timeout_s=10)
        with closing(log.subscribe([LINEAGE.name], group=group)) as subscription:
            foreign = [Partition(SPANS.name, 0)]
            subscription.pause(foreign)
            subscription.resume(foreign)
            assert values(read(subscription, count=1)) == [b"1"]

    def test_seek_goes_back_and_forth(self, log: EventLog, group: str) -> None:
        log.append([envelope(b"%d" % number) for number in range(10)], timeout_s=10)
        with closing(log.subscribe([LINEAGE.name], group=group)) as subscription:
            came = read(subscription, count=10)
            subscription.seek(came[0].partition, came[4].offset)
            assert values(read(subscription, count=6)) == [b"%d" % number for number in range(4, 10)]
            subscription.seek(came[0].partition, came[0].offset)
            subscription.seek(came[0].partition, came[9].offset)
            assert values(read(subscription, count=1)) == [b"9"]
            assert is_quiet(subscription)

    # members

    def test_two_members_share_the_partitions(self, log: EventLog, group: str) -> None:
        with closing(log.subscribe([LINEAGE.name], group=group)) as one:
            log.append([envelope(b"%d" % number, b"%d" % number) for number in range(100)], timeout_s=10)
            before = read(one, count=100)
            one.commit(marks_after(before))
            one.pause({delivery.partition for delivery in before})
            generation = one.generation
            with closing(log.subscribe([LINEAGE.name], group=group)) as other:
                poll_until([one, other], lambda: other.generation > 0 and one.generation > generation)
                log.append([envelope(b"again", b"%d" % number) for number in range(100)], timeout_s=10)
                first, second = read(one, count=1), read(other, count=1)
                came = first + second + read(one, other, count=100 - len(first + second))
            assert {d.envelope.value for d in came} == {b"again"}
            assert {d.partition.number for d in came} == set(range(LINEAGE.partitions))  # the rebalance ended the pause
            assert first[0].partition != second[0].partition

    def test_a_member_takes_over_what_another_left(self, log: EventLog, group: str) -> None:
        log.append([envelope(b"1")], timeout_s=10)
        one = log.subscribe([LINEAGE.name], group=group)
        came = read(one, count=1)
        one.close()
        with closing(log.subscribe([LINEAGE.name], group=group)) as other:
            assert read(other, count=1) == came

    # topics

    def test_topics_are_made_once_and_described_as_they_are(self, log: EventLog) -> None:
        new = Topic("new-topic", 7200, partitions=3)
        assert log.create_topics([new, LINEAGE]) == ["new-topic"]
        assert log.create_topics([Topic("new-topic", 60, partitions=5)]) == []
        assert log.describe_topics(["new-topic", "no-such-topic", LINEAGE.name]) == [new, LINEAGE]

    # state

    def test_health_is_ok_with_a_version_and_the_time_it_took(self, log: EventLog) -> None:
        begun = time.monotonic()
        health = log.health()
        assert time.monotonic() - begun < 2
        assert health.status in {"ok", "degraded"}  # degraded: not all topics of the hub are there
        assert health.version
        assert health.detail
        assert health.latency_ms > 0
