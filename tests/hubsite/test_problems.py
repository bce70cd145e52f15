"""One table from domain errors to answers; whatever is not in it stays a fault of ours."""

from __future__ import annotations

import json

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from backends.errors import BackendRefused, BackendUnavailable
from hubsite import problems
from namespaces import errors as domain


def answer(error: Exception) -> HttpResponse:
    request = RequestFactory().get("/")
    request.request_id = "request-1"  # type: ignore[attr-defined]
    response = problems.answer(error, request)
    assert response is not None
    return response


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (domain.Unauthenticated("who?"), 401),
        (domain.Forbidden("too little"), 403),
        (domain.NotFound("no such thing"), 404),
        (domain.Conflict("exists"), 409),
        (domain.PreconditionFailed("changed"), 412),
        (domain.TooLarge("16 MiB"), 413),
        (domain.UnsupportedEncoding("gzip only"), 415),
        (domain.Invalid("bad"), 422),
        (domain.Malformed("not JSON"), 400),
        (domain.QuotaExceeded("used up", limit=10, retry_after_s=60), 429),
        (BackendUnavailable("kafka", "broker-7:9092 refused"), 503),
    ],
)
def test_each_decision_has_its_status(error: Exception, status: int) -> None:
    assert answer(error).status_code == status


def test_a_subclass_has_the_status_of_its_nearest_class() -> None:
    class NamespaceNotAllowed(domain.Forbidden):
        code = "namespace_not_allowed"

    response = answer(NamespaceNotAllowed("claimed by another"))
    assert (response.status_code, json.loads(response.content)["code"]) == (403, "namespace_not_allowed")


def test_the_body_is_problem_json_with_pointers() -> None:
    error = domain.Invalid("bad", errors=[domain.FieldError("/run/runId", "required", "is missing")])
    response = answer(error)
    assert response["Content-Type"] == "application/problem+json"
    assert json.loads(response.content) == {
        "type": "/docs/errors#invalid",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "bad",
        "code": "invalid",
        "errors": [{"pointer": "/run/runId", "code": "required", "message": "is missing"}],
        "request_id": "request-1",
    }
    assert int(response["Content-Length"]) == len(response.content)


def test_a_backend_s_own_words_stay_inside() -> None:
    response = answer(BackendUnavailable("kafka", "broker-7.internal:9092 refused"))
    assert b"broker-7" not in response.content
    assert response["Retry-After"] == "1"


def test_quota_tells_when_it_is_renewed() -> None:
    response = answer(domain.QuotaExceeded("used up", limit=10, retry_after_s=60))
    assert (response["Retry-After"], response["RateLimit-Limit"], response["RateLimit-Remaining"]) == ("60", "10", "0")


def test_a_413_never_carries_retry_after() -> None:
    assert "Retry-After" not in answer(domain.TooLarge("16 MiB"))


@pytest.mark.parametrize("error", [ValueError("a fault"), BackendRefused("clickhouse", "bad block")])
def test_faults_are_not_answered(error: Exception) -> None:
    assert problems.answer(error, RequestFactory().get("/")) is None
