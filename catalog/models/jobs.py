"""A job: what reads and writes datasets, run by run."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from catalog.identity import job_node
from catalog.models.nodes import Node, node_indexes


class Job(Node):
    """`job_type` e.g. {"integration": "DBT", "jobType": "MODEL", "processingType": "BATCH"}.

    `is_declared` tells whether the owner has sent an event of this job; until then others have only named it
    (explicit lineage can), and the first to send one takes it.
    """

    job_type = models.JSONField(default=dict)
    sql = models.TextField(blank=True)
    source_url = models.CharField(max_length=2000, blank=True)
    is_declared = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["namespace", "name"]
        indexes: ClassVar = node_indexes("job")

    @property
    def node_id(self) -> str:
        return job_node(self.namespace, self.name)
