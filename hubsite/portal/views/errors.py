"""Error pages in the portal's shape: each says what happened and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from backends.errors import BackendError
from hubsite import problems
from namespaces.errors import Forbidden, HubError, Malformed, NotFound

TITLES: Mapping[int, str] = {
    400: "That request makes no sense to the hub",
    401: "Who is asking?",
    403: "You may not do that",
    404: "Nothing here for you",
    409: "That is in the way of something",
    422: "That cannot be taken",
    500: "Something broke in the hub",
    503: "A part of the hub is away",
}
NEXT: Mapping[int, str] = {
    400: "Go back, reload the page and try again.",
    401: "Sign in again, or leave out the API key.",
    403: "An administrator of the namespace can give you a role that may.",
    404: "Check the address, or ask the owner of the namespace to add you: what you may not see looks like this, too.",
    409: "Go back, look at what is there, and choose another name.",
    422: "Go back and correct it.",
    500: "It has been logged. Try again; if it stays, give the request id below to the people who run the hub.",
    503: "Nothing is lost. Try again in a moment; the status page says which part it is.",
}
OTHER_TITLE, OTHER_NEXT = "That did not work", "Go back and try again."
NOT_FOUND = "It does not exist, or you may not know that it does."
API_PREFIXES = ("/api/", "/v1/")


def failed(request: HttpRequest, status: int, what: str) -> HttpResponse:
    return render(request, "pages/failed.html", words(status, what, getattr(request, "request_id", "")), status=status)


def words(status: int, what: str, request_id: str) -> dict[str, object]:
    title, following = TITLES.get(status, OTHER_TITLE), NEXT.get(status, OTHER_NEXT)
    return {"status": status, "title": title, "what": what, "next_step": following, "request_id": request_id}


def explain(request: HttpRequest, error: HubError | BackendError) -> HttpResponse:
    """The page for a decision of the domain; a backend's own words stay inside."""
    status = problems.status_of(error) or HTTPStatus.INTERNAL_SERVER_ERROR
    what = error.detail if isinstance(error, HubError) else "A component does not answer right now."
    return failed(request, status, NOT_FOUND if status == HTTPStatus.NOT_FOUND else what)


def answer(request: HttpRequest, error: HubError, what: str) -> HttpResponse:
    """Programs that call the API get problem JSON, people get a page."""
    if request.path.startswith(API_PREFIXES) and (response := problems.answer(error, request)):
        return response
    return failed(request, problems.status_of(error) or HTTPStatus.BAD_REQUEST, what)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    what = "The request could not be read."
    return answer(request, Malformed(what), what)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    what = "You are known here, but your role is too small for this."
    return answer(request, Forbidden(what), what)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    what = "The form was too old, or cookies are off: the hub could not tell that it was you who sent it."
    return failed(request, HTTPStatus.FORBIDDEN, what)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, NotFound(f"No route {request.path}. /docs lists all of them."), NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without the request: whatever broke may be what the page's frame asks for."""
    context = words(500, "The hub made a mistake that it does not know.", getattr(request, "request_id", ""))
    page = render_to_string("pages/failed.html", {**context, "hub_version": settings.HUB_VERSION})
    return HttpResponse(page, status=HTTPStatus.INTERNAL_SERVER_ERROR)
