"""Whatever is wrong with the hub, functions run, and every event is accounted for."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

import data_lineage_hub
from data_lineage_hub import _courier, _sender, lineage_track
from tests.sdk.stub_hub import Reply, StubHub

Configure = Callable[..., None]


@lineage_track("double", inputs=["a"], outputs=["b"])
def double(x: int) -> int:
    return 2 * x


def assert_adds_up(calls: int) -> data_lineage_hub.Stats:
    stats = data_lineage_hub.stats()
    assert stats.emitted == 2 * calls
    assert stats.emitted == stats.delivered + stats.dropped + stats.pending
    assert stats.dropped == sum(stats.reasons.values())
    return stats


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_events_arrive_in_order_with_key_and_gzip(hub: StubHub, configure: Configure) -> None:
    assert [double(x) for x in range(50)] == [2 * x for x in range(50)]
    assert data_lineage_hub.flush(20)
    assert assert_adds_up(50).delivered == 100
    assert hub.kinds() == [("double", "START"), ("double", "COMPLETE")] * 50
    assert len(hub.requests) < 20, "batches, not single events"
    headers = hub.requests[0].headers
    assert headers["Authorization"] == "Bearer dlh_test"
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Content-Type"] == "application/json"


def test_the_hub_is_down(configure: Configure, caplog: pytest.LogCaptureFixture) -> None:
    configure(hub_endpoint=f"http://127.0.0.1:{closed_port()}", retry_for_s=0.1)
    assert [double(x) for x in range(20)] == [2 * x for x in range(20)]
    assert data_lineage_hub.flush(20)
    assert assert_adds_up(20).reasons == {"undeliverable": 40}
    assert caplog.text.count("given up") == 1


def test_503_with_retry_after_then_taken(hub: StubHub, configure: Configure) -> None:
    hub.replies += [Reply(503, {"code": "unavailable"}, {"Retry-After": "0"}), Reply(503, {}, {"Retry-After": "0"})]
    assert double(4) == 8
    assert data_lineage_hub.flush(20)
    assert assert_adds_up(1).delivered == 2
    assert [len(request.events) for request in hub.requests] == [2, 2, 2]


def test_the_hub_fails_for_good(hub: StubHub, configure: Configure) -> None:
    configure(retry_for_s=0)
    hub.always = Reply(500, {"detail": "broken"})
    assert double(4) == 8
    assert data_lineage_hub.flush(20)
    assert assert_adds_up(1).reasons == {"undeliverable": 2}


def test_a_redirect_is_not_followed(hub: StubHub, configure: Configure) -> None:
    hub.always = Reply(301, None, {"Location": "/elsewhere"})
    assert double(4) == 8
    assert data_lineage_hub.flush(20)
    assert assert_adds_up(1).reasons == {"rejected": 2}
    assert len(hub.requests) == 1


def test_the_hub_refuses_one_of_them(hub: StubHub, configure: Configure, caplog: pytest.LogCaptureFixture) -> None:
    failure = {"index": 1, "retriable": False, "code": "namespace_not_allowed", "reason": "It is claimed."}
    hub.replies.append(Reply(200, {"status": "partial_success", "failed_events": [failure]}))
    assert double(4) == 8
    assert data_lineage_hub.flush(20)
    assert assert_adds_up(1).reasons == {"rejected": 1}
    assert "namespace_not_allowed" in caplog.text


def test_a_slow_hub_holds_nobody_up(hub: StubHub, configure: Configure) -> None:
    released = threading.Event()
    hub.replies.append(Reply(hold=released))
    begun = time.monotonic()
    assert [double(x) for x in range(200)] == [2 * x for x in range(200)]
    assert not data_lineage_hub.flush(0.05)
    assert time.monotonic() - begun < 5
    assert assert_adds_up(200).pending > 0
    released.set()
    assert data_lineage_hub.flush(20)
    assert assert_adds_up(200).delivered == 400


def test_a_hub_that_never_answers_is_left_after_the_timeout(hub: StubHub, configure: Configure) -> None:
    configure(request_timeout_s=0.1, retry_for_s=0)
    released = threading.Event()
    hub.always = Reply(hold=released)
    try:
        assert double(4) == 8
        assert data_lineage_hub.flush(20)
        assert assert_adds_up(1).reasons == {"undeliverable": 2}
    finally:
        released.set()


def test_a_full_queue_drops_counts_and_says_so_once(
    hub: StubHub, configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    configure(max_queue=10)
    released = threading.Event()
    hub.always = Reply(hold=released)
    assert [double(x) for x in range(100)] == [2 * x for x in range(100)]
    stats = assert_adds_up(100)
    assert stats.pending == 10
    assert stats.reasons == {"queue_full": 190}
    assert caplog.text.count("new ones are dropped") == 1
    released.set()
    assert data_lineage_hub.flush(20)
    assert assert_adds_up(100).delivered == 10
    assert hub.kinds() == [("double", "START"), ("double", "COMPLETE")] * 5, "the oldest are kept"


def test_many_threads_lose_nothing(hub: StubHub, configure: Configure) -> None:
    results: list[list[int]] = []

    def work() -> None:
        results.append([double(x) for x in range(50)])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [[2 * x for x in range(50)]] * 8
    assert data_lineage_hub.flush(30)
    assert assert_adds_up(400).delivered == 800
    assert len({event["run"]["runId"] for event in hub.events}) == 400
    assert not any("parent" in event["run"]["facets"] for event in hub.events), "threads do not share a run"


def test_a_fault_in_the_courier_is_counted_and_survived(
    hub: StubHub, configure: Configure, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def explode(*args: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(_courier.Courier, "deliver", explode)
        assert double(4) == 8
        assert data_lineage_hub.flush(20)
    assert assert_adds_up(1).reasons == {"internal": 2}
    assert "ZeroDivisionError" in caplog.text
    assert double(4) == 8
    assert data_lineage_hub.flush(20)
    assert assert_adds_up(2).delivered == 2


def test_a_failing_log_handler_is_no_harm(configure: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*args: Any, **kwargs: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("data_lineage_hub._log.log.warning", explode)
    configure(max_queue=0)
    assert double(4) == 8
    assert assert_adds_up(1).reasons == {"queue_full": 2}


def test_close_drops_what_waits_and_a_later_event_begins_anew(hub: StubHub, configure: Configure) -> None:
    configure(batch_age_s=0)
    released = threading.Event()
    hub.replies.append(Reply(hold=released))
    assert double(1) == 2
    while not hub.requests:
        assert not data_lineage_hub.flush(0.01)
    assert double(2) == 4
    assert not data_lineage_hub.close(0.01)
    assert assert_adds_up(2).reasons["closed"] >= 2
    released.set()
    assert data_lineage_hub.flush(20)
    assert double(3) == 6
    assert data_lineage_hub.flush(20)
    assert assert_adds_up(3).pending == 0
    assert hub.kinds()[-2:] == [("double", "START"), ("double", "COMPLETE")]


def test_events_go_where_they_were_meant_to_go_when_they_happened(hub: StubHub, configure: Configure) -> None:
    configure(namespace="team-a", api_key="dlh_a", batch_age_s=60)
    double(1)
    configure(namespace="team-b", api_key="dlh_b")
    double(2)
    assert data_lineage_hub.flush(20)
    keys = {r.events[0]["job"]["namespace"]: r.headers["Authorization"] for r in hub.requests}
    assert keys == {"team-a": "Bearer dlh_a", "team-b": "Bearer dlh_b"}


def test_an_idle_sender_is_ended_by_close(configure: Configure) -> None:
    double(1)
    assert data_lineage_hub.flush(20)
    thread = _sender._sender._thread
    assert thread
    assert thread.daemon
    assert data_lineage_hub.close(1)
    thread.join(10)
    assert not thread.is_alive()
