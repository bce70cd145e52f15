"""The courier retries what can be retried, gives up in time, and accounts for every event."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_lineage_hub._config import Config
from data_lineage_hub._courier import BATCH_PATH, MAX_BODY_BYTES, SINGLE_PATH, Courier, parts
from data_lineage_hub._http import Answer, seconds
from data_lineage_hub._ledger import Reason, Receipt
from data_lineage_hub._runs import Event, Job, Run

CONFIG = Config(endpoint="http://hub", retry_for_s=60)
OK = Answer(200, {"failed_events": []})


class Clock:
    """Waiting moves the clock: nothing sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def wait(self, duration_s: float) -> None:
        self.waits.append(duration_s)
        self.now += duration_s


TOO_LARGE = Answer(413, None)


class Hub:
    """Answers in order, then 200; keeps paths and the job names it was sent."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.posts: list[tuple[str, list[str]]] = []

    def post(self, config: Config, path: str, body: bytes) -> Answer:
        decoded = json.loads(body)
        names = [event["job"]["name"] for event in (decoded if isinstance(decoded, list) else [decoded])]
        self.posts.append((path, names))
        return self.answers.pop(0) if self.answers else OK


def events(*names: str) -> list[Event]:
    return [Event("START", 1, Run(Job(name, (), (), None), CONFIG, 1, None)) for name in names]


def deliver(hub: Hub, *names: str, clock: Clock | None = None, config: Config = CONFIG) -> Receipt:
    clock = clock or Clock()
    return Courier(hub.post, clock, clock.wait).deliver(config, events(*names))


def test_a_batch_is_one_post() -> None:
    hub = Hub()
    assert deliver(hub, "a", "b") == (2, {})
    assert hub.posts == [(BATCH_PATH, ["a", "b"])]


@pytest.mark.parametrize("status", [0, 408, 425, 429, 500, 502, 503, 504])
def test_it_tries_again_with_growing_waits(status: int) -> None:
    clock = Clock()
    assert deliver(Hub(*[Answer(status, None)] * 4), "a", clock=clock) == (1, {})
    assert len(clock.waits) == 4
    for wait, longest in zip(clock.waits, [0.25, 0.5, 1, 2], strict=True):
        assert longest / 2 <= wait <= longest


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured(status: int) -> None:
    clock = Clock()
    assert deliver(Hub(Answer(status, None, 3.0)), "a", clock=clock).delivered == 1
    assert clock.waits == [3.0]


def test_it_gives_up_at_the_deadline(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    receipt = deliver(Hub(*[Answer(503, None)] * 1000), "a", "b", clock=clock)
    assert receipt == (0, {Reason.UNDELIVERABLE: 2})
    assert 45 <= clock.now <= 60
    assert "2 lineage event(s) given up" in caplog.text


def test_it_does_not_wait_for_a_time_beyond_the_deadline() -> None:
    clock = Clock()
    assert deliver(Hub(Answer(429, None, 3600.0)), "a", clock=clock) == (0, {Reason.UNDELIVERABLE: 1})
    assert clock.waits == []


@pytest.mark.parametrize("status", [301, 307, 400, 401, 403, 413, 415, 422])
def test_a_refusal_is_final_and_its_reason_is_said_once(status: int, caplog: pytest.LogCaptureFixture) -> None:
    hub = Hub(*[Answer(status, {"detail": "The key is unknown."})] * 2)
    assert deliver(hub, "a") == (0, {Reason.REJECTED: 1})
    assert deliver(hub, "a") == (0, {Reason.REJECTED: 1})
    assert caplog.text.count("The key is unknown.") == 1


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_hub_without_the_batch_route_gets_single_events(status: int) -> None:
    hub = Hub(Answer(status, None), Answer(201, {}), Answer(201, {}), Answer(201, {}))
    clock = Clock()
    courier = Courier(hub.post, clock, clock.wait)
    assert courier.deliver(CONFIG, events("a", "b")) == (2, {})
    assert courier.deliver(CONFIG, events("c")) == (1, {}), "and it is remembered"
    assert [path for path, _ in hub.posts] == [BATCH_PATH, SINGLE_PATH, SINGLE_PATH, SINGLE_PATH]


def test_an_address_that_is_no_hub_is_a_refusal() -> None:
    assert deliver(Hub(*[Answer(404, None, text="nothing here")] * 3), "a", "b") == (0, {Reason.REJECTED: 2})


def test_what_is_too_large_together_is_sent_in_halves() -> None:
    hub = Hub(TOO_LARGE, TOO_LARGE)
    assert deliver(hub, "a", "b", "c", "d") == (4, {})
    assert [names for _, names in hub.posts] == [["a", "b", "c", "d"], ["a", "b"], ["a"], ["b"], ["c", "d"]]


def test_single_failures_of_a_batch_are_told_apart(caplog: pytest.LogCaptureFixture) -> None:
    failed = [
        {"index": 0, "retriable": False, "code": "namespace_not_allowed", "reason": "It belongs to another."},
        {"index": 2, "retriable": True, "code": "unavailable", "reason": "Later."},
    ]
    hub = Hub(Answer(200, {"status": "partial_success", "failed_events": failed}))
    assert deliver(hub, "a", "b", "c") == (2, {Reason.REJECTED: 1})
    assert [names for _, names in hub.posts] == [["a", "b", "c"], ["c"]]
    assert "namespace_not_allowed" in caplog.text


@pytest.mark.parametrize(
    "body", [None, [], {}, {"failed_events": None}, {"failed_events": [1, {"index": 9}, {"index": "0"}, {}]}]
)
def test_an_answer_without_usable_failures_means_all_taken(body: Any) -> None:
    assert deliver(Hub(Answer(204, body)), "a", "b") == (2, {})


def test_an_event_that_cannot_be_rendered_takes_no_other_with_it(caplog: pytest.LogCaptureFixture) -> None:
    class Nonsense:
        def __str__(self) -> str:
            raise RuntimeError

    broken = events("a", "b")
    broken[0].run.job.description = Nonsense()  # type: ignore[assignment]
    hub = Hub()
    assert Courier(hub.post).deliver(CONFIG, broken) == (1, {Reason.INTERNAL: 1})
    assert hub.posts == [(BATCH_PATH, ["b"])]


def test_no_request_outgrows_what_a_hub_takes() -> None:
    bodies = [b"x" * (MAX_BODY_BYTES // 3)] * 7 + [b"y" * (MAX_BODY_BYTES * 2)]
    split = list(parts(bodies))
    assert [body for part in split for body in part] == bodies
    assert [len(part) for part in split] == [3, 3, 1, 1]


def failures(size: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    one = st.fixed_dictionaries({"index": st.integers(-1, size + 1), "retriable": st.booleans()})
    return st.lists(one, max_size=5)


answers = st.one_of(
    st.sampled_from([0, 200, 201, 302, 400, 404, 413, 429, 500, 503]).map(lambda status: Answer(status, None)),
    failures(5).map(lambda failed: Answer(200, {"failed_events": failed})),
)


@settings(max_examples=200, deadline=None)
@given(script=st.lists(answers, max_size=12), size=st.integers(1, 6))
def test_whatever_the_hub_answers_every_event_is_counted_once(script: Sequence[Answer], size: int) -> None:
    receipt = deliver(Hub(*script), *(str(number) for number in range(size)))
    assert receipt.delivered + sum(receipt.dropped.values()) == size


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3", 3.0),
        (" 10 ", 10.0),
        (None, None),
        ("", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("-1", None),
        ("²", None),
    ],
)
def test_retry_after_is_read_in_seconds(text: str | None, expected: float | None) -> None:
    assert seconds(text) == expected
