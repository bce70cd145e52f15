"""Answers the ingestion routes before any other middleware: no session, no cookie, no redirect, no waste.

Fed by the WSGI server.
Feeds `ingest.views`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from backends.errors import BackendUnavailable
from hubsite import problems
from hubsite.request_ids import request_id_of
from ingest.otlp.encodings import as_status
from ingest.urls import OTLP, ROUTES, View
from namespaces.errors import HubError

logger = logging.getLogger(__name__)


class DoorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        view = ROUTES.get(request.path)
        if view is None or (request.path == "/" and request.method != "POST"):
            return self._get_response(request)
        return at_the_door(request, view)


def at_the_door(request: HttpRequest, view: View) -> HttpResponseBase:
    request.request_id = request_id_of(request)  # type: ignore[attr-defined]
    try:
        response = view(request)
    except Exception as error:  # noqa: BLE001 -- whatever it is, the client gets an answer
        response = answer(error, request)
    if response.status_code >= HTTPStatus.BAD_REQUEST and request.path in OTLP and isinstance(response, HttpResponse):
        response = as_status(response, request)
    response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
    return response


def answer(error: Exception, request: HttpRequest) -> HttpResponse:
    """A decision's answer, or that of a mistake of ours: it says nothing of the inside."""
    if isinstance(error, (OperationalError, InterfaceError)):
        logger.warning("PostgreSQL is away: %s", error)
        error = BackendUnavailable("postgresql", str(error))
    return problems.answer(error, request) or fault(error, request)


def fault(error: Exception, request: HttpRequest) -> HttpResponse:
    request_id: str = request.request_id  # type: ignore[attr-defined]
    logger.error("%s %s failed (request %s)", request.method, request.path, request_id, exc_info=error)
    told = HubError("The hub made a mistake. Its log tells more under this request id.", code="internal")
    response = problems.answer(told, request)
    assert response is not None  # noqa: S101 -- the table has every HubError
    return response
