"""API keys: shown once, kept as a readable lookup part and an HMAC of the whole."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from namespaces.models.validators import validate_storable


class Scope(models.TextChoices):
    """What a key may do in its namespace."""

    LINEAGE_WRITE = "lineage:write", "send lineage"
    TELEMETRY_WRITE = "telemetry:write", "send telemetry"
    READ = "read", "read the catalog"
    ADMIN = "admin", "govern the namespace"


class ApiKey(models.Model):
    """`dlh_<lookup><secret><checksum>`; nothing here is enough to make the key again."""

    namespace = models.ForeignKey("namespaces.Namespace", on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100, validators=[validate_storable])
    lookup = models.CharField(max_length=16, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    scopes = ArrayField(models.CharField(max_length=30, choices=Scope.choices), default=list)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_by = models.CharField(max_length=254, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "API key"
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} (dlh_{self.lookup}…)"
