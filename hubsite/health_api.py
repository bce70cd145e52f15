"""The health routes: `/api/v1/health` for people and monitors; `/health/live` and `/health/ready` for orchestrators."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router, Schema

from hubsite import health
from namespaces.errors import Unauthenticated

router = Router(tags=["health"])


class ComponentOut(Schema):
    status: str
    version: str
    detail: str
    advice: str
    latency_ms: float


class HealthOut(Schema):
    status: str
    components: dict[str, ComponentOut]


@router.get("/health", response=HealthOut, summary="The real state of each component; platform admins see why")
def get_health(request: HttpRequest) -> dict[str, Any]:
    answers = health.components()
    if not is_operator(request):
        answers = {name: replace(h, version="", detail="", advice="") for name, h in answers.items()}
    return {"status": health.overall(answers), "components": {name: asdict(h) for name, h in answers.items()}}


def is_operator(request: HttpRequest) -> bool:
    """Whether hosts, paths, versions and lags are for them; a bad key, or a database that is away, makes nobody."""
    try:
        return bool(request.actor.is_platform_admin)  # type: ignore[attr-defined]
    except (Unauthenticated, DatabaseError):
        return False


def live(request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> HttpResponse:
    """200 when the hub can take and show data, else 503."""
    if health.is_ready():
        return JsonResponse({"status": "ok"})
    return JsonResponse({"status": "down"}, status=503, headers={"Retry-After": "1"})
