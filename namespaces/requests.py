"""The request as our routers see it: with an actor, known or refused before the view begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from namespaces.errors import Forbidden
from namespaces.permissions import require_somebody

if TYPE_CHECKING:
    from namespaces.actors import Actor


class ActorRequest(HttpRequest):
    """Set by middleware: who asks, and the id that answer, log and audit trail share."""

    actor: Actor
    request_id: str


def token_of(request: HttpRequest) -> str:
    """The API key, from `Authorization: Bearer` or `X-API-Key`; "" without one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return (token if scheme.lower() == "bearer" else request.headers.get("X-API-Key", "")).strip()


def somebody(request: ActorRequest) -> Actor:
    """A router's `auth`: refuses nobody, and a person's write that comes from a foreign page.

    A key proves itself in each request; a session's cookie is sent by the browser whoever asks for it.
    """
    actor = require_somebody(request.actor)
    if actor.kind == "person" and is_forged(request):
        raise Forbidden("The X-CSRFToken header is missing or wrong. Reload the page and try again.", code="csrf")
    return actor


def is_forged(request: HttpRequest) -> bool:
    check = CsrfViewMiddleware(_view)
    request.csrf_processing_done = False  # type: ignore[attr-defined]  # ninja's views are exempt from the middleware
    check.process_request(request)
    return check.process_view(request, _view, (), {}) is not None


def _view(_: HttpRequest) -> HttpResponse:
    """Django's check asks for the view that it guards; ours runs later."""
    return HttpResponse()
