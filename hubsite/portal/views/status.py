"""Status: is the hub itself well?"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from hubsite import health
from hubsite.portal.pages import page
from namespaces.requests import ActorRequest

NAMES = {
    "database": "Database",
    "event_log": "Event log",
    "telemetry_store": "Telemetry store",
    "lineage_backend": "Lineage store",
    "cache": "Cache",
    "carriers": "Carriers",
}


@page
@never_cache
def status(request: ActorRequest) -> HttpResponse:
    """Addresses of components stay with the platform's administrators: others see states and words of comfort."""
    answers = health.components()
    parts = [(NAMES.get(name, name.replace("_", " ").capitalize()), answer) for name, answer in answers.items()]
    return render(request, "pages/status.html", {"parts": parts, "overall": health.overall(answers)})
