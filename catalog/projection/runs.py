"""Keeps the runs that events tell of, with their events and the datasets they named.

A run belongs to the hub namespace that sent it: its identity is derived from that (`catalog.identity.run_uuid`), so no
other namespace can reach it. A parent that a facet names is kept as a reference, never made up as a job or a run.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from catalog.identity import job_node
from catalog.models import TERMINAL, Run, RunEvent, RunInput, RunOutput
from catalog.projection import states, times
from catalog.projection.nodes import Ref
from catalog.projection.reading import Mention, RunTold, Told
from catalog.projection.rows import locked
from catalog.projection.statements import newest, said, value_of


def knows(run: RunTold, event_id: str) -> bool:
    return RunEvent.objects.filter(run_id=run.id, event_id=event_id).exists()


def keep(run: RunTold, job: Ref, told: Told, owner_id: int, *, event_id: str, received_at: datetime) -> None:
    blank = Run(
        id=run.id, run_id=run.run_id, job_id=job.id, owner_id=owner_id, first_event_at=told.at, last_event_at=told.at
    )
    with locked(Run, [blank]) as rows:
        hear(rows[run.id], run, job, told.at)
    event = RunEvent(
        run_id=run.id, event_id=event_id, event_type=run.event_type, event_time=told.at, received_at=received_at
    )
    RunEvent.objects.bulk_create([event], ignore_conflicts=True)
    for model, role in ((RunInput, "inputs"), (RunOutput, "outputs")):
        keep_datasets(model, run, [mention for mention in told.mentions if mention.role == role], told.at)


def hear(row: Run, run: RunTold, job: Ref, at: datetime) -> None:
    row.first_event_at, row.job_id = min((row.first_event_at, row.job_id), (at, job.id))
    row.last_event_at = max(row.last_event_at, at)
    if run.event_type == "START":
        row.started_at = min(row.started_at or at, at)
    state = states.state_of(run.event_type)
    if states.weight(state, at) > states.weight(row.state, row.state_at):
        row.state, row.state_at = state, at
    row.ended_at = row.state_at if row.state in TERMINAL else None
    row.facets = newest((row.facets, said(run.says, at)))
    show(row)


def show(row: Run) -> None:
    """What people read follows from the statements."""
    row.producer = value_of(row.facets, "producer", "")
    row.error_message, row.error_trace = value_of(row.facets, "error", ["", ""])
    row.nominal_start_at, row.nominal_end_at = map(times.parse, value_of(row.facets, "nominal", ["", ""]))
    row.parent_run_id, namespace, name = value_of(row.facets, "parent", ["", "", ""])
    row.parent_job = job_node(namespace, name) if namespace and name else ""


def keep_datasets(model: type[RunInput | RunOutput], run: RunTold, mentions: list[Mention], at: datetime) -> None:
    """The run's row is locked, so nobody else writes these. Of the statistics the newest count."""
    if not mentions:
        return
    manager: Any = model._default_manager  # noqa: SLF001 -- Django's documented way to any model's manager
    known = {row.dataset_id: row for row in manager.filter(run_id=run.id)}
    told: dict[UUID, RunInput | RunOutput] = {}
    for mention in mentions:
        row = told.setdefault(mention.ref.id, model(run_id=run.id, dataset_id=mention.ref.id))
        if mention.statistics:
            row.statistics, row.measured_at = {**row.statistics, **mention.statistics}, at
    news = [row for pk, row in told.items() if pk not in known or weight(row) > weight(known[pk])]
    if news:
        kept = ["statistics", "measured_at"]
        manager.bulk_create(news, update_conflicts=True, unique_fields=["run", "dataset"], update_fields=kept)


def weight(row: RunInput | RunOutput) -> tuple[datetime, str]:
    return row.measured_at or states.FIRST, json.dumps(row.statistics, sort_keys=True)
