"""Namespaces with their members and claims."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from unfold.admin import TabularInline

from namespaces import services
from namespaces.admin.base import AddAndRemoveOnly, HubAdmin, PlatformAdminOnly, actor_of, become
from namespaces.models import Claim, Membership, Namespace


class MemberInline(PlatformAdminOnly, TabularInline):  # type: ignore[misc]
    model = Membership
    fields = ("email", "role")
    extra = 0


class ClaimInline(AddAndRemoveOnly, PlatformAdminOnly, TabularInline):  # type: ignore[misc]
    model = Claim
    fields = ("kind", "pattern", "is_prefix", "created_by")
    readonly_fields = ("created_by",)
    extra = 0


@admin.register(Namespace)
class NamespaceAdmin(HubAdmin):
    list_display = ("name", "display_name", "daily_event_quota", "storage_retention_days", "claim_policy", "is_active")
    list_filter = ("is_active", "claim_policy", "compliance_level")
    search_fields = ("name", "display_name", "cost_center", "memberships__email")
    readonly_fields = ("version", "created_at", "updated_at")
    inlines = (MemberInline, ClaimInline)
    fieldsets = (
        (None, {"fields": ("name", "display_name", "description", "is_active")}),
        ("Limits", {"fields": ("daily_event_quota", "storage_retention_days", "claim_policy")}),
        ("Notifications", {"fields": ("slack_webhook", "notification_settings")}),
        ("Own properties", {"fields": ("cost_center", "compliance_level", "properties")}),
        ("Record", {"fields": ("version", "created_at", "updated_at")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Namespace | None = None) -> tuple[str, ...]:
        return ("name", *self.readonly_fields) if obj else self.readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: Namespace | None = None) -> bool:
        return False  # the name lives on in events and tables: switch it off instead

    def save_model(self, request: HttpRequest, obj: Namespace, form: ModelForm[Namespace], *_: Any) -> None:
        is_new = obj.pk is None
        fields = {name: form.cleaned_data[name] for name in (form.cleaned_data if is_new else form.changed_data)}
        if not is_new:
            become(obj, services.update_namespace(actor_of(request), namespace=obj, **fields))
        else:
            become(obj, services.create_namespace(actor_of(request), **fields))

    def save_formset(
        self, request: HttpRequest, form: Any, formset: BaseInlineFormSet[Any, Any, Any], **_: Any
    ) -> None:
        formset.save(commit=False)
        if formset.model is Membership:
            save_members(request, formset)
        else:
            save_claims(request, formset)


def save_members(request: HttpRequest, formset: BaseInlineFormSet[Any, Any, Any]) -> None:
    actor, namespace = actor_of(request), formset.instance
    gone = list(formset.deleted_objects)
    for member, changed in formset.changed_objects:
        if "email" in changed:
            gone.append(Membership.objects.get(pk=member.pk))  # another address is another member
    for member in gone:
        services.remove_member(actor, namespace=namespace, email=member.email)
    for member in [*(row for row, _ in formset.changed_objects), *formset.new_objects]:
        services.set_member(actor, namespace=namespace, email=member.email, role=member.role)


def save_claims(request: HttpRequest, formset: BaseInlineFormSet[Any, Any, Any]) -> None:
    actor, namespace = actor_of(request), formset.instance
    for claim in formset.deleted_objects:
        services.unclaim(actor, claim=claim)
    for claim in formset.new_objects:
        services.claim(actor, namespace=namespace, kind=claim.kind, pattern=claim.pattern, is_prefix=claim.is_prefix)


@admin.register(Membership)
class MembershipAdmin(HubAdmin):
    list_display = ("email", "role", "namespace", "created_at")
    list_filter = ("role", "namespace")
    search_fields = ("email", "namespace__name")
    fields = ("namespace", "email", "role")
    list_select_related = ("namespace",)

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> tuple[str, ...]:
        return ("namespace", "email") if obj else ()

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, *_: Any) -> None:
        become(obj, services.set_member(actor_of(request), namespace=obj.namespace, email=obj.email, role=obj.role))

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        services.remove_member(actor_of(request), namespace=obj.namespace, email=obj.email)


@admin.register(Claim)
class ClaimAdmin(AddAndRemoveOnly, HubAdmin):
    list_display = ("pattern", "is_prefix", "kind", "namespace", "created_by", "created_at")
    list_filter = ("kind", "is_prefix", "namespace")
    search_fields = ("pattern", "namespace__name")
    fields = ("namespace", "kind", "pattern", "is_prefix")
    list_select_related = ("namespace",)

    def save_model(self, request: HttpRequest, obj: Claim, form: Any, *_: Any) -> None:
        stored = services.claim(
            actor_of(request), namespace=obj.namespace, kind=obj.kind, pattern=obj.pattern, is_prefix=obj.is_prefix
        )
        become(obj, stored)

    def delete_model(self, request: HttpRequest, obj: Claim) -> None:
        services.unclaim(actor_of(request), claim=obj)
