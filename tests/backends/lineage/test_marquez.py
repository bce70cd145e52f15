"""Outage or poison: how each answer of Marquez is read, with the answers that it really gives."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

import httpx2
import pytest

from backends.errors import BackendRefused, BackendUnavailable
from backends.lineage.marquez import PAUSES_S, MarquezLineageBackend, judge
from tests.services.marquez import HANG_UP, HTML, Answer, Marquez, error, json_answer, page
from tests.services.ports import free_port

Connect = Callable[..., MarquezLineageBackend]


def test_an_event_arrives_byte_for_byte(backend: MarquezLineageBackend, own_marquez: Marquez, event: bytes) -> None:
    spaced = event.replace(b",", b" ,\n ")
    backend.send(spaced)
    assert own_marquez.raw_events == [spaced]
    assert own_marquez.event_count() == 1


def test_events_go_over_one_connection(backend: MarquezLineageBackend, own_marquez: Marquez, event: bytes) -> None:
    for _ in range(5):
        backend.send(event)
    assert (own_marquez.requests, own_marquez.connections) == (5, 1)


@pytest.mark.parametrize("url", ["{}", "{}/"])
def test_a_slash_at_the_end_of_the_address_does_not_matter(
    connect: Connect, own_marquez: Marquez, event: bytes, url: str
) -> None:
    connect(url.format(own_marquez.url), admin_url=url.format(own_marquez.admin_url)).send(event)
    assert own_marquez.event_count() == 1


def test_a_missing_name_is_invalid_and_named(backend: MarquezLineageBackend, event: bytes) -> None:
    with pytest.raises(BackendRefused, match=r"job\.name must not be null") as refused:
        backend.send(event.replace(b'"name"', b'"title"'))
    assert refused.value.code == "invalid"


def test_an_illegal_dataset_namespace_is_invalid(
    backend: MarquezLineageBackend, own_marquez: Marquez, event: bytes, pauses: list[float]
) -> None:
    inputs = b'"inputs":[{"namespace":"sp ace","name":"t"}],'
    with pytest.raises(BackendRefused) as refused:
        backend.send(event.replace(b'"producer"', inputs + b'"producer"'))
    assert refused.value.code == "invalid"
    assert refused.value.detail == "Marquez answers 400: Bad Request", "asked for JSON, it sends no page of HTML"
    assert (own_marquez.requests, pauses) == (1, []), "a 400 is final"


@pytest.mark.parametrize("status", [413, 431])
def test_too_large_is_said_so(backend: MarquezLineageBackend, own_marquez: Marquez, event: bytes, status: int) -> None:
    own_marquez.answer_next(Answer(status))
    with pytest.raises(BackendRefused) as refused:
        backend.send(event)
    assert refused.value.code == "too_large"


@pytest.mark.parametrize("status", [408, 429, 501, 502, 503, 504])
def test_an_overload_means_later(
    backend: MarquezLineageBackend, own_marquez: Marquez, event: bytes, pauses: list[float], status: int
) -> None:
    own_marquez.answer_next(Answer(status))
    with pytest.raises(BackendUnavailable):
        backend.send(event)
    assert pauses == [], "the loop waits, not the backend"
    backend.send(event)


@pytest.mark.parametrize("status", [301, 302, 307, 401, 403, 404, 405, 406, 410, 415])
def test_a_wrong_address_never_empties_the_topic(
    backend: MarquezLineageBackend, own_marquez: Marquez, event: bytes, status: int
) -> None:
    own_marquez.answer_next(Answer(status, location=f"{own_marquez.url}/api/v1/namespaces"))
    with pytest.raises(BackendUnavailable, match="HUB_MARQUEZ_URL"):
        backend.send(event)
    assert own_marquez.event_count() == 0


AMBIGUOUS = [page(500), error(500, "It has been logged (ID 1)."), Answer(500, b"<html>400</html>", HTML), Answer(500)]


@pytest.mark.parametrize("answer", AMBIGUOUS, ids=["json page", "logged", "html page", "empty"])
def test_a_bare_500_that_passes_is_tried_again_in_place(
    backend: MarquezLineageBackend, own_marquez: Marquez, event: bytes, pauses: list[float], answer: Answer
) -> None:
    own_marquez.answer_next(answer, answer)
    backend.send(event)
    assert own_marquez.event_count() == 1
    assert pauses == list(PAUSES_S[:2])


@pytest.mark.parametrize("answer", AMBIGUOUS, ids=["json page", "logged", "html page", "empty"])
def test_a_bare_500_that_stays_while_marquez_is_well_is_poison(
    backend: MarquezLineageBackend, own_marquez: Marquez, event: bytes, pauses: list[float], answer: Answer
) -> None:
    own_marquez.answer_next(*[answer] * 4)
    with pytest.raises(BackendRefused) as refused:
        backend.send(event)
    assert refused.value.code == "suspected_poison"
    assert (own_marquez.requests, pauses) == (4, list(PAUSES_S))


def test_a_bare_500_while_marquez_is_ill_is_an_outage(
    backend: MarquezLineageBackend, own_marquez: Marquez, event: bytes
) -> None:
    own_marquez.is_healthy = False
    own_marquez.answer_next(*[page(500)] * 3)
    with pytest.raises(BackendUnavailable, match="postgresql"):
        backend.send(event)
    own_marquez.is_healthy = True
    backend.send(event)


def test_a_database_that_comes_back_in_the_last_moment_poisons_nothing(
    connect: Connect, own_marquez: Marquez, event: bytes
) -> None:
    """Every post failed while it was away, then the check is good: the event gets one more chance."""

    def sleep(_: float) -> None:
        own_marquez.is_healthy = True

    own_marquez.is_healthy = False
    own_marquez.answer_next(*[page(500)] * 3)
    connect(own_marquez.url, admin_url=own_marquez.admin_url, sleep=sleep).send(event)
    assert own_marquez.event_count() == 1


def test_poison_is_found_without_the_admin_port_too(connect: Connect, own_marquez: Marquez, event: bytes) -> None:
    backend = connect(own_marquez.url)
    own_marquez.answer_next(*[page(500)] * 4)
    with pytest.raises(BackendRefused) as refused:
        backend.send(event)
    assert refused.value.code == "suspected_poison"


def test_an_outage_without_the_admin_port_stays_one(connect: Connect, own_marquez: Marquez, event: bytes) -> None:
    own_marquez.is_healthy = False
    own_marquez.answer_next(*[page(500)] * 3)
    with pytest.raises(BackendUnavailable):
        connect(own_marquez.url).send(event)


def test_real_poison_is_recognised(backend: MarquezLineageBackend, event: bytes) -> None:
    with pytest.raises(BackendRefused) as refused:
        backend.send(event.replace(b'"load"', rb'"lo\u0000ad"'))
    assert refused.value.code == "suspected_poison"


def test_a_marquez_that_is_away_means_later_and_is_found_again(
    backend: MarquezLineageBackend, own_marquez: Marquez, event: bytes
) -> None:
    backend.send(event)
    own_marquez.stop()
    with pytest.raises(BackendUnavailable):
        backend.send(event)
    assert backend.health().status == "down"
    own_marquez.start()
    backend.send(event)  # over a connection that Marquez has closed meanwhile
    assert own_marquez.event_count() == 2
    assert backend.health().status == "ok"


def test_a_connection_that_ends_under_a_post_is_tried_once_more(
    backend: MarquezLineageBackend, own_marquez: Marquez, event: bytes
) -> None:
    own_marquez.answer_next(HANG_UP)
    backend.send(event)
    assert own_marquez.event_count() == 1
    own_marquez.answer_next(HANG_UP, HANG_UP)
    with pytest.raises(BackendUnavailable):
        backend.send(event)


def test_a_slow_marquez_means_later(connect: Connect, own_marquez: Marquez, event: bytes) -> None:
    own_marquez.hold()
    with pytest.raises(BackendUnavailable, match="Timeout"):
        connect(own_marquez.url, read_timeout_s=0.1).send(event)


def test_a_slow_success_is_waited_for(connect: Connect, own_marquez: Marquez, event: bytes) -> None:
    own_marquez.hold()
    sending = threading.Thread(target=connect(own_marquez.url).send, args=(event,))
    sending.start()
    own_marquez.release()
    sending.join(10)
    assert own_marquez.event_count() == 1


def test_health_of_nobody_is_down_with_advice(connect: Connect) -> None:
    health = connect(f"http://127.0.0.1:{free_port()}").health()
    assert health.status == "down"
    assert "HUB_MARQUEZ_URL" in health.advice


def test_health_of_a_database_that_is_away_is_down(backend: MarquezLineageBackend, own_marquez: Marquez) -> None:
    own_marquez.is_healthy = False
    health = backend.health()
    assert health.status == "down"
    assert "500" in health.detail


@pytest.mark.parametrize("code", ["400", 400.5, None, [400], True])
def test_only_the_number_400_inside_a_500_is_a_mapping_error(code: object) -> None:
    answer = json_answer(500, {"code": code})
    assert judge(httpx2.Response(answer.status, content=answer.body)) == "ambiguous"


@pytest.mark.parametrize("body", [b"", b"[]", b"400", b"null", b"\xff", b"{", json.dumps("400").encode()])
def test_any_body_can_be_judged(body: bytes) -> None:
    assert judge(httpx2.Response(500, content=body)) == "ambiguous"


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_is_stored(status: int) -> None:
    assert judge(httpx2.Response(status)) == "stored"
