"""The namespace: the unit of ownership, isolation, quota and retention; usually one team."""

from __future__ import annotations

import re
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator, URLValidator
from django.db import models

from namespaces.models.validators import (
    default_notifications,
    validate_notifications,
    validate_properties,
    validate_storable,
)
from namespaces.querysets import NamespaceQuerySet

# No ":" "/" "=" ";" "+" "@": such a slug is neither sanitized nor mis-split by Marquez (names with those are).
SLUG_PATTERN = r"^[a-z0-9](?:[a-z0-9_.-]{0,61}[a-z0-9])?\Z"
MAX_NAME_LENGTH = 63
SLUG_RULE = "1 to 63 of a-z, 0-9, '-', '_' and '.'; it begins and ends with a letter or digit."
RESERVED = frozenset({"default"})  # what clients send that were told no namespace


def is_slug(name: str) -> bool:
    """What cannot be a name need not reach the database, which refuses some of it loudly (NUL)."""
    return re.match(SLUG_PATTERN, name) is not None


def validate_not_reserved(name: str) -> None:
    if name in RESERVED:
        raise ValidationError(f"{name!r} means 'no namespace' to OpenLineage clients.", code="reserved")


class ClaimPolicy(models.TextChoices):
    """What happens to an event whose job namespace nobody has claimed."""

    CLAIM = "claim", "first use claims it"
    REWRITE = "rewrite", "it is rewritten to the namespace's name"
    REJECT = "reject", "the event is refused"


class Namespace(models.Model):
    """Fields: FEATURES 117-127. The name never changes: it is in keys, topics and tables."""

    name = models.CharField(
        max_length=MAX_NAME_LENGTH,
        unique=True,
        validators=[RegexValidator(SLUG_PATTERN, SLUG_RULE, code="slug"), validate_not_reserved],
    )
    display_name = models.CharField(max_length=200, blank=True, validators=[validate_storable])
    description = models.TextField(blank=True, max_length=10_000, validators=[validate_storable])
    daily_event_quota = models.BigIntegerField(
        default=1_000_000,
        validators=[MinValueValidator(0)],
        help_text="Events, spans and data points per UTC day; 0 lets nothing in.",
    )
    rate_limit_per_s = models.PositiveIntegerField(
        default=0, editable=False, help_text="Events per second; 0 means no limit. Not settable before it is enforced."
    )
    storage_retention_days = models.PositiveIntegerField(
        default=90, validators=[MinValueValidator(1), MaxValueValidator(36_500)]
    )
    slack_webhook = models.CharField(max_length=500, blank=True, validators=[URLValidator(schemes=["https"])])
    notification_settings = models.JSONField(
        default=default_notifications, blank=True, validators=[validate_notifications]
    )
    cost_center = models.CharField(max_length=100, blank=True, validators=[validate_storable])
    compliance_level = models.CharField(max_length=100, blank=True, validators=[validate_storable])
    properties = models.JSONField(
        default=dict, blank=True, validators=[validate_properties], help_text="The namespace's own properties."
    )
    claim_policy = models.CharField(max_length=10, choices=ClaimPolicy.choices, default=ClaimPolicy.CLAIM)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1, editable=False, help_text="Grows with each change: the ETag.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[NamespaceQuerySet] = NamespaceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(name__regex=SLUG_PATTERN), name="namespace_name_is_slug")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        return self.display_name or self.name
