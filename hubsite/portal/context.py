"""What every page's template knows besides its own subject."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from namespaces.errors import Unauthenticated
from namespaces.models import Namespace

MOST_IN_SWITCHER = 20


def portal(request: HttpRequest) -> dict[str, Any]:
    return {
        "hub_version": settings.HUB_VERSION,
        "marquez_web_url": settings.HUB_MARQUEZ_WEB_URL,
        "grafana_url": settings.HUB_GRAFANA_URL,
        "my_namespaces": SimpleLazyObject(lambda: namespaces_of(request)),
    }


def namespaces_of(request: HttpRequest) -> list[Namespace]:
    """Those that the switcher offers."""
    actor = getattr(request, "actor", None)
    try:
        return list(Namespace.objects.visible_to(actor)[:MOST_IN_SWITCHER]) if actor else []
    except Unauthenticated:  # a bad key beside a session: the page that says so has this frame, too
        return []
