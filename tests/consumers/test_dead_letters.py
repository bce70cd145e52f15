"""Poison is put aside whole, with its reason, before the offset moves, and never holds up what follows."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.eventlog import Delivery, Envelope, Mark, Partition, headers
from consumers.dead_letters import MAX_ERROR_BYTES, letter_of, original_of, text_of
from consumers.policies import BatchPolicy, Fuse, FuseBlown
from tests.consumers.memory_log import MemoryEventLog
from tests.consumers.workshop import TOPIC, Clock, RecordingHandler, fill, letters, loop_of

GROUP = "hub-recorder"
header_text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


def test_a_dead_letter_is_the_original_with_its_reason_beside_it() -> None:
    log, clock = MemoryEventLog(), Clock()
    partition = fill(log, b"a", b"poison \xff\x00", b"c", namespace="team-a")
    loop_of(log, RecordingHandler(), clock).turn()
    (letter,) = letters(log)
    assert (letter.envelope.key, letter.envelope.value) == (b"k", b"poison \xff\x00")
    assert letter.envelope.headers == {
        headers.NAMESPACE: "team-a",
        headers.DLQ_REASON: "bad",
        headers.DLQ_ERROR: "it says so",
        headers.DLQ_ATTEMPTS: "1",
        headers.DLQ_CARRIER: "recorder",
        headers.DLQ_TOPIC: TOPIC,
        headers.DLQ_PARTITION: str(partition.number),
        headers.DLQ_OFFSET: "1",
    }


def test_the_rest_of_the_batch_goes_on_in_order() -> None:
    log, clock, handler = MemoryEventLog(), Clock(), RecordingHandler()
    partition = fill(log, b"poison", b"b", b"poison", b"d", b"poison")
    loop_of(log, handler, clock, BatchPolicy(max_count=10)).turn()
    assert handler.offsets == {partition.number: [1, 3]}
    assert log.marks[GROUP] == {partition: Mark(5)}


def test_a_batch_of_nothing_but_poison_is_committed() -> None:
    log, clock, handler = MemoryEventLog(), Clock(), RecordingHandler()
    partition = fill(log, b"poison", b"poison")
    loop_of(log, handler, clock).turn()
    assert handler.batches == []
    assert log.marks[GROUP] == {partition: Mark(2)}


def test_the_offset_waits_until_the_dead_letter_is_acknowledged() -> None:
    log, clock, handler = MemoryEventLog(), Clock(), RecordingHandler()
    loop = loop_of(log, handler, clock)
    partition = fill(log, b"poison", b"b")
    log.down = {"append"}
    for _ in range(20):
        loop.turn()
        clock.advance(10.0)
    assert log.marks[GROUP] == {}
    log.down = set()
    loop.turn()
    assert log.marks[GROUP] == {partition: Mark(2)}
    assert len(letters(log)) == 1


def test_waiting_for_the_dead_letter_topic_does_not_burn_the_fuse() -> None:
    log, clock, handler = MemoryEventLog(), Clock(), RecordingHandler()
    loop = loop_of(log, handler, clock, fuse=Fuse(limit=2))
    fill(log, b"poison")
    log.down = {"append"}
    for _ in range(20):
        loop.turn()
        clock.advance(10.0)
    log.down = set()
    loop.turn()
    assert len(letters(log)) == 1


def test_too_many_in_a_row_stop_the_carrier_and_leave_the_rest_where_it_is() -> None:
    log, clock, handler = MemoryEventLog(), Clock(), RecordingHandler()
    fill(log, *[b"poison"] * 10)
    loop = loop_of(log, handler, clock, BatchPolicy(max_count=1), fuse=Fuse(limit=4))
    with pytest.raises(FuseBlown):
        loop.run(threading.Event())
    assert len(letters(log)) == 4
    assert sum(log.lag([TOPIC], group=GROUP).values()) == 6
    assert handler.is_closed


@pytest.mark.parametrize("max_count", [1, 3, 100])
def test_poison_with_something_good_in_between_never_stops_it(max_count: int) -> None:
    log, clock, handler = MemoryEventLog(), Clock(), RecordingHandler()
    fill(log, *[b"poison", b"poison", b"good"] * 10)
    loop = loop_of(log, handler, clock, BatchPolicy(max_count=max_count), fuse=Fuse(limit=2))
    for _ in range(40):
        loop.turn()
    assert len(letters(log)) == 20
    assert sum(log.lag([TOPIC], group=GROUP).values()) == 0


def test_too_many_in_a_row_are_seen_behind_a_good_one_in_the_same_batch() -> None:
    log, clock, handler = MemoryEventLog(), Clock(), RecordingHandler()
    fill(log, b"good", *[b"poison"] * 9)
    with pytest.raises(FuseBlown):
        loop_of(log, handler, clock, BatchPolicy(max_count=100), fuse=Fuse(limit=4)).turn()


@given(st.binary(max_size=50), st.binary(max_size=50), st.dictionaries(header_text, header_text, max_size=3), st.text())
def test_original_of_a_letter_is_the_original(key: bytes, value: bytes, more: dict[str, str], error: str) -> None:
    more = {name: text for name, text in more.items() if not name.startswith("dlq-")}
    delivery = Delivery(Envelope(TOPIC, key, value, more), Partition(TOPIC, 3), 17)
    letter = letter_of(delivery, carrier="marquez", reason="invalid", error=error)
    original = original_of(letter)
    assert original == Envelope(TOPIC, key, value, {**more, headers.DLQ_ATTEMPTS: "1"})
    again = letter_of(Delivery(original, Partition(TOPIC, 3), 99), carrier="marquez", reason="invalid", error=error)
    assert again.headers[headers.DLQ_ATTEMPTS] == "2"


@given(st.text(st.characters(), max_size=5000))
def test_error_texts_fit_a_header(error: str) -> None:
    text = text_of(error)
    assert "\0" not in text
    assert len(text.encode()) <= MAX_ERROR_BYTES
