"""A tracked function is the function it was: same result, same exception, same kind, whatever it is."""

from __future__ import annotations

import asyncio
import gc
import inspect
import random
import weakref
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import contextmanager
from typing import Any

import pytest

from data_lineage_hub import _emit, _sender, current_run_id, lineage_track
from tests.sdk.stub_hub import StubHub

Sent = Callable[[], list[dict[str, Any]]]


class Trouble(Exception):
    pass


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [event["eventType"] for event in events]


def test_a_function_keeps_its_result_name_and_signature(sent: Sent) -> None:
    @lineage_track("job")
    def add(a: int, *, b: int = 2) -> int:
        """Add."""
        return a + b

    assert add(1, b=5) == 6
    assert (add.__name__, add.__doc__, str(inspect.signature(add))) == (
        "add",
        "Add.",
        "(a: 'int', *, b: 'int' = 2) -> 'int'",
    )
    assert kinds(sent()) == ["START", "COMPLETE"]


def test_a_function_without_a_job_name_gives_its_own(sent: Sent) -> None:
    @lineage_track(inputs="raw")
    def load() -> None: ...

    load()
    event = sent()[0]
    assert event["job"]["name"].endswith("load")
    assert [dataset["name"] for dataset in event["inputs"]] == ["raw"], "a string is one dataset, not its letters"


def test_methods_are_tracked_too(sent: Sent) -> None:
    class Etl:
        factor = 3

        @lineage_track("job")
        def run(self, x: int) -> int:
            return self.factor * x

    assert Etl().run(2) == 6
    assert kinds(sent()) == ["START", "COMPLETE"]


def test_the_very_exception_comes_out(sent: Sent) -> None:
    trouble = Trouble("no")

    @lineage_track("job")
    def fail() -> None:
        raise trouble

    with pytest.raises(Trouble) as raised:
        fail()
    assert raised.value is trouble
    assert trouble.__cause__ is trouble.__context__ is None
    assert kinds(sent()) == ["START", "FAIL"]


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_an_interruption_is_an_abort(interruption: type[BaseException], sent: Sent) -> None:
    @lineage_track("job")
    def fail() -> None:
        raise interruption

    with pytest.raises(interruption):
        fail()
    assert kinds(sent()) == ["START", "ABORT"]


def test_a_failed_call_keeps_nothing_of_the_users_alive(configure: Callable[..., None], hub: StubHub) -> None:
    class Big:
        pass

    configure(batch_age_s=60)
    kept: list[weakref.ref[Big]] = []

    @lineage_track("job")
    def fail() -> None:
        big = Big()
        kept.append(weakref.ref(big))
        raise Trouble

    with pytest.raises(Trouble):
        fail()
    gc.collect()
    assert kept[0]() is None, "the waiting event must not hold the frames of the traceback"


def test_a_coroutine_is_tracked_until_it_is_done(sent: Sent) -> None:
    @lineage_track("job")
    async def work(x: int) -> tuple[int, str | None]:
        await asyncio.sleep(0)
        return x, current_run_id()

    async def both() -> list[tuple[int, str | None]]:
        return list(await asyncio.gather(work(1), work(2)))

    assert inspect.iscoroutinefunction(work)
    results = asyncio.run(both())
    assert [x for x, _ in results] == [1, 2]
    events = sent()
    assert sorted(kinds(events)) == ["COMPLETE", "COMPLETE", "START", "START"]
    assert {run_id for _, run_id in results} == {event["run"]["runId"] for event in events}
    assert not any("parent" in event["run"]["facets"] for event in events), (
        "two tasks side by side, none inside the other"
    )


def test_a_failing_and_a_cancelled_coroutine(sent: Sent) -> None:
    @lineage_track("job")
    async def fail() -> None:
        raise Trouble

    @lineage_track("job")
    async def wait() -> None:
        await asyncio.Event().wait()

    async def cancel() -> None:
        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(Trouble):
        asyncio.run(fail())
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancel())
    assert kinds(sent()) == ["START", "FAIL", "START", "ABORT"]


@lineage_track("numbers")
def numbers(count: int) -> Generator[int, int | None, str]:
    total = 0
    for number in range(count):
        try:
            total += (yield number) or 0
        except Trouble:
            total = -1
    return f"{total} {current_run_id()}"


def test_a_generator_keeps_values_sent_thrown_and_returned(sent: Sent) -> None:
    assert inspect.isgeneratorfunction(numbers)
    running = numbers(3)
    assert next(running) == 0
    assert running.send(5) == 1
    assert running.throw(Trouble()) == 2
    with pytest.raises(StopIteration) as stopped:
        running.send(8)
    events = sent()
    assert stopped.value.value == f"7 {events[0]['run']['runId']}"
    assert kinds(events) == ["START", "COMPLETE"]


def test_between_the_steps_of_a_generator_the_consumer_has_its_own_run(sent: Sent) -> None:
    @lineage_track("consumer")
    def consume() -> set[str | None]:
        return {current_run_id() for _ in numbers(3)}

    seen = consume()
    events = sent()
    assert seen == {events[0]["run"]["runId"]}
    assert [(e["job"]["name"], e["eventType"]) for e in events] == [
        ("consumer", "START"), ("numbers", "START"), ("numbers", "COMPLETE"), ("consumer", "COMPLETE"),
    ]  # fmt: skip
    assert events[1]["run"]["facets"]["parent"]["job"]["name"] == "consumer"
    assert current_run_id() is None


def test_a_generator_left_early_has_completed_and_cleans_up(sent: Sent) -> None:
    cleaned = []

    @lineage_track("job")
    def read() -> Generator[int]:
        try:
            yield 1
            yield 2
        finally:
            cleaned.append(current_run_id())

    for _ in read():
        break
    gc.collect()
    events = sent()
    assert kinds(events) == ["START", "COMPLETE"]
    assert cleaned == [events[0]["run"]["runId"]]


def test_a_generator_that_fails(sent: Sent) -> None:
    @lineage_track("job")
    def read() -> Generator[int]:
        yield 1
        raise Trouble

    with pytest.raises(Trouble):
        list(read())
    assert kinds(sent()) == ["START", "FAIL"]


def test_a_generator_still_makes_a_context_manager(sent: Sent) -> None:
    @contextmanager
    @lineage_track("job")
    def resource() -> Generator[str]:
        yield "open"

    with pytest.raises(Trouble), resource():
        raise Trouble
    assert kinds(sent()) == ["START", "FAIL"]


def test_an_async_generator_is_tracked_over_all_its_steps(sent: Sent) -> None:
    cleaned = []

    @lineage_track("job")
    async def read(count: int) -> AsyncGenerator[int, str]:
        try:
            for number in range(count):
                try:
                    answer = yield number
                except Trouble:
                    answer = "caught"
                await asyncio.sleep(0)
                if answer == "fail":
                    raise ValueError(answer)
        finally:
            cleaned.append(current_run_id())

    async def use() -> None:
        assert [number async for number in read(3)] == [0, 1, 2]
        left = read(3)
        assert await anext(left) == 0
        assert current_run_id() is None
        assert await left.athrow(Trouble()) == 1
        await left.aclose()
        failing = read(3)
        await anext(failing)
        await failing.asend("fail")

    assert inspect.isasyncgenfunction(read)
    with pytest.raises(ValueError, match="fail"):
        asyncio.run(use())
    events = sent()
    assert kinds(events) == ["START", "COMPLETE", "START", "COMPLETE", "START", "FAIL"]
    assert cleaned == [event["run"]["runId"] for event in events[::2]]


def test_a_block_is_tracked_by_with(sent: Sent) -> None:
    with lineage_track("outer") as outer_id, lineage_track("inner") as inner_id:
        assert current_run_id() == inner_id
    with pytest.raises(Trouble), lineage_track("failing"):
        raise Trouble
    events = sent()
    assert [(e["job"]["name"], e["eventType"]) for e in events] == [
        ("outer", "START"), ("inner", "START"), ("inner", "COMPLETE"), ("outer", "COMPLETE"),
        ("failing", "START"), ("failing", "FAIL"),
    ]  # fmt: skip
    assert events[1]["run"]["facets"]["parent"]["run"]["runId"] == outer_id


def test_a_forgotten_coroutine_leaves_the_run_of_others_alone(sent: Sent) -> None:
    @lineage_track("forgotten")
    async def wait() -> None:
        await asyncio.sleep(0)

    waiting = wait()
    waiting.send(None)
    with lineage_track("other") as run_id:
        waiting.close()
        assert current_run_id() == run_id
    assert [(e["job"]["name"], e["eventType"]) for e in sent()][-2:] == [("forgotten", "ABORT"), ("other", "COMPLETE")]


def test_the_users_random_numbers_are_not_touched(sent: Sent) -> None:
    random.seed(1)
    expected = random.random()
    random.seed(1)
    lineage_track("job")(lambda: None)()
    assert random.random() == expected


@pytest.mark.parametrize("broken", ["put", "Event", "Run"])
def test_a_fault_of_the_sdk_itself_changes_nothing(broken: str, monkeypatch: pytest.MonkeyPatch, configure: Any,
                                                   caplog: pytest.LogCaptureFixture) -> None:  # fmt: skip
    def explode(*args: object, **kwargs: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(_sender if broken == "put" else _emit, broken, explode)

    @lineage_track("job")
    def double(x: int) -> int:
        return 2 * x

    assert [double(1), double(2)] == [2, 4]
    assert current_run_id() is None
    with lineage_track("block"):
        pass
    assert [list(numbers(2)), asyncio.run(coroutine())] == [[0, 1], 7]
    assert len([r for r in caplog.records if "could not be begun" in r.message]) == 1, "said once"


@lineage_track("coroutine")
async def coroutine() -> int:
    return 7
