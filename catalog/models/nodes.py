"""What datasets and jobs have in common: they are the nodes of the graph."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Left, Upper

from catalog.querysets import OwnedQuerySet
from namespaces.models import Namespace

# Two texts of this length and an id fit into a B-tree entry (2,704 bytes) even where each character has four bytes;
# whole names do not. So lists are sorted by the beginnings, and then by id.
SORTED_CHARACTERS = 200


def node_indexes(kind: str) -> list[models.Index]:
    """For lists, for what is new, for search; an abstract class cannot hold them, because they need a name each."""
    return [
        models.Index(
            "owner",
            Left("namespace", SORTED_CHARACTERS),
            Left("name", SORTED_CHARACTERS),
            "id",
            name=f"catalog_{kind}_list",
        ),
        models.Index(fields=["owner", "-last_seen_at"], name=f"catalog_{kind}_new"),
        GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name=f"catalog_{kind}_name"),
    ]


class Node(models.Model):
    """`id` follows from kind, namespace and name (`catalog.identity`); `owner` is the hub namespace that governs it.

    `namespace` is OpenLineage's (where the data or the scheduler is), `owner` is the hub's (whose it is).
    `facets` is what was said and when (`catalog.projection.statements`); what people read follows from it.
    """

    id = models.UUIDField(primary_key=True)
    namespace = models.CharField(max_length=1024)
    name = models.CharField(max_length=4000)
    owner = models.ForeignKey(Namespace, on_delete=models.PROTECT, related_name="+")
    description = models.TextField(blank=True)
    tags = models.JSONField(default=list)
    facets = models.JSONField(default=dict, editable=False)
    first_seen_at = models.DateTimeField(help_text="Event time of the oldest event that names it.")
    last_seen_at = models.DateTimeField(help_text="Event time of the newest event that names it.")

    objects: ClassVar[OwnedQuerySet] = OwnedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.node_id

    @property
    def node_id(self) -> str:
        raise NotImplementedError
