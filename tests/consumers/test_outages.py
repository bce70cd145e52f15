"""An outage discards nothing, blocks nobody else, and ends by itself."""

from __future__ import annotations

import threading

import pytest

from backends.errors import BackendRefused, BackendUnavailable
from backends.eventlog import Mark
from consumers.handler import Batch
from consumers.policies import BatchPolicy
from tests.consumers.memory_log import MemoryEventLog, MemorySubscription
from tests.consumers.workshop import Clock, RecordingHandler, fill, letters, loop_of

GROUP = "hub-recorder"


def test_nothing_is_committed_or_put_aside_while_the_destination_is_away_and_all_arrives_later() -> None:
    log, handler, clock = MemoryEventLog(), RecordingHandler(), Clock()
    loop = loop_of(log, handler, clock)
    partition = fill(log, b"a", b"b")
    handler.fault = "outage before"
    for _ in range(50):
        loop.turn()
        clock.advance(10.0)
    assert log.marks[GROUP] == {}
    assert letters(log) == []
    handler.fault = ""
    loop.turn()
    assert log.marks[GROUP] == {partition: Mark(2)}
    assert handler.offsets == {partition.number: [0, 1]}


def test_tries_are_spaced_by_the_backoff() -> None:
    log, clock = MemoryEventLog(), Clock()
    tries: list[float] = []

    class Away(RecordingHandler):
        def handle(self, batch: Batch) -> None:
            tries.append(clock.now - 1000.0)
            raise BackendUnavailable("store", "is away")

    loop = loop_of(log, Away(), clock)
    fill(log, b"a")
    for _ in range(40):
        loop.turn()
        clock.advance(0.5)
    assert tries == [0.0, 1.0, 3.0, 7.0, 15.0]


def test_a_partition_that_waits_is_paused_and_read_again_afterwards() -> None:
    log, handler, clock = MemoryEventLog(), RecordingHandler(), Clock()
    loop = loop_of(log, handler, clock)
    partition = fill(log, b"a")
    handler.fault = "outage before"
    loop.turn()
    subscription = loop._subscription
    assert isinstance(subscription, MemorySubscription)
    assert subscription.paused == {partition}
    handler.fault = ""
    clock.advance(1.0)
    loop.turn()
    assert subscription.paused == set()


def test_memory_stays_bounded_while_the_destination_is_away() -> None:
    log, handler, clock = MemoryEventLog(), RecordingHandler(), Clock()
    loop = loop_of(log, handler, clock, BatchPolicy(max_count=3))
    fill(log, *[b"v"] * 100)
    handler.fault = "outage before"
    for _ in range(50):
        loop.turn()
        clock.advance(1.0)
    (lane,) = loop._lanes.values()
    assert len(lane._buffer) <= 3


def test_a_failing_partition_does_not_block_the_others() -> None:
    log, clock = MemoryEventLog(), Clock()
    stuck = fill(log, b"stuck", key=b"stuck")
    others = [key for key in (b"a", b"b", b"c", b"d", b"e") if fill(log, b"v", key=key) != stuck]
    assert others

    class Picky(RecordingHandler):
        def handle(self, batch: Batch) -> None:
            if batch.partition == stuck:
                raise BackendUnavailable("store", "not for this one")
            super().handle(batch)

    handler = Picky()
    loop = loop_of(log, handler, clock)
    for _ in range(10):
        loop.turn()
        clock.advance(1.0)
    assert set(log.marks[GROUP]) == set(log.partitions([stuck.topic])) - {stuck}


def test_when_all_fail_only_one_try_is_made_per_wait() -> None:
    log, clock = MemoryEventLog(), Clock()
    tries: list[float] = []

    class Away(RecordingHandler):
        def handle(self, batch: Batch) -> None:
            tries.append(clock.now)
            raise BackendUnavailable("store", "is away")

    loop = loop_of(log, Away(), clock)
    for number in range(20):
        fill(log, b"v", key=str(number).encode())
    for _ in range(400):
        loop.turn()
        clock.advance(0.1)
    # Three partitions without a breaker would make three tries per wait: about 20.
    assert len(tries) <= 9


def test_the_first_success_ends_everybodys_wait() -> None:
    log, handler, clock = MemoryEventLog(), RecordingHandler(), Clock()
    loop = loop_of(log, handler, clock)
    for number in range(20):
        fill(log, b"v", key=str(number).encode())
    handler.fault = "outage before"
    for _ in range(60):
        loop.turn()
        clock.advance(1.0)
    handler.fault = ""
    clock.advance(8.0)
    for _ in range(10):
        loop.turn()  # the clock stands still: nobody's own wait runs out
    assert sum(log.lag(handler.topics, group=GROUP).values()) == 0


def test_a_refusal_that_names_no_delivery_waits_like_an_outage() -> None:
    log, clock = MemoryEventLog(), Clock()

    class Refusing(RecordingHandler):
        def handle(self, batch: Batch) -> None:
            raise BackendRefused("store", "no such table")

    loop = loop_of(log, Refusing(), clock)
    fill(log, b"a")
    loop.turn()
    assert log.marks[GROUP] == {}
    assert letters(log) == []


@pytest.mark.parametrize("operation", ["poll", "committed", "commit", "pause"])
def test_the_log_may_go_away_at_any_step_and_nothing_is_lost(operation: str) -> None:
    log, handler, clock = MemoryEventLog(), RecordingHandler(), Clock()
    loop = loop_of(log, handler, clock)
    fill(log, b"a")
    loop.turn()
    partition = fill(log, b"b", *[b"more"] * 10)
    fill(log, b"x", key=b"another")
    log.down = {operation}
    for _ in range(5):
        loop.turn()
        clock.advance(10.0)
    log.down = set()
    for _ in range(10):
        loop.turn()
        clock.advance(10.0)
    assert sorted(set(handler.offsets[partition.number])) == list(range(12))
    assert sum(log.lag(handler.topics, group=GROUP).values()) == 0


def test_while_the_log_is_away_the_loop_rests_longer_and_longer() -> None:
    log, handler, clock = MemoryEventLog(), RecordingHandler(), Clock()
    loop = loop_of(log, handler, clock)
    log.down = {"poll"}
    assert [loop.turn() for _ in range(5)] == [1.0, 2.0, 4.0, 8.0, 8.0]
    log.down = set()
    assert loop.turn() == 0.0


def test_the_heartbeat_tells_the_trouble_and_its_end() -> None:
    log, handler, clock = MemoryEventLog(), RecordingHandler(), Clock()
    told: list[str] = []
    loop = loop_of(log, handler, clock, heartbeat=told.append)
    fill(log, b"a")
    handler.fault = "outage before"
    loop.turn()
    handler.fault = ""
    clock.advance(1.0)
    loop.turn()
    assert told == ["destination is away: store: is away", ""]


def test_a_rebalance_drops_what_is_held_and_what_was_held_comes_again() -> None:
    log, handler, clock = MemoryEventLog(), RecordingHandler(), Clock()
    loop = loop_of(log, handler, clock, BatchPolicy(max_count=10, max_age_s=5.0))
    partition = fill(log, b"a", b"b")
    loop.turn()
    log.rebalance(GROUP)
    clock.advance(5.0)
    loop.turn()
    assert handler.batches == []
    clock.advance(5.0)
    loop.turn()
    assert handler.offsets == {partition.number: [0, 1]}


def test_run_ends_with_its_stop_and_leaves_the_group() -> None:
    log, clock, stop = MemoryEventLog(), Clock(), threading.Event()
    handler = RecordingHandler()
    partition = fill(log, b"a")
    loop = loop_of(log, handler, clock, heartbeat=lambda _: stop.set())
    loop.run(stop)
    assert log.marks[GROUP] == {partition: Mark(1)}
    assert handler.is_closed
    assert log._members[GROUP] == []


def test_a_fault_of_ours_ends_the_run_loudly_with_nothing_committed() -> None:
    log, clock = MemoryEventLog(), Clock()

    class Broken(RecordingHandler):
        def handle(self, batch: Batch) -> None:
            raise ZeroDivisionError

    handler = Broken()
    fill(log, b"a")
    with pytest.raises(ZeroDivisionError):
        loop_of(log, handler, clock).run(threading.Event())
    assert log.marks[GROUP] == {}
    assert handler.is_closed
