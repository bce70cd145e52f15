"""People: known by e-mail, switched off instead of deleted."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.http import HttpRequest
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from namespaces import audit
from namespaces.admin.base import HubAdmin, actor_of
from namespaces.audit import Action
from namespaces.models import User

admin.site.unregister(Group)  # roles come from memberships; a second system would only be believed to work


class NewUserForm(UserCreationForm):  # type: ignore[misc]
    """An e-mail and a password; the username that Django wants is the e-mail."""

    class Meta:
        model = User
        fields = ("email",)

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if User.objects.filter(email=email).exists():
            self.add_error("email", "There is a person with this e-mail already.")
        return email


@admin.register(User)
class UserAdmin(HubAdmin, DjangoUserAdmin):  # type: ignore[type-arg]  # the same
    """Every change is audited where Django logs it: that includes passwords set by an administrator."""

    form = UserChangeForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "first_name", "last_name", "is_superuser", "is_active", "last_login")
    list_filter = ("is_superuser", "is_active")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "password", "first_name", "last_name")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser")}),
        ("Record", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "usable_password", "password1", "password2")}),)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        audit.record(actor_of(request), Action.PERSON_CREATED, target=str(obj))
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        audit.record(actor_of(request), Action.PERSON_UPDATED, target=str(obj), after={"changed": message})
        return super().log_change(request, obj, message)
