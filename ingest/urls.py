"""The door's exact paths; each also with a trailing slash, because a redirect makes stock clients lose events."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.http import HttpResponseBase
from django.urls import path

from ingest.views.lineage import BatchView, EventView, ParcelView
from ingest.views.telemetry import CollectionView, MetricsView, TracesView

View = Callable[..., HttpResponseBase]

DOCUMENTED: Mapping[str, View] = {
    "/api/v1/lineage": EventView.as_view(),
    "/api/v1/lineage/batch": BatchView.as_view(),
    "/api/v1/lineage/ingest": ParcelView.as_view(),
    "/api/v1/telemetry/ingest": CollectionView.as_view(),
    "/v1/traces": TracesView.as_view(),
    "/v1/metrics": MetricsView.as_view(),
}
# Where stock clients end up when their URL is not a bare origin: a trailing slash, or the whole path.
ALIASES: Mapping[str, View] = {
    "/": DOCUMENTED["/api/v1/lineage"],
    "/api/v1/api/v1/lineage": DOCUMENTED["/api/v1/lineage"],
}
OTLP = frozenset({"/v1/traces", "/v1/traces/", "/v1/metrics", "/v1/metrics/"})

ROUTES: Mapping[str, View] = {
    **DOCUMENTED,
    **ALIASES,
    **{f"{route}/": view for route, view in {**DOCUMENTED, **ALIASES}.items() if route != "/"},
}

# The middleware answers ROUTES before URLs are resolved; these are here for the API's document.
urlpatterns = [path(route.removeprefix("/"), view) for route, view in DOCUMENTED.items()]
