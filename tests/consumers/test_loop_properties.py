"""Whatever the order of outages, poison, crashes and rebalances: every delivery ends in its one place, in order."""

from __future__ import annotations

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from backends.eventlog import Envelope, Partition
from consumers.loop import Loop
from consumers.policies import BatchPolicy
from tests.consumers.memory_log import MemoryEventLog, MemorySubscription
from tests.consumers.workshop import TOPIC, Clock, Killed, RecordingHandler, Store, letters, loop_of

GROUP = "hub-recorder"


class Carriers(RuleBasedStateMachine):
    """Two members of one group, a store that knows tokens, and every fault at any moment."""

    def __init__(self) -> None:
        super().__init__()
        self.log = MemoryEventLog(partitions=2)
        self.clock = Clock()
        self.store = Store()
        self.handlers = [RecordingHandler(self.store, exactly_once=True) for _ in range(2)]
        self.loops: list[Loop] = [self.new_loop(0), self.new_loop(1)]

    def new_loop(self, member: int) -> Loop:
        return loop_of(self.log, self.handlers[member], self.clock, BatchPolicy(max_count=4, max_age_s=2.0))

    @rule(key=st.sampled_from([b"a", b"b", b"c"]), poison=st.booleans(), count=st.integers(1, 6))
    def append(self, key: bytes, poison: bool, count: int) -> None:  # noqa: FBT001 -- hypothesis names it
        down, self.log.down = self.log.down, set()
        values = [b"poison" if poison and n % 3 == 0 else b"good" for n in range(count)]
        self.log.append([Envelope(TOPIC, key, value) for value in values], timeout_s=1)
        self.log.down = down

    @rule(member=st.integers(0, 1))
    def turn(self, member: int) -> None:
        try:
            self.loops[member].turn()
        except Killed:
            self.kill(member)

    @rule(member=st.integers(0, 1))
    def kill(self, member: int) -> None:
        """Nobody tidies up: the group only notices that the member is gone."""
        subscription = self.loops[member]._subscription
        if isinstance(subscription, MemorySubscription):
            self.log.leave(subscription)
        self.handlers[member].fault = ""
        self.loops[member] = self.new_loop(member)

    @rule(member=st.integers(0, 1), when=st.sampled_from(["before", "after"]))
    def die_in_mid_batch(self, member: int, when: str) -> None:
        """The store has the batch or not, nobody knows, and more arrives before the next member looks."""
        self.append(b"a", poison=False, count=1)
        self.handlers[member].fault = f"kill {when}"
        for _ in range(3):
            self.turn(member)
            self.clock.advance(10.0)
        self.append(b"a", poison=False, count=2)

    @rule(member=st.integers(0, 1))
    def stop_and_start(self, member: int) -> None:
        try:
            self.loops[member].drain()
        except Killed:
            self.kill(member)
            return
        self.loops[member].close()
        self.loops[member] = self.new_loop(member)

    @rule(
        member=st.integers(0, 1),
        fault=st.sampled_from(["", "outage before", "outage after", "kill before", "kill after"]),
    )
    def set_fault(self, member: int, fault: str) -> None:
        self.handlers[member].fault = fault

    @rule(down=st.sets(st.sampled_from(["append", "poll", "commit", "committed", "pause"]), max_size=2))
    def set_log(self, down: set[str]) -> None:
        self.log.down = down

    @rule(seconds=st.sampled_from([0.5, 3.0, 10.0]))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @invariant()
    def nothing_is_stored_twice(self) -> None:
        assert all(count == 1 for count in Counter(self.store.rows).values())

    @invariant()
    def only_poison_is_put_aside(self) -> None:
        assert {letter.envelope.value for letter in letters(self.log)} <= {b"poison"}

    @invariant()
    def what_is_committed_is_stored_or_put_aside(self) -> None:
        for partition, mark in self.log.marks[GROUP].items():
            for delivery in self.log.records(partition)[: mark.next_offset]:
                assert self.has_settled(partition, delivery.offset, delivery.envelope.value)

    @invariant()
    def each_partition_is_stored_in_order(self) -> None:
        for partition in self.log.partitions([TOPIC]):
            offsets = [offset for where, offset in self.store.rows if where == partition]
            assert offsets == sorted(offsets)

    def has_settled(self, partition: Partition, offset: int, value: bytes) -> bool:
        if value == b"poison":
            aside = {
                (int(d.envelope.headers["dlq-partition"]), int(d.envelope.headers["dlq-offset"]))
                for d in letters(self.log)
            }
            return (partition.number, offset) in aside
        return (partition, offset) in self.store.rows

    def teardown(self) -> None:
        """All is well again: everything arrives."""
        self.log.down = set()
        for handler in self.handlers:
            handler.fault = ""
        for _ in range(200):
            for member in range(2):
                self.loops[member].turn()
            self.clock.advance(10.0)
            if not any(self.log.lag([TOPIC], group=GROUP).values()):
                break
        assert not any(self.log.lag([TOPIC], group=GROUP).values())
        self.what_is_committed_is_stored_or_put_aside()
        self.nothing_is_stored_twice()
        self.each_partition_is_stored_in_order()


TestCarriers = Carriers.TestCase
TestCarriers.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
