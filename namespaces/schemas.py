"""What the namespace routes take and give, in the words of a namespace's configuration file."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Field, Schema
from pydantic import ConfigDict

from namespaces.models import ClaimKind, ClaimPolicy, Role, Scope


class Strict(Schema):
    """A body with an unknown member is refused: a typing error would otherwise pass unseen."""

    model_config = ConfigDict(extra="forbid")


class NotificationSettings(Strict):
    pipeline_failures: bool = True
    data_quality_alerts: bool = True


class NamespaceIn(Strict):
    """All that can be set; what is left out of a POST or PUT gets its default."""

    display_name: str = ""
    description: str = ""
    owners: list[str] = Field(default=[], max_length=1000, description="E-mail addresses of people and groups.")
    viewers: list[str] = Field(default=[], max_length=1000, description="E-mail addresses of people and groups.")
    daily_event_quota: int = Field(1_000_000, description="Items per UTC day; 0 lets nothing in.")
    storage_retention_days: int = 90
    slack_webhook: str = Field("", description="An https:// address; shown to admins only.")
    notification_settings: NotificationSettings = NotificationSettings()
    cost_center: str = ""
    compliance_level: str = ""
    properties: dict[str, Any] = {}
    claim_policy: ClaimPolicy = ClaimPolicy.CLAIM


class NewNamespace(NamespaceIn):
    name: str


class ReadOnly(Strict):
    """What GET shows and nobody sets; taken and ignored, so that an answer can be sent back with one thing changed."""

    version: int | None = None
    is_active: bool | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class NamespacePut(NamespaceIn, ReadOnly):
    name: str | None = Field(None, description="May be given, may not differ.")
    owners: list[str] = Field(max_length=1000, description="Required: leaving them out would lock everybody out.")
    daily_event_quota: int | None = Field(  # type: ignore[assignment]  # a POST has a default, a PUT what there is
        None, description="Left out, it stays; only a platform administrator may change it."
    )


class NamespacePatch(ReadOnly):
    """Only what is given changes."""

    name: str | None = None
    display_name: str | None = None
    description: str | None = None
    owners: list[str] | None = Field(None, max_length=1000)
    viewers: list[str] | None = Field(None, max_length=1000)
    daily_event_quota: int | None = None
    storage_retention_days: int | None = None
    slack_webhook: str | None = None
    notification_settings: dict[str, bool] | None = None
    cost_center: str | None = None
    compliance_level: str | None = None
    properties: dict[str, Any] | None = None
    claim_policy: ClaimPolicy | None = None


class NamespaceOut(Schema):
    name: str
    display_name: str
    description: str
    owners: list[str]
    viewers: list[str]
    daily_event_quota: int
    storage_retention_days: int
    slack_webhook: str
    notification_settings: NotificationSettings
    cost_center: str
    compliance_level: str
    properties: dict[str, Any]
    claim_policy: ClaimPolicy
    is_active: bool
    version: int
    created_at: datetime
    updated_at: datetime


class MemberIn(Strict):
    role: Role


class MemberOut(Schema):
    email: str
    role: Role
    created_at: datetime


class KeyIn(Strict):
    name: str
    scopes: list[Scope]
    expires_at: datetime | None = None


class KeyOut(Schema):
    id: int
    name: str
    lookup: str
    scopes: list[Scope]
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    created_by: str
    created_at: datetime


class IssuedKeyOut(Schema):
    key: KeyOut
    token: str = Field(description="Shown this once. Keep it like a password.")


class ClaimIn(Strict):
    kind: ClaimKind
    pattern: str = Field(min_length=1)
    is_prefix: bool = False


class ClaimOut(Schema):
    id: int
    kind: ClaimKind
    pattern: str
    is_prefix: bool
    created_by: str
    created_at: datetime


class UsageOut(Schema):
    day: date
    accepted: int
    rejected: int
    throttled: int


class AuditEntryOut(Schema):
    id: int
    at: datetime
    action: str
    actor: str
    target: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    request_id: str


class NamespacePage(Schema):
    items: list[NamespaceOut]
    next: str | None


class MemberPage(Schema):
    items: list[MemberOut]
    next: str | None


class KeyPage(Schema):
    items: list[KeyOut]
    next: str | None


class ClaimPage(Schema):
    items: list[ClaimOut]
    next: str | None


class UsagePage(Schema):
    items: list[UsageOut]
    next: str | None


class AuditPage(Schema):
    items: list[AuditEntryOut]
    next: str | None
