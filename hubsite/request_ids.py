"""Gives each request an id that the answer, the log and the audit trail carry."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{8,64}")


def request_id_of(request: HttpRequest) -> str:
    """The caller's X-Request-ID when it is a sane one, else a new one."""
    given = request.headers.get("X-Request-ID", "")
    return given if ACCEPTABLE.fullmatch(given) else uuid4().hex


class RequestIdMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = request_id_of(request)  # type: ignore[attr-defined]
        response = self._get_response(request)
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        return response
