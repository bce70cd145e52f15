"""The core of an OpenLineage event: what the hub reads of it at the door; facets are not even looked into.

Two readers make the same `Core`. msgspec reads the great majority in one pass (3 µs). What it refuses is read again,
member by member, by `Explanation`: it finds every place that is wrong, or only oddities that are tolerated.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ingest import limits
from ingest.codes import Odd, Reject
from ingest.documents import pointer
from namespaces.errors import FieldError


class Facet(msgspec.Struct, gc=False):
    """Some object: msgspec passes over what is in it without reading it."""


Facets = dict[str, Facet] | None


class Run(msgspec.Struct, rename="camel"):
    run_id: str
    facets: Facets = None


class Job(msgspec.Struct):
    namespace: str
    name: str
    facets: Facets = None


class Dataset(msgspec.Struct, rename="camel"):
    namespace: str
    name: str
    facets: Facets = None
    input_facets: Facets = None
    output_facets: Facets = None


class Core(msgspec.Struct, rename="camel"):
    """One of three shapes (OpenLineage 2-0-2): with `run` a RunEvent, else with `dataset` a DatasetEvent, else a JobEvent.

    The discriminating members of the other shapes may hold anything, as may those that are only warned about.
    """

    event_time: str
    event_type: Any = None
    producer: Any = None
    schema_url: Any = msgspec.field(name="schemaURL", default=None)
    run: Run | None = None
    dataset: Dataset | None = None
    job: Job | None = None
    inputs: list[Dataset] | msgspec.UnsetType | None = msgspec.UNSET
    outputs: list[Dataset] | msgspec.UnsetType | None = msgspec.UNSET


class Explanation:
    """Reads a parsed event member by member. `errors` and `warnings` hold the wrong and the odd places, up to a bound."""

    def __init__(self, event: dict[str, Any]) -> None:
        self.errors: list[FieldError] = []
        self.warnings: list[FieldError] = []
        self.core = self._core(event)

    def _core(self, event: dict[str, Any]) -> Core:
        core = Core(
            event_time=self._text(event, "eventTime"),
            event_type=event.get("eventType"),
            producer=event.get("producer"),
            schema_url=event.get("schemaURL"),
        )
        if event.get("run") is not None:
            core.run = self._run(event["run"])
            core.job = self._job(event)
        elif event.get("dataset") is not None:
            core.dataset = self._dataset(event["dataset"], "dataset")
        elif event.get("job") is not None:
            core.job = self._job(event)
        if core.dataset is None:
            core.inputs = self._datasets(event, "inputs")
            core.outputs = self._datasets(event, "outputs")
        return core

    def _run(self, value: Any) -> Run:
        run = self._object(value, "run")
        self._check_facets(run, "facets", "run")
        return Run(self._text(run, "runId", "run"))

    def _job(self, event: dict[str, Any]) -> Job | None:
        if event.get("job") is None:
            return None  # the rules say so: one place for both readers
        job = self._object(event["job"], "job")
        self._check_facets(job, "facets", "job")
        return Job(self._text(job, "namespace", "job"), self._text(job, "name", "job"))

    def _dataset(self, value: Any, *path: str | int) -> Dataset:
        dataset = self._object(value, *path)
        for member in ("facets", "inputFacets", "outputFacets"):
            self._check_facets(dataset, member, *path)
        return Dataset(self._text(dataset, "namespace", *path), self._text(dataset, "name", *path))

    def _datasets(self, event: dict[str, Any], member: str) -> list[Dataset] | msgspec.UnsetType | None:
        value = event.get(member, msgspec.UNSET)
        if value is None or value is msgspec.UNSET:
            return value
        if not isinstance(value, list):
            self._wrong(Reject.WRONG_TYPE, "This must be a list.", member)
            return None
        return [self._dataset(item, member, index) for index, item in enumerate(value[: limits.DATASETS + 1])]

    def _object(self, value: Any, *path: str | int) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        self._wrong(Reject.WRONG_TYPE, "This must be an object.", *path)
        return UNREADABLE

    def _text(self, parent: dict[str, Any], member: str, *path: str | int) -> str:
        if parent is UNREADABLE:
            return ""
        value = parent.get(member)
        if isinstance(value, str):
            return value
        if value is None:
            self._wrong(Reject.REQUIRED, "This is missing.", *path, member)
        else:
            self._wrong(Reject.WRONG_TYPE, "This must be text.", *path, member)
        return ""

    def _check_facets(self, parent: dict[str, Any], member: str, *path: str | int) -> None:
        facets = parent.get(member)
        if facets is None:
            return
        if not isinstance(facets, dict):
            self._odd(*path, member)
            return
        for name, facet in facets.items():
            if not isinstance(facet, dict):
                self._odd(*path, member, name)

    def _wrong(self, code: Reject, message: str, *path: str | int) -> None:
        if len(self.errors) < limits.REPORTED_ERRORS:
            self.errors.append(FieldError(pointer(*path), code, message))

    def _odd(self, *path: str | int) -> None:
        if len(self.warnings) < limits.REPORTED_ERRORS:
            self.warnings.append(FieldError(pointer(*path), Odd.FACET, "No object: kept, but not read."))


UNREADABLE: dict[str, Any] = {}  # stands for what was no object: its members are not missed one by one
