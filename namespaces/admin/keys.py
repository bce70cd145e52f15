"""API keys: issued here with the token shown once, revoked, never edited."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from namespaces import services
from namespaces.admin.base import AddAndRemoveOnly, HubAdmin, actor_of, become
from namespaces.models import ApiKey, Scope


class ApiKeyForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's class takes none at run time
    scopes = forms.MultipleChoiceField(choices=Scope.choices, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = ApiKey
        fields = ("namespace", "name", "scopes", "expires_at")


@admin.register(ApiKey)
class ApiKeyAdmin(AddAndRemoveOnly, HubAdmin):
    form = ApiKeyForm
    list_display = ("name", "lookup", "namespace", "scopes", "last_used_at", "expires_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "namespace")
    search_fields = ("name", "lookup", "namespace__name")
    list_select_related = ("namespace",)
    actions = ("revoke",)

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        asked = ("namespace", "name", "scopes", "expires_at")
        return (*asked, "lookup", "revoked_at", "last_used_at", "created_by", "created_at") if obj else asked

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False  # a revoked key stays: the audit trail names it

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, *_: Any) -> None:
        issued = services.issue_key(
            actor_of(request), namespace=obj.namespace, name=obj.name, scopes=obj.scopes, expires_at=obj.expires_at
        )
        become(obj, issued.key)
        self.message_user(request, f"Copy the key now, it is not shown again: {issued.token}", messages.WARNING)

    @admin.action(description="Revoke the selected keys")
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        for key in queryset:
            services.revoke_key(actor_of(request), key=key)
        self.message_user(request, f"{len(queryset)} keys revoked. Every process refuses them within 30 s.")
