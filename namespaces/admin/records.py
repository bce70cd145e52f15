"""What the hub alone writes, to be read: usage and the audit trail."""

from __future__ import annotations

from django.contrib import admin

from namespaces.admin.base import HubAdmin, ReadOnly
from namespaces.models import AuditEntry, Usage


@admin.register(Usage)
class UsageAdmin(ReadOnly, HubAdmin):
    list_display = ("day", "namespace", "accepted", "rejected", "throttled")
    list_filter = ("namespace",)
    search_fields = ("namespace__name",)
    date_hierarchy = "day"
    list_select_related = ("namespace",)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly, HubAdmin):
    list_display = ("at", "action", "actor", "namespace", "target", "request_id")
    list_filter = ("action", "namespace")
    search_fields = ("actor", "target", "namespace", "request_id")
    date_hierarchy = "at"
