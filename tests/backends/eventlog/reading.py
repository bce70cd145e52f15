"""How tests read a log: until something has come, with a deadline."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from uuid import uuid4

from backends.eventlog import Delivery, Envelope, Mark, Partition, Subscription
from backends.eventlog.topics import LINEAGE

PATIENCE_S = 30.0  # the first group of a new broker waits for seconds
QUIET_S = 0.5


def envelope(value: bytes, key: bytes = b"team-a:run", topic: str = LINEAGE.name, **headers: str) -> Envelope:
    return Envelope(topic, key, value, headers)


def new_group() -> str:
    return f"group-{uuid4().hex[:8]}"


def read(*members: Subscription, count: int, max_count: int = 1000) -> list[Delivery]:
    """Poll all members in turn until `count` deliveries have come."""
    deliveries: list[Delivery] = []
    deadline = time.monotonic() + PATIENCE_S
    while len(deliveries) < count:
        assert time.monotonic() < deadline, f"{len(deliveries)} of {count} deliveries came in {PATIENCE_S:.0f} s"
        for member in members:
            deliveries += member.poll(max_count=max_count, timeout_s=0.2)
    return deliveries


def poll_until(subscriptions: Iterable[Subscription], holds: Callable[[], bool]) -> list[Delivery]:
    """Poll all members in turn, as a group's members do, until something holds; return what came."""
    deliveries: list[Delivery] = []
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, f"not in {PATIENCE_S:.0f} s"
        for subscription in subscriptions:
            deliveries += subscription.poll(max_count=1000, timeout_s=0.1)
    return deliveries


def is_quiet(subscription: Subscription) -> bool:
    return subscription.poll(max_count=10, timeout_s=QUIET_S) == []


def values(deliveries: Iterable[Delivery]) -> list[bytes]:
    return [delivery.envelope.value for delivery in deliveries]


def marks_after(deliveries: Iterable[Delivery], metadata: str = "") -> dict[Partition, Mark]:
    """The marks of a reader that is done with all of these."""
    return {delivery.partition: Mark(delivery.offset + 1, metadata) for delivery in deliveries}
