"""Which job and dataset namespaces of OpenLineage belong to which hub namespace."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from namespaces.models.validators import validate_indexable


class ClaimKind(models.TextChoices):
    JOB = "job", "job namespace"
    DATASET = "dataset", "dataset namespace"


class Claim(models.Model):
    """`pattern` is the whole text, or its beginning when `is_prefix`; the longest match wins."""

    namespace = models.ForeignKey("namespaces.Namespace", on_delete=models.CASCADE, related_name="claims")
    kind = models.CharField(max_length=10, choices=ClaimKind.choices)
    pattern = models.CharField(max_length=1024, validators=[validate_indexable])
    is_prefix = models.BooleanField(default=False)
    created_by = models.CharField(max_length=254, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["kind", "pattern"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "pattern", "is_prefix"], name="claim_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pattern}{'*' if self.is_prefix else ''}"
