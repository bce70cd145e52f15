"""Reads an event into what it says of jobs, datasets, runs and arrows; pure, and knows no tables.

Which of the three kinds an event is follows from its shape, never from its `schemaURL`, which producers get wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from catalog.identity import run_uuid
from catalog.projection import edges, facets, times
from catalog.projection.errors import Unprojectable
from catalog.projection.facets import members, text
from catalog.projection.nodes import Ref

Role = Literal["inputs", "outputs", "dataset"]


@dataclass(frozen=True)
class Mention:
    """A dataset as the event names it; the same one may be named several times."""

    ref: Ref
    role: Role
    says: Mapping[str, Any]
    statistics: Mapping[str, Any]


@dataclass(frozen=True)
class RunTold:
    """What the event says of its run. `run_id` is the text people know it by."""

    id: UUID
    run_id: str
    event_type: str
    says: Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """Everything that an event says."""

    at: datetime
    job: Ref | None = None
    job_says: Mapping[str, Any] = field(default_factory=dict)
    run: RunTold | None = None
    mentions: tuple[Mention, ...] = ()
    pairs: frozenset[edges.Pair] = frozenset()

    def refs(self, kind: str) -> set[Ref]:
        """Every node of a kind that the event names, at either end of an arrow too."""
        named = {mention.ref for mention in self.mentions} | {end for pair in self.pairs for end in pair}
        return {ref for ref in named | ({self.job} if self.job else set()) if ref.kind == kind}


class Reader:
    """Reads one event. `job_namespace`, when given, stands for the event's own job namespace wherever that is named."""

    def __init__(
        self, event: Mapping[str, Any], *, hub_namespace: str, received_at: datetime, job_namespace: str
    ) -> None:
        self._event = event
        self._hub_namespace = hub_namespace
        self._at = times.parse(event.get("eventTime")) or received_at
        sent = text(members(event.get("job")).get("namespace"))
        self._renamed = {sent: job_namespace} if job_namespace else {}

    def read(self) -> Told:
        if members(self._event.get("run")):
            return self._of_job(is_run=True)
        if members(self._event.get("dataset")):
            return self._of_dataset()
        return self._of_job(is_run=False)

    def ref(self, kind: str, holder: Mapping[str, Any]) -> Ref:
        namespace, name = text(holder.get("namespace")), text(holder.get("name"))
        if kind == "job":
            return Ref("job", self._renamed.get(namespace, namespace), name)
        return Ref("dataset", namespace, name)

    def _of_job(self, *, is_run: bool) -> Told:
        sent = members(self._event.get("job"))
        job = self.ref("job", sent).checked()
        mentions = (*self._mentions("inputs"), *self._mentions("outputs"))
        inputs = [mention.ref for mention in mentions if mention.role == "inputs"]
        outputs = [mention.ref for mention in mentions if mention.role == "outputs"]
        lineage = members(sent.get("facets")).get("lineage")
        explicit = (*edges.of_job_facet(lineage, job, self.ref), *self._explicit_of_datasets(job))
        return Told(
            at=self._at,
            job=job,
            job_says=facets.of_job(sent.get("facets")),
            run=self._run(job) if is_run else None,
            mentions=mentions,
            pairs=frozenset(edges.pairs(job, inputs, outputs, explicit)),
        )

    def _of_dataset(self) -> Told:
        mention = self._mention(members(self._event.get("dataset")), "dataset")
        explicit = self._explicit(members(self._event.get("dataset")), None)
        return Told(at=self._at, mentions=(mention,), pairs=frozenset(edges.pairs(None, (), (), explicit)))

    def _run(self, job: Ref) -> RunTold:
        sent = members(self._event.get("run"))
        run_id = text(sent.get("runId"))
        if not run_id.strip():
            raise Unprojectable("invalid_event", "A run event has no run.runId.")
        says = facets.of_run(sent.get("facets")) | {"producer": text(self._event.get("producer"), 1000)}
        if parent := says.get("parent"):
            says["parent"] = [parent[0], self._renamed.get(parent[1], parent[1]), parent[2]]
        event_type = text(self._event.get("eventType"), 64).upper() or "OTHER"
        return RunTold(run_uuid(self._hub_namespace, job.namespace, run_id), known_as(run_id), event_type, says)

    def _mentions(self, role: Literal["inputs", "outputs"]) -> Iterator[Mention]:
        sent = self._event.get(role)
        for dataset in sent if isinstance(sent, list) else ():
            yield self._mention(members(dataset), role)

    def _mention(self, dataset: Mapping[str, Any], role: Role) -> Mention:
        statistics: Mapping[str, Any] = {}
        if role != "dataset":
            kind = role.removesuffix("s")
            statistics = facets.statistics(dataset.get(f"{kind}Facets"), f"{kind}Statistics")
        ref = self.ref("dataset", dataset).checked()
        return Mention(ref, role, facets.of_dataset(dataset.get("facets")), statistics)

    def _explicit_of_datasets(self, job: Ref) -> Iterator[edges.Pair]:
        for role in ("inputs", "outputs"):
            for dataset in facets.items(self._event.get(role)):
                yield from self._explicit(dataset, job)

    def _explicit(self, dataset: Mapping[str, Any], job: Ref | None) -> Iterator[edges.Pair]:
        lineage = members(dataset.get("facets")).get("lineage")
        return edges.of_inputs(lineage, self.ref("dataset", dataset), job, self.ref)


def known_as(run_id: str) -> str:
    """One spelling per run, so that it does not depend on which event came first."""
    try:
        return str(UUID(run_id))
    except ValueError:
        return run_id[:256]
