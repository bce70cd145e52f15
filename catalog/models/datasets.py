"""A dataset: a table, file, topic or model that jobs read and write."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from catalog.identity import dataset_node
from catalog.models.nodes import Node, node_indexes


class Dataset(Node):
    """`fields` is [{"name", "type", "description"}], each column once; `source` is the connection's label.

    `has_writer` tells whether the owner is known by writing; until then it is the first namespace that named it.
    `written_at` is the event time of the newest run event that names it as an output.
    `facets` is kept by hub namespace: {namespace id: statements}, only the owner's once there is a writer or a claim.
    """

    fields = models.JSONField(default=list)
    source = models.CharField(max_length=1024, blank=True)
    has_writer = models.BooleanField(default=False)
    written_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["namespace", "name"]
        indexes: ClassVar = node_indexes("dataset")

    @property
    def node_id(self) -> str:
        return dataset_node(self.namespace, self.name)
