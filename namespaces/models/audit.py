"""Who did what: append-only, each entry bound to the one before it by a hash."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class AuditEntry(models.Model):
    """`action` is a dotted verb of `namespaces.audit.Action`. A database trigger refuses UPDATE and DELETE."""

    at = models.DateTimeField()
    action = models.CharField(max_length=60)
    actor = models.CharField(max_length=300, help_text="As it was then: e-mail, key or system.")
    namespace = models.CharField(max_length=63, blank=True, help_text="Name, kept when the namespace is gone.")
    target = models.CharField(max_length=300, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name_plural = "audit entries"
        indexes: ClassVar = [models.Index(fields=["namespace", "-id"])]

    def __str__(self) -> str:
        return f"{self.action} {self.target} by {self.actor}"
