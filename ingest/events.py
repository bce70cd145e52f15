"""Judges one OpenLineage event: its exact bytes in, an `Event` with warnings out, or every reason why not.

Rejects only what would make an edge unusable (CONTRACT.md, "Events: accept and reject"); stock integrations send much
that is odd, and all of that comes in with a warning.

Fed by `ingest.lineage`.
Feeds `ingest.envelopes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

import msgspec

from ingest import limits
from ingest.codes import Odd, Reject
from ingest.documents import check_depth, decode, pointer, value_of
from ingest.shapes import Core, Dataset, Explanation
from namespaces.errors import FieldError, Invalid, TooLarge

EVENT_TYPES = frozenset({"START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"})
ZONE_NAME = re.compile(r"\[[^\]]*\]$")  # java.time's ZonedDateTime writes 2026-01-01T00:00:00Z[Europe/London]
PLAIN_TIME = re.compile(r"[^.]*(?:\.\d{1,6})?(?:Z|[+-]\d\d:?\d\d)")
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
CANONICAL_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Event:
    """A judged event. `value` is what came in, to the byte; `run_id` is in canonical form when it is a UUID."""

    kind: Literal["run", "job", "dataset"]
    value: bytes
    run_id: str
    job_namespace: str
    name: str  # "<namespace>/<name>" of the job or dataset
    warnings: tuple[FieldError, ...] = ()


def judge(raw: bytes | msgspec.Raw) -> Event:
    """Raise TooLarge, Malformed or Invalid; otherwise the event may come in, as far as its own content goes."""
    value = bytes(raw)
    if len(value) > limits.EVENT_BYTES:
        raise TooLarge(
            f"An event may have at most {limits.EVENT_BYTES // limits.MIB} MiB, this one has {len(value)} bytes."
        )
    core, errors, odd_facets = _read(value)
    check_depth(value)
    errors += [error for error in _broken_rules(core) if not _is_told(error, errors)]
    if errors:
        raise _invalid(errors[: limits.REPORTED_ERRORS])
    return _event(value, core, odd_facets)


def _read(value: bytes) -> tuple[Core, list[FieldError], list[FieldError]]:
    """The core, with what is wrong and what is odd about its shape."""
    try:
        return decode(value, Core), [], []
    except msgspec.ValidationError:
        event = value_of(value)
    if not isinstance(event, dict):
        raise _invalid([FieldError("", Reject.NOT_AN_OBJECT, "An event is a JSON object.")])
    explanation = Explanation(event)
    return explanation.core, explanation.errors, explanation.warnings


def _is_told(error: FieldError, errors: list[FieldError]) -> bool:
    """Whether the same place, or one around it, is wrong already: it was then read as blank."""
    return any(f"{error.pointer}/".startswith(f"{known.pointer}/") for known in errors)


def _invalid(errors: list[FieldError]) -> Invalid:
    first = errors[0]
    more = f" ({len(errors) - 1} more in errors)" if len(errors) > 1 else ""
    return Invalid(f"{first.pointer or 'The event'}: {first.message}{more}", code="invalid_event", errors=errors)


def _broken_rules(core: Core) -> Iterator[FieldError]:
    if core.event_time and read_time(core.event_time) is None:
        yield FieldError("/eventTime", Reject.INVALID_TIME, "This is no date and time, e.g. 2026-01-31T12:00:00Z.")
    elif not core.event_time:
        yield FieldError("/eventTime", Reject.BLANK, "This must not be blank.")
    if core.run is not None:
        yield from _broken_text(core.run.run_id, limits.RUN_ID_CHARS, "run", "runId")
        if core.job is None:
            yield FieldError("/job", Reject.REQUIRED, "This is missing: a run belongs to a job.")
    elif core.dataset is not None:
        yield from _broken_identity(core.dataset.namespace, core.dataset.name, "dataset")
    elif core.job is None:
        yield FieldError("", Reject.REQUIRED, "An event has run and job, or job, or dataset.")
    if core.dataset is None or core.run is not None:
        yield from _broken_job(core)


def _broken_job(core: Core) -> Iterator[FieldError]:
    if core.job is not None:
        yield from _broken_identity(core.job.namespace, core.job.name, "job")
    for member in ("inputs", "outputs"):
        datasets = _list(core, member)
        if len(datasets) > limits.DATASETS:
            yield FieldError(f"/{member}", Reject.TOO_MANY, f"At most {limits.DATASETS} are taken.")
            continue
        for index, dataset in enumerate(datasets):
            yield from _broken_identity(dataset.namespace, dataset.name, member, index)


def _list(core: Core, member: str) -> list[Dataset]:
    return getattr(core, member) or []


def _broken_identity(namespace: str, name: str, *path: str | int) -> Iterator[FieldError]:
    yield from _broken_text(namespace, limits.NAMESPACE_CHARS, *path, "namespace")
    yield from _broken_text(name, limits.NAME_CHARS, *path, "name")


def _broken_text(text: str, max_chars: int, *path: str | int) -> Iterator[FieldError]:
    if not text or text.isspace():
        yield FieldError(pointer(*path), Reject.BLANK, "This must not be blank.")
    elif len(text) > max_chars:
        yield FieldError(pointer(*path), Reject.TOO_LONG, f"At most {max_chars} characters are taken.")
    elif "\0" in text:
        yield FieldError(pointer(*path), Reject.NUL, "This must not contain U+0000.")


def read_time(text: str) -> datetime | None:
    """Read what producers send as ISO 8601, in UTC; None when nobody could."""
    try:
        time = datetime.fromisoformat(ZONE_NAME.sub("", text.strip()))
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _event(value: bytes, core: Core, odd_facets: list[FieldError]) -> Event:
    job = core.job
    if core.run is not None and job is not None:
        run_id = canonical(core.run.run_id)
        warnings = (*_oddities(core), *_odd_run(core, run_id), *odd_facets)
        name = f"{job.namespace}/{job.name}"
        return Event("run", value, run_id or core.run.run_id, job.namespace, name, warnings)
    warnings = (*_oddities(core), *odd_facets)
    if core.dataset is not None:
        return Event("dataset", value, "", "", f"{core.dataset.namespace}/{core.dataset.name}", warnings)
    assert job is not None  # noqa: S101 -- the rules have seen to it
    return Event("job", value, "", job.namespace, f"{job.namespace}/{job.name}", warnings)


def canonical(run_id: str) -> str | None:
    """Hex, braces, urn and capitals name the same run; None for what is no UUID."""
    if CANONICAL_UUID.fullmatch(run_id):
        return run_id
    try:
        return str(UUID(run_id))
    except ValueError:
        return None


def _oddities(core: Core) -> Iterator[FieldError]:
    if not isinstance(core.schema_url, str):
        yield FieldError("/schemaURL", Odd.SCHEMA_URL, "Missing or no text: the kind of event is told by its shape.")
    if not (isinstance(core.producer, str) and URI.fullmatch(core.producer)):
        yield FieldError("/producer", Odd.PRODUCER, "Missing or no URI.")
    if not PLAIN_TIME.fullmatch(core.event_time):
        yield FieldError("/eventTime", Odd.TIME, "No zone (UTC is assumed), a zone name, or finer than microseconds.")
    for member in ("inputs", "outputs"):
        if getattr(core, member) is None:
            yield FieldError(f"/{member}", Odd.DATASETS, "null is read as an empty list.")


def _odd_run(core: Core, run_id: str | None) -> Iterator[FieldError]:
    # The type first: what is odd may not even be hashable.
    if not isinstance(core.event_type, str) or core.event_type not in EVENT_TYPES:
        yield FieldError("/eventType", Odd.EVENT_TYPE, f"Counts as OTHER. Known: {', '.join(sorted(EVENT_TYPES))}.")
    if run_id is None:
        yield FieldError("/run/runId", Odd.RUN_ID, "No UUID: kept, and one is derived from it.")
