"""Run: what happened?"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from backends.errors import BackendError
from backends.telemetry import reads, telemetry_store
from catalog.models import Dataset, Run
from hubsite.portal.pages import page
from hubsite.portal.series import Series, series_of
from hubsite.portal.waterfall import Waterfall, waterfall
from namespaces.actors import Actor
from namespaces.errors import NotFound
from namespaces.requests import ActorRequest

logger = logging.getLogger(__name__)
MOST_CHILDREN = 50
MOST_EVENTS = 100


@dataclass(frozen=True, slots=True)
class Telemetry:
    """What the store knows of the run; `is_away` when it could not be asked."""

    waterfall: Waterfall | None = None
    metrics: Sequence[Series] = ()
    is_away: bool = False


def telemetry_of(run: Run) -> Telemetry:
    """Of the run's own namespace alone: a run id is a word that any namespace may use."""
    namespaces = [run.owner.name]
    try:
        store = telemetry_store.get()
        spans = reads.spans_of_run(store, namespaces, run.run_id)
        return Telemetry(waterfall(spans), series_of(reads.metrics_of_run(store, namespaces, run.run_id)))
    except BackendError as error:
        logger.warning("No telemetry for the page of a run: %s", error)
        return Telemetry(is_away=True)


@dataclass(frozen=True, slots=True)
class Part:
    """A dataset that the run read or wrote; None when it is another namespace's."""

    dataset: Dataset | None
    statistics: Mapping[str, Any]


def parts_of(actor: Actor, run: Run) -> tuple[list[Part], list[Part]]:
    inputs, outputs = list(run.inputs.all()), list(run.outputs.all())
    visible = Dataset.objects.visible_to(actor).in_bulk([row.dataset_id for row in (*inputs, *outputs)])
    read, written = ([Part(visible.get(row.dataset_id), row.statistics) for row in rows] for rows in (inputs, outputs))
    return read, written


@page
def run(request: ActorRequest, uuid: UUID) -> HttpResponse:
    mine = Run.objects.visible_to(request.actor).select_related("job", "owner")
    found = mine.filter(pk=uuid).first()
    if found is None:
        raise NotFound("There is no such run that you can see.")
    inputs, outputs = parts_of(request.actor, found)
    return render(
        request,
        "pages/run.html",
        {
            "run": found,
            "namespace": found.owner,
            "events": found.events.order_by("event_time", "received_at")[:MOST_EVENTS],
            "inputs": inputs,
            "outputs": outputs,
            "parent": mine.filter(run_id=found.parent_run_id, owner=found.owner).first()
            if found.parent_run_id
            else None,
            "children": mine.filter(parent_run_id=found.run_id, owner=found.owner)[:MOST_CHILDREN],
            "telemetry": telemetry_of(found),
        },
    )
