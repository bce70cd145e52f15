"""Lets platform administrators look at the catalog; it follows from events, so nobody edits it here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.urls import NoReverseMatch, reverse
from unfold.admin import ModelAdmin

from catalog.models import Dataset, Edge, Job, Run
from namespaces.admin.base import PlatformAdminOnly, ReadOnly


class ProjectionAdmin(ReadOnly, PlatformAdminOnly, ModelAdmin):  # type: ignore[misc]
    """Read only. `portal_page` names the route of a row's page in the portal."""

    portal_page = ""
    list_per_page = 50
    show_full_result_count = False  # counting a large table takes longer than showing a page of it

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        if obj is None or not self.portal_page:
            return None
        try:
            return reverse(self.portal_page, args=[obj.pk])
        except NoReverseMatch:  # a hub without the portal
            return None


class NodeAdmin(ProjectionAdmin):
    list_filter = ("owner",)
    list_select_related = ("owner",)
    search_fields = ("name",)
    ordering = ("-last_seen_at",)


@admin.register(Dataset)
class DatasetAdmin(NodeAdmin):
    portal_page = "dataset"
    list_display = ("name", "namespace", "owner", "has_writer", "written_at", "last_seen_at")


@admin.register(Job)
class JobAdmin(NodeAdmin):
    portal_page = "job"
    list_display = ("name", "namespace", "owner", "last_seen_at")


@admin.register(Run)
class RunAdmin(ProjectionAdmin):
    portal_page = "run"
    list_display = ("run_id", "job", "owner", "state", "started_at", "ended_at", "last_event_at")
    list_filter = ("state", "owner")
    list_select_related = ("job", "owner")
    search_fields = ("run_id__startswith", "job__name")


@admin.register(Edge)
class EdgeAdmin(ProjectionAdmin):
    list_display = ("source", "target", "kind", "first_seen_at", "last_seen_at")
    list_filter = ("kind",)
    search_fields = ("source__exact", "target__exact")
    ordering = ("-id",)
