"""The door stands before all middleware: nothing else runs for its routes, and every other route passes by."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from backends.errors import BackendUnavailable
from hubsite import door
from ingest.urls import DOCUMENTED, OTLP, ROUTES
from namespaces.errors import Forbidden


def pass_by(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"somebody else's")


def at(path: str, monkeypatch: pytest.MonkeyPatch, error: Exception | None = None, **more: Any) -> HttpResponse:
    """The answer at a route whose view answers, or raises."""

    def view(request: HttpRequest) -> HttpResponse:
        if error is not None:
            raise error
        return HttpResponse(b"in")

    monkeypatch.setattr(door, "ROUTES", {path: view})
    request = RequestFactory().post(path, b"", content_type="application/json", **more)
    response = door.DoorMiddleware(pass_by)(request)
    assert isinstance(response, HttpResponse)
    return response


@pytest.mark.parametrize("path", ["/admin/", "/api/v1/namespaces", "/api/v1/lineage/other", "/v1/logs"])
def test_other_paths_pass_by(path: str) -> None:
    response = door.DoorMiddleware(pass_by)(RequestFactory().post(path))
    assert getattr(response, "content", b"") == b"somebody else's"


@pytest.mark.parametrize("method", ["get", "head"])
def test_the_portals_home_is_not_the_doors(method: str) -> None:
    request = getattr(RequestFactory(), method)("/")
    assert getattr(door.DoorMiddleware(pass_by)(request), "content", b"") == b"somebody else's"


@pytest.mark.parametrize("path", sorted(set(ROUTES) - {"/"}))
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_only_post_is_taken_and_nothing_redirects(path: str, method: str) -> None:
    response = Client().generic(method, path)
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert response["X-Hub-Reason"] == "method_not_allowed"
    assert response["X-Request-ID"]
    if method == "HEAD":
        return
    body = json.loads(response.content)
    assert body["code"] == (12 if path in OTLP else "method_not_allowed")


def test_every_route_stands_with_and_without_a_slash() -> None:
    assert all(f"{route}/" in ROUTES for route in DOCUMENTED)
    assert {route for route in ROUTES if route.startswith("/v1/")} == OTLP


def test_no_cookie_and_no_foreign_header_is_set() -> None:
    response = Client().post("/api/v1/lineage", b"{}", content_type="application/json")
    assert set(response.headers) == {
        "Content-Type",
        "Content-Length",
        "X-Hub-Reason",
        "WWW-Authenticate",
        "X-Request-ID",
    }
    assert not response.cookies


def test_the_answer_carries_the_callers_request_id_or_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    given = at("/x", monkeypatch, headers={"X-Request-ID": "request-12345"})
    assert given["X-Request-ID"] == "request-12345"
    made = {at("/x", monkeypatch)["X-Request-ID"] for _ in range(2)}
    assert len(made) == 2


def test_a_decision_that_escapes_a_view_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    response = at("/x", monkeypatch, Forbidden("Not you."), headers={"X-Request-ID": "request-12345"})
    assert response.status_code == 403
    assert json.loads(response.content)["request_id"] == "request-12345"


@pytest.mark.parametrize("error", [BackendUnavailable("kafka", "broker-7"), OperationalError("10.0.0.7 refused")])
def test_an_outage_is_a_503_that_clients_retry(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    response = at("/x", monkeypatch, error)
    assert (response.status_code, response["Retry-After"]) == (503, "1")
    assert b"broker-7" not in response.content
    assert b"10.0.0.7" not in response.content


def test_a_mistake_of_ours_is_logged_and_told_without_its_inside(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    response = at("/x", monkeypatch, ZeroDivisionError("secret of the inside"))
    body = json.loads(response.content)
    assert (response.status_code, body["code"], body["status"]) == (500, "internal", 500)
    assert response["Content-Length"] == str(len(response.content))
    assert response["Content-Type"] == "application/problem+json"
    assert b"secret" not in response.content
    assert b"ZeroDivision" not in response.content
    assert "Traceback" in caplog.text
    assert body["request_id"] in caplog.text


def test_a_mistake_on_an_otlp_route_is_a_status(monkeypatch: pytest.MonkeyPatch) -> None:
    response = at("/v1/traces", monkeypatch, ZeroDivisionError())
    assert response.status_code == 500
    assert json.loads(response.content)["code"] == 13
