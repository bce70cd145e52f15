"""What our administration pages have in common: platform administrators only, writes by the services, decisions as messages."""

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.admin import ModelAdmin

from namespaces import people
from namespaces.actors import Actor
from namespaces.errors import HubError

M = TypeVar("M", bound=Model)


def actor_of(request: HttpRequest) -> Actor:
    return people.actor_of(request.user, request_id=getattr(request, "request_id", ""))


def is_platform_admin(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_superuser)


def become(row: M, stored: M) -> None:
    """Let the form's row be the one that a service has stored: Django goes on with it."""
    row.pk = stored.pk
    row._state.adding = False  # noqa: SLF001 -- what Django's own save() sets
    row.refresh_from_db()


class PlatformAdminOnly:
    """Django's own permissions play no part: roles are per namespace, and this is above all of them."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_platform_admin(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_platform_admin(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_platform_admin(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_platform_admin(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_platform_admin(request)


class HubAdmin(PlatformAdminOnly, ModelAdmin):  # type: ignore[misc]
    """A page whose writes go through services. What a service refuses is told, and nothing is half-written."""

    list_per_page = 50

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response: HttpResponse = super().changeform_view(request, *args, **kwargs)
        except HubError as error:
            self.message_user(request, told(error), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        return response

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self.delete_model(request, row)


class AddAndRemoveOnly:
    """Rows that are made and ended, never edited."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly:
    """Rows that the hub alone writes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def told(error: HubError) -> str:
    return " ".join([error.detail, *(f"{place.pointer.lstrip('/')}: {place.message}" for place in error.errors)])
