"""The management and discovery API: one NinjaAPI out of each room's router, one shape of error."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.errors import ValidationError as NinjaValidationError

from backends.errors import BackendError
from catalog.api import router as catalog_router
from hubsite import problems
from hubsite.health_api import router as health_router
from namespaces.api import router as namespaces_router
from namespaces.errors import FieldError, HubError, Invalid, Malformed

api = NinjaAPI(
    title="Data Lineage Hub",
    version="1",
    description="Management and discovery. The ingestion routes stand beside them.",
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
)
api.add_router("/namespaces", namespaces_router)
api.add_router("", catalog_router)
api.add_router("", health_router)


@api.exception_handler(HubError)
@api.exception_handler(BackendError)
def on_domain_error(request: HttpRequest, error: Any) -> HttpResponse:
    response = problems.answer(error, request)
    if response is None:
        raise error
    return response


@api.exception_handler(NinjaValidationError)
def on_invalid_input(request: HttpRequest, error: NinjaValidationError) -> HttpResponse:
    """Ninja's list of pydantic errors as pointers: ("body", "payload", "name") is /name."""
    places = [FieldError(pointer_of(e["loc"]), str(e["type"]), str(e["msg"])) for e in error.errors]
    return on_domain_error(request, Invalid("The input breaks a rule; errors says where.", errors=places))


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Ninja's own word for a body that it cannot parse."""
    return on_domain_error(request, Malformed(str(error)))


def pointer_of(location: Any) -> str:
    source, *rest = location
    if source == "body" and rest:
        rest = rest[1:]  # ninja names the parameter that holds the body
    return "".join(f"/{part}" for part in rest)
