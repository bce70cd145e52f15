"""The one table from domain errors to HTTP: problem JSON (RFC 9457) for DRF, ninja and plain views alike."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse

from backends.errors import BackendError, BackendUnavailable
from ingest.errors import MethodNotAllowed
from namespaces import errors as domain

STATUS: Mapping[type[Exception], HTTPStatus] = {
    domain.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    domain.Forbidden: HTTPStatus.FORBIDDEN,
    domain.NotFound: HTTPStatus.NOT_FOUND,
    MethodNotAllowed: HTTPStatus.METHOD_NOT_ALLOWED,
    domain.Conflict: HTTPStatus.CONFLICT,
    domain.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    domain.PreconditionFailed: HTTPStatus.PRECONDITION_FAILED,
    domain.Malformed: HTTPStatus.BAD_REQUEST,
    domain.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    domain.UnsupportedEncoding: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    domain.QuotaExceeded: HTTPStatus.TOO_MANY_REQUESTS,
    BackendUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    domain.HubError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
RETRY_AFTER_UNAVAILABLE_S = 1


def status_of(error: Exception) -> HTTPStatus | None:
    """The status of the error's nearest class in the table; None for what is no decision but a fault of ours."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), None)


def problem(error: Exception, status: HTTPStatus, request_id: str) -> dict[str, Any]:
    """The body. A backend's own words stay inside: they may name hosts."""
    if isinstance(error, domain.HubError):
        detail, code, places = error.detail, error.code, error.errors
    else:
        detail, code, places = (
            "The hub cannot make this durable right now. Send it again in a moment.",
            "unavailable",
            (),
        )
    return {
        "type": f"/docs/errors#{code}",
        "title": status.phrase,
        "status": int(status),
        "detail": detail,
        "code": code,
        "errors": [{"pointer": p.pointer, "code": p.code, "message": p.message} for p in places],
        "request_id": request_id,
    }


def headers_of(error: Exception) -> dict[str, str]:
    headers = {"X-Hub-Reason": getattr(error, "code", "unavailable")}
    if isinstance(error, domain.QuotaExceeded):
        headers |= {
            "Retry-After": str(error.retry_after_s),
            "RateLimit-Limit": str(error.limit),
            "RateLimit-Remaining": "0",
            "RateLimit-Reset": str(error.reset_s),
        }
    elif isinstance(error, BackendUnavailable):
        headers["Retry-After"] = str(RETRY_AFTER_UNAVAILABLE_S)
    elif isinstance(error, domain.Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    elif isinstance(error, MethodNotAllowed):
        headers["Allow"] = error.allow
    return headers


def answer(error: Exception, request: HttpRequest) -> HttpResponse | None:
    """The whole answer to a domain or backend error; None when it is neither."""
    status = status_of(error)
    if status is None or not isinstance(error, (domain.HubError, BackendError)):
        return None
    body = msgspec.json.encode(problem(error, status, getattr(request, "request_id", "")))
    return HttpResponse(
        body,
        status=status,
        content_type="application/problem+json",
        headers={**headers_of(error), "Content-Length": str(len(body))},
    )


def answer_for_drf(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """DRF's EXCEPTION_HANDLER; what is not in the table is raised again and logged with its trace."""
    return answer(error, context["request"])
