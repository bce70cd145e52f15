"""Turns an event tuple into the bytes of an OpenLineage RunEvent; runs on the sender thread only.

Fed by data_lineage_hub._courier.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from traceback import TracebackException
from typing import Any

from openlineage.client.event_v2 import RunEvent
from openlineage.client.facet_v2 import (
    JobFacet,
    RunFacet,
    documentation_job,
    error_message_run,
    job_type_job,
    parent_run,
)
from openlineage.client.serde import Serde

from data_lineage_hub import _datasets
from data_lineage_hub._runs import Event, Job, Run, RunRef
from data_lineage_hub._version import PRODUCER

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017 -- Python 3.10
MAX_MESSAGE, MAX_TRACE = 8_000, 64_000
SCHEMA_URL = RunEvent._get_schema()  # noqa: SLF001 -- where the client keeps the version of the specification


def render(event: Event) -> bytes:
    run = event.run
    return json.dumps(
        {
            "eventType": event.type,
            "eventTime": timestamp(event.time_ns),
            "run": {"runId": run.ref.run_id, "facets": run_facets(run, event.error)},
            **job_part(run.job, run.config.namespace, run.config.dataset_namespace),
            "producer": PRODUCER,
            "schemaURL": SCHEMA_URL,
        },
        separators=(",", ":"),
        default=str,
    ).encode()


def timestamp(time_ns: int) -> str:
    return (EPOCH + timedelta(microseconds=time_ns // 1000)).isoformat(timespec="microseconds")


@lru_cache(maxsize=1024)
def job_part(job: Job, namespace: str, dataset_namespace: str) -> dict[str, Any]:
    """What all events of a decorated function share; made once."""
    facets: dict[str, JobFacet] = {
        "jobType": job_type_job.JobTypeJobFacet(
            processingType="BATCH", integration="PYTHON", jobType="FUNCTION", producer=PRODUCER
        )
    }
    if job.description:
        facets["documentation"] = documentation_job.DocumentationJobFacet(job.description, producer=PRODUCER)
    return {
        "job": {"namespace": namespace, "name": job.name, "facets": as_json(facets)},
        "inputs": _datasets.rendered(job.inputs, dataset_namespace),
        "outputs": _datasets.rendered(job.outputs, dataset_namespace),
    }


def run_facets(run: Run, error: TracebackException | None) -> dict[str, Any]:
    facets: dict[str, RunFacet] = {}
    if run.parent:
        facets["parent"] = parent(run.parent, run.root)
    if error:
        facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(
            message="".join(error.format_exception_only()).strip()[:MAX_MESSAGE],
            programmingLanguage="PYTHON",
            stackTrace="".join(error.format())[-MAX_TRACE:],
            producer=PRODUCER,
        )
    return as_json(facets)


def parent(above: RunRef, root: RunRef) -> parent_run.ParentRunFacet:
    return parent_run.ParentRunFacet(
        run=parent_run.Run(above.run_id),
        job=parent_run.Job(above.job_namespace, above.job_name),
        root=parent_run.Root(
            run=parent_run.RootRun(root.run_id), job=parent_run.RootJob(root.job_namespace, root.job_name)
        ),
        producer=PRODUCER,
    )


def as_json(facets: dict[str, Any]) -> dict[str, Any]:
    return {name: Serde.to_dict(facet) for name, facet in facets.items()}
