"""Applies one event to the catalog, in one transaction.

Idempotent and independent of order: each value that people read follows from minima, maxima and the newest statement on
each subject, none from what came first. The same event of a run again is known by its id and changes nothing at all.
Two things do depend on arrival, on purpose: who takes a dataset or a job that nobody claims (`datasets`, `jobs`).

Fed by consumers.handlers.catalog.
Feeds catalog.models, which catalog.graph, catalog.search, catalog.api and the portal read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from catalog.projection import arrows, datasets, jobs, runs
from catalog.projection.errors import Unprojectable
from catalog.projection.reading import Reader
from namespaces.facts import facts_of


def apply(
    event: Mapping[str, Any], *, namespace: str, event_id: str, received_at: datetime, job_namespace: str = ""
) -> None:
    """Take in one event of a hub namespace. `job_namespace` replaces the event's own where the door rewrote it.

    Raises Unprojectable, and then has changed nothing.
    """
    facts = facts_of(namespace)
    if facts is None:
        raise Unprojectable("unknown_namespace", f"The hub has no active namespace {namespace!r}.")
    told = Reader(event, hub_namespace=namespace, received_at=received_at, job_namespace=job_namespace).read()
    with transaction.atomic():
        if told.run and runs.knows(told.run, event_id):
            return
        jobs.keep(told, facts.id)
        datasets.keep(told, facts.id)
        if told.run and told.job:
            runs.keep(told.run, told.job, told, facts.id, event_id=event_id, received_at=received_at)
        arrows.keep(told)
