"""Prepares the copy of an event that Marquez can take without harm: pure, and the same again when done twice.

Marquez refuses some events that the specification allows, and takes some that break its own reads for everybody; both are
mended here, or kept away. The event itself rests unchanged in the log. Each rule's reason: Marquez 0.51.1 as recorded
(`tests/services`, research in docs/explanation).

Fed by consumers/handlers/marquez.py
Feeds backends/lineage
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeGuard
from uuid import UUID

import msgspec

from backends.eventlog import headers
from catalog.identity import run_uuid
from catalog.projection import times
from consumers import marquez_facets as facets
from consumers.lineage_json import Unreadable, event_of
from consumers.marquez_facets import DEFAULT_PRODUCER, Json, Repair, is_uri

SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/"
KINDS = {"run": "RunEvent", "dataset": "DatasetEvent", "job": "JobEvent"}  # by shape, in this order
MAX_JOB_BYTES = 1200  # name and namespace together: an index of Marquez's holds both twice
MAX_DATASET_BYTES = 2600
MAX_EVENT_TYPE = 64
HARMLESS_ALONE = {"START", "COMPLETE", "FAIL", "ABORT"}


@dataclass(frozen=True, slots=True)
class Forward:
    event: bytes


@dataclass(frozen=True, slots=True)
class Skip:
    """Marquez is better off without it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Dead:
    """Marquez can never take it."""

    reason: str
    error: str


class Unfit(Exception):
    """Cannot be mended, and so neither can the event."""

    def __init__(self, reason: str, error: str) -> None:
        super().__init__(error)
        self.dead = Dead(reason, error)


def prepare(value: bytes, about: Mapping[str, str]) -> Forward | Skip | Dead:
    """`about` are the envelope's headers."""
    try:
        event = event_of(value)
        copy = Preparation(event, about).copy()
    except Unreadable as error:
        return Dead(error.reason, error.error)
    except Unfit as unfit:
        return unfit.dead
    is_bare = not copy.get("inputs") and not copy.get("outputs")
    if "run" in copy and is_bare and copy["eventType"] not in HARMLESS_ALONE:
        return Skip("bare_progress")  # it would move the run's start and clear its job's edges
    return Forward(msgspec.json.encode(copy))


class Preparation:
    """One event under preparation."""

    def __init__(self, event: Json, about: Mapping[str, str]) -> None:
        self._event = event
        self._hub_namespace = about.get(headers.NAMESPACE, "")
        self._received_at = times.parse(about.get(headers.RECEIVED_AT))
        sent = members(event.get("job")).get("namespace")
        rewritten = about.get(headers.JOB_NAMESPACE)
        self._renamed = {sent: rewritten} if rewritten and isinstance(sent, str) else {}
        self._producer = event["producer"] if is_uri(event.get("producer")) else DEFAULT_PRODUCER

    def copy(self) -> Json:
        part = next((part for part in KINDS if isinstance(self._event.get(part), dict)), None)
        if part is None:
            raise Unfit("invalid", "Neither run, nor dataset, nor job.")
        core = {"eventTime": self.event_time(), "producer": self._producer, "schemaURL": self.schema_url(KINDS[part])}
        make: Mapping[str, Callable[[], Json]] = {
            "run": self.run_event,
            "dataset": self.dataset_event,
            "job": self.job_event,
        }
        rest = {name: value for name, value in self._event.items() if name not in {*KINDS, "inputs", "outputs"}}
        return rest | core | make[part]()

    def run_event(self) -> Json:
        job = self.job()
        run = members(self._event.get("run"))
        run_id = self.run_id(required(run, "runId", "run"), job["namespace"])
        said = self.facets(run.get("facets"), {"parent": self.parent, "parentRun": self.parent, **facets.OF_RUN})
        sent = self._event.get("eventType")
        event_type = sent.upper() if isinstance(sent, str) and sent.isascii() else ""
        if not 0 < len(event_type) <= MAX_EVENT_TYPE:
            event_type = "OTHER"
        return {"eventType": event_type, "run": run | {"runId": run_id, "facets": said}, "job": job, **self.datasets()}

    def job_event(self) -> Json:
        return {"job": self.job(), **self.datasets()}

    def dataset_event(self) -> Json:
        return {"dataset": self.dataset(self._event.get("dataset"))}

    def event_time(self) -> str:
        """RFC 3339 in UTC; of a time that nobody can read, when the door received it."""
        at = times.parse(self._event.get("eventTime")) or self._received_at
        if at is None:
            raise Unfit("invalid", f"eventTime is no time: {str(self._event.get('eventTime'))[:100]}")
        return rfc3339(at)

    def schema_url(self, kind: str) -> str:
        """Marquez goes by the text after the last slash and nothing else."""
        sent = self._event.get("schemaURL")
        return sent if is_uri(sent) and sent.rpartition("/")[2] == kind else SPEC + kind

    def run_id(self, sent: str, job_namespace: str) -> str:
        """The UUID, or the hub's own for a run id of another form: Marquez's would be the same for every namespace."""
        try:
            return str(UUID(sent))
        except ValueError:
            return str(run_uuid(self._hub_namespace, job_namespace, sent))

    def job(self) -> Json:
        job = members(self._event.get("job"))
        sent, name = required(job, "namespace", "job"), required(job, "name", "job")
        namespace = self._renamed.get(sent, sent)
        fits(namespace + name, MAX_JOB_BYTES, "job")
        return job | {"namespace": namespace, "name": name, "facets": self.facets(job.get("facets"), facets.OF_JOB)}

    def datasets(self) -> Json:
        return {role: [self.dataset(item) for item in self.items(role)] for role in ("inputs", "outputs")}

    def items(self, role: str) -> list[Any]:
        sent = self._event.get(role)
        if not isinstance(sent, list | None):
            raise Unfit("invalid", f"{role} is no list.")
        return sent or []

    def dataset(self, sent: Any) -> Json:
        dataset = members(sent)
        namespace, name = required(dataset, "namespace", "dataset"), required(dataset, "name", "dataset")
        if not facets.is_legal_namespace(namespace):
            error = f"Marquez takes no dataset namespace like {namespace[:100]!r}: letters, digits and :;=/_-.@+ only."
            raise Unfit("illegal_namespace", error)
        fits(name, MAX_DATASET_BYTES, "dataset")
        said = facets.with_source(members(dataset.get("facets")), namespace)
        roles = {key: self.facets(dataset.get(key), {}) for key in ("inputFacets", "outputFacets") if key in dataset}
        return dataset | roles | {"facets": self.facets(said, facets.OF_DATASET)}

    def facets(self, sent: Any, repairs: Mapping[str, Repair]) -> Json:
        return facets.mended(members(sent), repairs, self._producer)

    def parent(self, facet: Json) -> Json | None:
        """The parent under the names and ids that its own events get."""
        run, job = members(facet.get("run")), members(facet.get("job"))
        sent, name, run_id = job.get("namespace"), job.get("name"), run.get("runId")
        if not (is_said(sent) and is_said(name) and is_said(run_id)):
            return None
        namespace = self._renamed.get(sent, sent)
        return facet | {
            "run": run | {"runId": self.run_id(run_id, namespace)},
            "job": job | {"namespace": namespace},
        }


def members(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def is_said(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value.strip())


def required(holder: Json, member: str, of: str) -> str:
    value = holder.get(member)
    if not isinstance(value, str):
        raise Unfit("invalid", f"{of}.{member} is missing or no text.")
    if not value.strip():
        raise Unfit(
            "blank_name", f"{of}.{member} is blank: Marquez would take it and then fail on every list it is in."
        )
    return value


def fits(text: str, max_bytes: int, what: str) -> None:
    if len(text.encode()) > max_bytes:
        raise Unfit("too_long", f"The {what}'s name is longer than the {max_bytes} bytes that Marquez can index.")


def rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
