"""The arrows of the graph: links between two nodes, in the direction in which data flows."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class EdgeKind(models.TextChoices):
    READ = "read", "dataset → job"
    WRITE = "write", "job → dataset"
    DERIVE = "derive", "dataset → dataset"
    TRIGGER = "trigger", "job → job"


class Edge(models.Model):
    """`source` and `target` are node UUIDs, of which table the kind says. Not a product of inputs and outputs."""

    source = models.UUIDField()
    target = models.UUIDField()
    kind = models.CharField(max_length=10, choices=EdgeKind.choices)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["source", "target"], name="edge_once")]
        indexes: ClassVar = [models.Index(fields=["target"])]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"
