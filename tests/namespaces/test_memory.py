"""What a process remembers grows old, stays bounded, and can be forgotten."""

from __future__ import annotations

from namespaces.memory import Memory


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_an_answer_is_remembered_until_it_is_old() -> None:
    clock = Clock()
    memory: Memory[str, int] = Memory(size=10, ttl_s=30, clock=clock)
    memory.put("a", 1)
    clock.now += 29.9
    assert memory.get("a") == 1
    clock.now += 0.1
    assert memory.get("a") is None


def test_an_answer_may_be_given_a_shorter_life_but_no_longer_one() -> None:
    clock = Clock()
    memory: Memory[str, int] = Memory(size=10, ttl_s=30, clock=clock)
    memory.put("short", 1, at_most_s=5)
    memory.put("long", 2, at_most_s=500)
    clock.now += 5
    assert memory.get("short") is None
    clock.now += 25
    assert memory.get("long") is None


def test_the_one_unused_longest_goes_when_it_is_full() -> None:
    memory: Memory[str, int] = Memory(size=2)
    memory.put("a", 1)
    memory.put("b", 2)
    memory.get("a")
    memory.put("c", 3)
    assert (memory.get("a"), memory.get("b"), memory.get("c")) == (1, None, 3)
    assert len(memory) == 2


def test_all_is_forgotten_at_once() -> None:
    one: Memory[str, int] = Memory(size=2)
    other: Memory[str, int] = Memory(size=2)
    one.put("a", 1)
    other.put("a", 1)
    Memory.forget_all()
    assert one.get("a") is None
    assert other.get("a") is None
