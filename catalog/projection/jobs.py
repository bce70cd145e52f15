"""Keeps the jobs that events tell of.

A job is its owner's: the hub namespace that sent its first event. Nobody else can change or take it, unless a claim has
since given its namespace to them. Jobs that explicit lineage merely names wait, undeclared, for their owner's event.
"""

from __future__ import annotations

from catalog.models import Job
from catalog.projection.errors import Unprojectable
from catalog.projection.nodes import Ref
from catalog.projection.reading import Told
from catalog.projection.rows import locked
from catalog.projection.statements import newest, said, value_of
from namespaces import claims


def keep(told: Told, owner_id: int) -> None:
    refs = told.refs("job")
    if not refs:
        return
    with locked(Job, [blank(ref, told, owner_id) for ref in refs]) as rows:
        for row in rows.values():
            row.first_seen_at = min(row.first_seen_at, told.at)
            row.last_seen_at = max(row.last_seen_at, told.at)
        if told.job is not None:
            declare(rows[told.job.id], told, owner_id)


def blank(ref: Ref, told: Told, owner_id: int) -> Job:
    if ref != told.job:
        owner_id = claims.owner_of("job", ref.namespace) or owner_id
    return Job(
        id=ref.id,
        namespace=ref.namespace,
        name=ref.name,
        owner_id=owner_id,
        first_seen_at=told.at,
        last_seen_at=told.at,
    )


def declare(row: Job, told: Told, owner_id: int) -> None:
    """The owner's own event of this job."""
    if row.owner_id != owner_id:
        take_over(row, owner_id)
    row.is_declared = True
    row.facets = newest((row.facets, said(told.job_says, told.at)))
    row.description = value_of(row.facets, "description", "")
    row.tags = value_of(row.facets, "tags", [])
    row.sql = value_of(row.facets, "sql", "")
    row.source_url = value_of(row.facets, "source_url", "")
    row.job_type = value_of(row.facets, "job_type", {})


def take_over(row: Job, owner_id: int) -> None:
    claim = claims.owner_of("job", row.namespace)
    if claim != owner_id and (row.is_declared or claim is not None):
        raise Unprojectable("foreign_job", f"{row.node_id} belongs to another namespace; its name must be claimed.")
    row.owner_id, row.facets = owner_id, {}
