"""How much a namespace used on a day, by outcome."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Usage(models.Model):
    """One row per namespace and UTC day. Counts are items: events, spans, data points."""

    namespace = models.ForeignKey("namespaces.Namespace", on_delete=models.CASCADE, related_name="usage")
    day = models.DateField()
    accepted = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    throttled = models.BigIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-day"]
        verbose_name_plural = "usage"
        constraints: ClassVar = [models.UniqueConstraint(fields=["namespace", "day"], name="usage_once_per_day")]

    def __str__(self) -> str:
        return f"{self.namespace} on {self.day}"
