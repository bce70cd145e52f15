"""Sends dead letters back to the topic they came from, once each, and loses none on the way.

A letter is done when the group's mark has passed it; before that its original, or, if the filter leaves it out, the
letter itself at the end of the dead-letter topic, is durable. So the group's lag is the number of open letters, and a
replay that is killed is simply run again (up to a hundred letters, those of one step, may then be replayed twice: the
catalog and Marquez do not mind, but spans and points are then rows twice).

Fed by backends/eventlog (`<topic>.dlq`)
Feeds backends/eventlog (the source topics)
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from backends.eventlog import Delivery, Envelope, EventLog, Mark, Partition, Subscription, headers
from backends.eventlog.topics import dead_letter_topic
from consumers.dead_letters import original_of

GROUP = "hub-replay"
APPEND_TIMEOUT_S = 10.0
POLL_S = 1.0
SILENCE_S = 30.0  # joining a group takes seconds; after that much silence nothing more is coming
MAX_COUNT = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """Which letters to replay; empty chooses all."""

    namespace: str = ""
    reason: str = ""

    def takes(self, letter: Envelope) -> bool:
        about = letter.headers
        return (not self.namespace or about.get(headers.NAMESPACE) == self.namespace) and (
            not self.reason or about.get(headers.DLQ_REASON) == self.reason
        )


@dataclass(slots=True)
class Counts:
    """What became of the letters seen: replayed, kept for later by the filter, or known from before (put aside twice)."""

    replayed: int = 0
    kept: int = 0
    repeated: int = 0

    @property
    def seen(self) -> int:
        return self.replayed + self.kept + self.repeated


class Replay:
    """One run over the letters that are there when it begins. `report` is called after each batch of letters."""

    def __init__(
        self,
        log: EventLog,
        *,
        topic: str,
        choice: Choice | None = None,
        limit: int | None = None,
        dry_run: bool = False,
        report: Callable[[Counts], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.counts = Counts()
        self._log = log
        self._topic = dead_letter_topic(topic)
        self._choice = choice or Choice()
        self._limit = limit
        self._dry_run = dry_run
        self._report = report
        self._clock = clock
        self._lag: dict[Partition, int] = {}
        self._ends: dict[Partition, int] = {}
        self._open: set[Partition] = set()
        self._replayed: set[tuple[str, ...]] = set()

    def run(self) -> Counts:
        self._lag = self._log.lag([self._topic], group=GROUP)
        self._open = {partition for partition, count in self._lag.items() if count}
        if self._open:
            subscription = self._log.subscribe([self._topic], group=GROUP)
            try:
                self._read(subscription)
            finally:
                subscription.close()
        return self.counts

    @property
    def _is_done(self) -> bool:
        return not self._open or (self._limit is not None and self.counts.replayed >= self._limit)

    def _read(self, subscription: Subscription) -> None:
        heard_at = self._clock()
        while not self._is_done and self._clock() - heard_at < SILENCE_S:
            if deliveries := subscription.poll(max_count=MAX_COUNT, timeout_s=POLL_S):
                self._settle(subscription, deliveries)
                heard_at = self._clock()

    def _settle(self, subscription: Subscription, deliveries: list[Delivery]) -> None:
        """Make durable what becomes of each letter, and only then let the marks pass."""
        envelopes: list[Envelope] = []
        marks: dict[Partition, Mark] = {}
        for delivery in filter(self._was_there, deliveries):
            if self._is_done:
                break
            envelopes += self._fate(delivery.envelope)
            marks[delivery.partition] = Mark(delivery.offset + 1)
            if delivery.offset + 1 >= self._ends[delivery.partition]:
                self._open.discard(delivery.partition)
        if not self._dry_run and marks:
            if envelopes:
                self._log.append(envelopes, timeout_s=APPEND_TIMEOUT_S)
            subscription.commit(marks)
        self._report(self.counts)

    def _was_there(self, delivery: Delivery) -> bool:
        """Was it there when the run began? What the run itself appends would keep it busy for ever."""
        end = self._ends.setdefault(delivery.partition, delivery.offset + self._lag.get(delivery.partition, 0))
        return delivery.offset < end

    def _fate(self, letter: Envelope) -> list[Envelope]:
        if not self._choice.takes(letter):
            self.counts.kept += 1
            return [letter]
        source = identity_of(letter)
        if source in self._replayed:
            self.counts.repeated += 1
            return []
        self._replayed.add(source)
        self.counts.replayed += 1
        return [original_of(letter)]


def identity_of(letter: Envelope) -> tuple[str, ...]:
    """Two letters of one delivery: a carrier was killed after it put it aside, or two carriers did."""
    place = (letter.headers.get(name, "") for name in (headers.DLQ_TOPIC, headers.DLQ_PARTITION, headers.DLQ_OFFSET))
    return (*place, sha256(letter.value).hexdigest())
