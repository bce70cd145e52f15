"""A run of a job, and the events that told of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from catalog.querysets import OwnedQuerySet
from namespaces.models import Namespace


class RunState(models.TextChoices):
    """OpenLineage's event types as states; UNKNOWN until an event says more."""

    UNKNOWN = "UNKNOWN", "unknown"
    RUNNING = "RUNNING", "running"
    COMPLETE = "COMPLETE", "completed"
    FAIL = "FAIL", "failed"
    ABORT = "ABORT", "aborted"


TERMINAL = frozenset({RunState.COMPLETE, RunState.FAIL, RunState.ABORT})


class Run(models.Model):
    """The state follows from all events whatever their order: a terminal one wins, of several the latest.

    `run_id` is the text the producer sent; `id` the hub's (`catalog.identity.run_uuid`). Should the events of one run
    name several jobs, the run is the job's of the oldest event. Runs are listed by `first_event_at`, which unlike
    `last_event_at` hardly moves while someone pages through them.
    """

    id = models.UUIDField(primary_key=True)
    run_id = models.CharField(max_length=256)
    job = models.ForeignKey("catalog.Job", on_delete=models.CASCADE, related_name="runs")
    owner = models.ForeignKey(Namespace, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.UNKNOWN)
    state_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    nominal_start_at = models.DateTimeField(null=True)
    nominal_end_at = models.DateTimeField(null=True)
    parent_run_id = models.CharField(max_length=256, blank=True)
    parent_job = models.CharField(max_length=5100, blank=True, help_text="Node id, as the parent facet names it.")
    error_message = models.TextField(blank=True)
    error_trace = models.TextField(blank=True)
    producer = models.CharField(max_length=1000, blank=True)
    facets = models.JSONField(default=dict, editable=False)
    first_event_at = models.DateTimeField()
    last_event_at = models.DateTimeField()

    objects: ClassVar[OwnedQuerySet] = OwnedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering: ClassVar = ["-first_event_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["owner", "-first_event_at", "-id"]),
            models.Index(fields=["owner", "-last_event_at", "-id"]),
            models.Index(fields=["job", "-first_event_at", "-id"]),
            models.Index(fields=["owner", "state", "-state_at"]),
            models.Index(fields=["owner", "run_id"]),
            models.Index(fields=["owner", "parent_run_id"]),
        ]

    def __str__(self) -> str:
        return self.run_id


class RunEvent(models.Model):
    """One event of a run; `event_id` is the hash of its bytes, so that a run keeps the same event once.

    The hash alone is no identity: two teams may send the same bytes.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events")
    event_id = models.CharField(max_length=64)
    event_type = models.CharField(max_length=64)
    event_time = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["event_time", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "event_id"], name="run_event_once")]

    def __str__(self) -> str:
        return f"{self.event_type} at {self.event_time}"


class RunDataset(models.Model):
    """A dataset that a run named; `statistics` e.g. {"rowCount": 10, "size": 2048}, of the newest event that has any."""

    dataset = models.ForeignKey("catalog.Dataset", on_delete=models.CASCADE, related_name="+")
    statistics = models.JSONField(default=dict)
    measured_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class RunInput(RunDataset):
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="inputs")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "dataset"], name="run_input_once")]
        indexes: ClassVar = [models.Index(fields=["dataset"])]

    def __str__(self) -> str:
        return f"{self.dataset} read by {self.run}"


class RunOutput(RunDataset):
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="outputs")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "dataset"], name="run_output_once")]
        indexes: ClassVar = [models.Index(fields=["dataset"])]

    def __str__(self) -> str:
        return f"{self.dataset} written by {self.run}"
