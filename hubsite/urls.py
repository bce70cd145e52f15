"""Every route of the hub."""

from django.contrib import admin
from django.urls import include, path

from hubsite import administration, codes, docs, health_api
from hubsite.api import api

urlpatterns = [
    path("health/live", health_api.live),
    path("health/ready", health_api.ready),
    path("api/v1/openapi.json", docs.openapi, name="openapi"),
    path("docs", docs.page, name="docs"),
    path("docs/errors", codes.page, name="error-codes"),
    path("api/v1/", api.urls),
    path("admin/", administration.index),
    path("admin/", admin.site.urls),
    path("", include("ingest.urls")),
    path("", include("hubsite.urls_portal")),
]

handler400 = "hubsite.portal.views.errors.bad_request"
handler403 = "hubsite.portal.views.errors.forbidden"
handler404 = "hubsite.portal.views.errors.not_found"
handler500 = "hubsite.portal.views.errors.server_error"
