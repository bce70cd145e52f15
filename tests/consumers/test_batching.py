"""Batches are of one partition, in order, and handed over when they are full or old."""

from __future__ import annotations

from backends.eventlog import Mark
from consumers.handler import Batch
from consumers.policies import BatchPolicy
from tests.consumers.memory_log import MemoryEventLog
from tests.consumers.workshop import Clock, RecordingHandler, fill, loop_of

GROUP = "hub-recorder"


def tokens(handler: RecordingHandler) -> list[str]:
    return [batch.token.split(":")[-1] for batch in handler.batches]


def test_a_young_batch_waits_for_more_until_it_is_old() -> None:
    log, handler, clock = MemoryEventLog(), RecordingHandler(), Clock()
    loop = loop_of(log, handler, clock, BatchPolicy(max_count=10, max_age_s=5.0))
    fill(log, b"a")
    loop.turn()
    clock.advance(4.9)
    fill(log, b"b")
    loop.turn()
    assert handler.batches == []
    clock.advance(0.2)
    loop.turn()
    assert tokens(handler) == ["0-1"]


def test_a_full_batch_does_not_wait() -> None:
    log, handler, clock = MemoryEventLog(), RecordingHandler(), Clock()
    loop = loop_of(log, handler, clock, BatchPolicy(max_count=2, max_age_s=60.0))
    fill(log, b"a", b"b", b"c")
    loop.turn()
    loop.turn()
    assert tokens(handler) == ["0-1"]


def test_bytes_end_a_batch_and_one_that_is_too_big_alone_goes_alone() -> None:
    log, handler, clock = MemoryEventLog(), RecordingHandler(), Clock()
    loop = loop_of(log, handler, clock, BatchPolicy(max_count=100, max_bytes=10, max_age_s=60.0))
    fill(log, b"a" * 6, b"b" * 6, b"c" * 50, b"d")
    for _ in range(5):
        loop.turn()
    assert tokens(handler) == ["0-0", "1-1", "2-2"]


def test_a_batch_never_mixes_partitions() -> None:
    log, handler, clock = MemoryEventLog(), RecordingHandler(), Clock()
    loop = loop_of(log, handler, clock, BatchPolicy(max_count=100))
    for number in range(20):
        fill(log, b"v", key=str(number).encode())
    loop.turn()
    assert len(handler.batches) == 3
    assert all({d.partition for d in batch.deliveries} == {batch.partition} for batch in handler.batches)


def test_marks_move_to_the_next_offset_and_carry_no_note() -> None:
    log, handler, clock = MemoryEventLog(), RecordingHandler(), Clock()
    partition = fill(log, b"a", b"b")
    loop_of(log, handler, clock).turn()
    assert log.marks[GROUP] == {partition: Mark(2)}


def test_a_stop_finishes_what_was_read_however_young() -> None:
    log, handler, clock = MemoryEventLog(), RecordingHandler(), Clock()
    loop = loop_of(log, handler, clock, BatchPolicy(max_count=10, max_age_s=60.0))
    partition = fill(log, b"a")
    loop.turn()
    loop.drain()
    loop.close()
    assert log.marks[GROUP] == {partition: Mark(1)}
    assert handler.is_closed


def test_draining_ends_at_its_deadline() -> None:
    log, clock = MemoryEventLog(), Clock()

    class Slow(RecordingHandler):
        def handle(self, batch: Batch) -> None:
            super().handle(batch)
            clock.advance(6.0)

    handler = Slow()
    loop = loop_of(log, handler, clock, BatchPolicy(max_count=10, max_age_s=60.0))
    for number in range(20):
        fill(log, b"v", key=str(number).encode())
    loop.turn()
    loop.drain()
    assert len(handler.batches) == 1


def test_a_long_turn_polls_before_it_carries_on_and_every_partition_gets_its_turn() -> None:
    log, clock = MemoryEventLog(), Clock()

    class Slow(RecordingHandler):
        def handle(self, batch: Batch) -> None:
            super().handle(batch)
            clock.advance(30.0)

    handler = Slow()
    loop = loop_of(log, handler, clock, BatchPolicy(max_count=1))
    for number in range(20):
        fill(log, b"v", key=str(number).encode())
    for _ in range(3):
        loop.turn()
    assert sorted(batch.partition.number for batch in handler.batches) == [0, 1, 2]
