"""One OpenAPI document and one page for all routes: the door's (DRF) and the management API's (ninja) in one."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator

from hubsite.api import api
from ingest import urls as door_urls

BEARER = {"type": "http", "scheme": "bearer", "description": "An API key: dlh_…"}


@cache
def document() -> dict[str, Any]:
    """Merge both documents; names of schemas that both use would be a mistake and fail loudly."""
    door = SchemaGenerator(patterns=door_urls.urlpatterns).get_schema(request=None, public=True)
    management = api.get_openapi_schema(path_prefix="/api/v1/")
    schemas = dict(management.get("components", {}).get("schemas", {}))
    for name, schema in door.get("components", {}).get("schemas", {}).items():
        if schemas.setdefault(name, schema) != schema:
            raise ValueError(f"Two different schemas are named {name}: rename one of them.")
    return {
        "openapi": "3.1.0",
        "info": {"title": "Data Lineage Hub", "version": "1", "description": INTRODUCTION},
        "security": [{"key": []}],
        "paths": {**door["paths"], **management["paths"]},
        "components": {"schemas": schemas, "securitySchemes": {"key": BEARER}},
    }


INTRODUCTION = (
    "Send OpenLineage events and OTLP telemetry with a URL and a key; find what exists and what depends on it. "
    "Errors are problem JSON (RFC 9457) with [stable codes](/docs/errors)."
)


def openapi(request: HttpRequest) -> HttpResponse:
    return JsonResponse(document())


def page(request: HttpRequest) -> HttpResponse:
    return render(request, "docs.html")
