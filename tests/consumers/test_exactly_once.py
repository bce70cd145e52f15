"""A batch's boundaries are written down before it is handled, so that its repetition bears the same token."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from backends.eventlog import Delivery, Envelope, Mark, Partition
from consumers.buffers import Lane, intent_of, range_under_way
from consumers.handler import Batch
from consumers.policies import BatchPolicy
from tests.consumers.memory_log import MemoryEventLog
from tests.consumers.workshop import Clock, Killed, RecordingHandler, Store, fill, letters, loop_of

GROUP = "hub-recorder"
PARTITION = Partition("otel-spans", 7)


def delivery(offset: int) -> Delivery:
    return Delivery(Envelope(PARTITION.topic, b"", b"v"), PARTITION, offset)


@given(st.integers(0, 2**62), st.integers(0, 10**6))
def test_boundaries_survive_the_mark(first: int, more: int) -> None:
    batch = Batch(PARTITION, (delivery(first),), first, first + more)
    assert range_under_way(intent_of(batch)) == (first, first + more)


@pytest.mark.parametrize("metadata", ["", "end=", "end=x", "end=-1", "end=²", "7"])
def test_a_note_of_another_kind_is_no_intent(metadata: str) -> None:
    assert range_under_way(Mark(3, metadata)) is None


def test_the_intent_stands_while_the_batch_is_handled_and_is_gone_afterwards() -> None:
    log, clock = MemoryEventLog(), Clock()
    partition = fill(log, b"a", b"b")
    seen: list[Mark] = []

    class Watching(RecordingHandler):
        def handle(self, batch: Batch) -> None:
            seen.append(log.marks[GROUP][partition])

    loop_of(log, Watching(exactly_once=True), clock).turn()
    assert seen == [Mark(0, "end=1")]
    assert log.marks[GROUP] == {partition: Mark(2)}


def test_a_handler_that_does_not_ask_for_it_costs_no_second_commit() -> None:
    log, clock = MemoryEventLog(), Clock()
    partition = fill(log, b"a")
    seen: list[dict[Partition, Mark]] = []

    class Watching(RecordingHandler):
        def handle(self, batch: Batch) -> None:
            seen.append(dict(log.marks[GROUP]))

    loop_of(log, Watching(), clock).turn()
    assert seen == [{}]
    assert log.marks[GROUP] == {partition: Mark(1)}


@pytest.mark.parametrize(("mark", "told"), [(Mark(10), [(10, 11)]), (Mark(12), []), (None, [])])
def test_what_expired_before_it_was_read_leaves_a_trace(mark: Mark | None, told: list[tuple[int, int]]) -> None:
    lane = Lane(PARTITION, mark, BatchPolicy())
    with capture_logs() as logs:
        lane.add(delivery(12), 0.0)
        lane.add(delivery(13), 0.0)
    assert [(line["first"], line["last"]) for line in logs] == told


@pytest.mark.parametrize("fault", ["kill before", "kill after"])
def test_a_killed_batch_comes_again_with_its_token_though_more_has_arrived(fault: str) -> None:
    log, clock, store = MemoryEventLog(), Clock(), Store()
    first = RecordingHandler(store, exactly_once=True)
    first.fault = fault
    partition = fill(log, b"a", b"b")
    with pytest.raises(Killed):
        loop_of(log, first, clock, BatchPolicy(max_count=100)).turn()
    log.forget_members(GROUP)
    fill(log, b"c", b"d", b"e")
    second = RecordingHandler(store, exactly_once=True)
    loop = loop_of(log, second, clock, BatchPolicy(max_count=100))
    loop.turn()
    loop.turn()
    assert [batch.token.split(":")[-1] for batch in second.batches] == ["0-1", "2-4"]
    assert sorted(store.rows) == [(partition, offset) for offset in range(5)]


def test_poison_leaves_the_token_as_it_was() -> None:
    log, clock, handler = MemoryEventLog(), Clock(), RecordingHandler(exactly_once=True)
    fill(log, b"a", b"poison", b"c")
    loop_of(log, handler, clock).turn()
    assert [(batch.token.split(":")[-1], len(batch.deliveries)) for batch in handler.batches] == [("0-2", 2)]
    assert [letter.envelope.value for letter in letters(log)] == [b"poison"]


def lane(mark: Mark | None, *offsets: int, max_count: int = 2) -> Lane:
    made = Lane(PARTITION, mark, BatchPolicy(max_count=max_count))
    for offset in offsets:
        made.add(delivery(offset), now=0.0)
    return made


def test_a_repeated_range_is_not_cut_by_a_policy_that_has_changed() -> None:
    batch = lane(Mark(3, "end=9"), *range(3, 12)).next_batch()
    assert (batch.first, batch.last, len(batch.deliveries)) == (3, 9, 7)


def test_a_repeated_range_waits_until_it_is_whole() -> None:
    made = lane(Mark(3, "end=5"), 3, 4)
    assert made.due_at() is None
    made.add(delivery(5), now=0.0)
    assert made.due_at() == 0.0


def test_a_repeated_range_that_has_partly_expired_keeps_its_boundaries() -> None:
    batch = lane(Mark(3, "end=5"), 5, 6).next_batch()
    assert (batch.first, batch.last, [d.offset for d in batch.deliveries]) == (3, 5, [5])


def test_a_repeated_range_that_has_expired_altogether_is_passed_over() -> None:
    made = lane(Mark(3, "end=5"), 8, 9)
    batch = made.next_batch()
    assert (batch.first, batch.last) == (8, 9)
    assert not made.is_intent_written


def test_boundaries_of_a_topic_that_was_made_anew_mean_nothing() -> None:
    batch = lane(Mark(300, "end=500"), 0, 1).next_batch()
    assert (batch.first, batch.last) == (0, 1)
