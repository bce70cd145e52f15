"""What Marquez 0.51.1 makes of a posted body: its JSON mapping, its null checks, and where it falls over.

Written down from recorded answers (research/marquez.md §1.2) and held to them by
`tests/backends/lineage/test_stand_in.py`. Nothing here is how Marquez ought to behave.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

LEGAL_NAMESPACE = re.compile(r"[a-zA-Z:;=/0-9_\-.@+]{1,1024}")
TIME = re.compile(
    r"(?P<year>\d{4}|[+-]\d{4,9})-(?P<month>\d\d)-(?P<day>\d\d)[Tt](?P<hour>\d\d):(?P<minute>\d\d)"
    r"(:(?P<second>\d\d)(\.\d{1,9})?)?([Zz]|[+-]\d\d(:\d\d){0,2})?"
)
LAST_YEAR = 294_276  # of a timestamp of PostgreSQL


class UnmappableError(Exception):
    """Jackson cannot make a LineageEvent of it: 500 outside, 400 inside."""


class BrokenEventError(Exception):
    """Marquez's own code or its database throws: Jetty's page with this status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True)
class Text:
    """Scalars become text."""

    def check(self, value: Any) -> None:
        if isinstance(value, dict | list):
            raise UnmappableError("Cannot deserialize value of type `java.lang.String`")


@dataclass(frozen=True)
class Uri(Text):
    def check(self, value: Any) -> None:
        super().check(value)
        if isinstance(value, str) and not is_uri(value):
            raise UnmappableError("Cannot deserialize value of type `java.net.URI` from String")


@dataclass(frozen=True)
class Time:
    """ISO 8601 as `ZonedDateTime` reads it, or a number of seconds; empty text is null."""

    def check(self, value: Any) -> None:
        if not (isinstance(value, int | float) or (isinstance(value, str) and (not value or is_time(value)))):
            raise UnmappableError("Cannot deserialize value of type `java.time.ZonedDateTime`")


@dataclass(frozen=True)
class ListOf:
    of: Any

    def check(self, value: Any) -> None:
        if not isinstance(value, list):
            raise UnmappableError("Cannot deserialize value of type `java.util.ArrayList`")
        for item in value:
            check(self.of, item)


@dataclass(frozen=True)
class MapOf:
    of: Any

    def check(self, value: Any) -> None:
        if not isinstance(value, dict):
            raise UnmappableError("Cannot deserialize value of type `java.util.LinkedHashMap`")
        for item in value.values():
            check(self.of, item)


@dataclass(frozen=True)
class Object:
    """A class of Marquez's: the properties that it knows; `required` may not be null; `from_text`: it has one field."""

    properties: Mapping[str, Any] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    from_text: str = ""

    def check(self, value: Any) -> None:
        if isinstance(value, str) and value and self.from_text:
            return
        if not isinstance(value, dict):
            raise UnmappableError("Cannot construct instance of `marquez.service.models.LineageEvent`")
        for name, kind in self.known(value):
            check(kind, value[name])

    def known(self, value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for name in value:
            if kind := self.properties.get(self.aliases.get(name, name)):
                yield name, kind

    def nulls(self, value: Any, path: str = "") -> Iterator[str]:
        """Name what must not be null, as Hibernate's validator does."""
        if not isinstance(value, dict):
            return
        for name in self.required:
            if value.get(name) is None or (value[name] == "" and isinstance(self.properties[name], Time)):
                yield f"{path}{name} must not be null"
        for name, kind in self.known(value):
            yield from nulls(kind, value[name], f"{path}{self.aliases.get(name, name)}")


def check(kind: Any, value: Any) -> None:
    if value is not None:
        kind.check(value)


def nulls(kind: Any, value: Any, path: str) -> Iterator[str]:
    if isinstance(kind, Object):
        yield from kind.nulls(value, f"{path}.")
    elif isinstance(kind, ListOf):
        for index, item in enumerate(value or ()):
            yield from nulls(kind.of, item, f"{path}[{index}]")


def facet(required: tuple[str, ...] = (), **properties: Any) -> Object:
    return Object({"_producer": Uri(), "_schemaURL": Uri(), **properties}, ("_producer", "_schemaURL", *required))


NAMED = Object({"namespace": Text(), "name": Text()}, ("namespace", "name"))
DOCUMENTATION = facet(("description",), description=Text())
COLUMN = Object({"name": Text(), "type": Text(), "description": Text()}, ("name",))
INPUT_FIELD = Object({"namespace": Text(), "name": Text(), "field": Text()})
FED_COLUMN = Object(
    {"inputFields": ListOf(INPUT_FIELD), "transformationDescription": Text(), "transformationType": Text()}
)
DATASET_FACETS = Object(
    {
        "documentation": DOCUMENTATION,
        "schema": facet(fields=ListOf(COLUMN)),
        "lifecycleStateChange": facet(lifecycleStateChange=Text()),
        "dataSource": facet(name=Text(), uri=Text()),
        "columnLineage": facet(fields=MapOf(FED_COLUMN)),
        "symlinks": facet(
            identifiers=ListOf(Object({"namespace": Text(), "name": Text(), "type": Text()}, ("namespace", "name")))
        ),
        "description": Text(),
    }
)
DATASET = Object(
    {**NAMED.properties, "facets": DATASET_FACETS, "inputFacets": Object(), "outputFacets": Object()}, NAMED.required
)
JOB_FACETS = Object(
    {
        "documentation": DOCUMENTATION,
        "sourceCodeLocation": facet(type=Text(), url=Text()),
        "sql": facet(("query",), query=Text()),
        "jobType": facet(
            ("processingType", "integration", "jobType"), processingType=Text(), integration=Text(), jobType=Text()
        ),
    }
)
RUN_LINK = Object({"runId": Text()}, ("runId",), from_text="runId")
RUN_FACETS = Object(
    {
        "nominalTime": facet(("nominalStartTime",), nominalStartTime=Time(), nominalEndTime=Time()),
        "parent": facet(("run", "job"), run=RUN_LINK, job=NAMED),
    },
    aliases={"parentRun": "parent"},
)
COMMON = {"eventTime": Time(), "producer": Text(), "schemaURL": Uri()}
JOB = Object({**NAMED.properties, "facets": JOB_FACETS}, NAMED.required)
DATASETS = {"inputs": ListOf(DATASET), "outputs": ListOf(DATASET)}
RUN_EVENT = Object(
    {
        **COMMON,
        **DATASETS,
        "eventType": Text(),
        "run": Object({"runId": Text(), "facets": RUN_FACETS}, ("runId",)),
        "job": JOB,
    },
    ("eventTime", "producer", "run", "job"),
)
JOB_EVENT = Object({**COMMON, **DATASETS, "job": JOB}, ("eventTime", "producer", "job"))
DATASET_EVENT = Object({**COMMON, "dataset": DATASET}, ("eventTime", "producer"))
KINDS = {"/JobEvent": JOB_EVENT, "/DatasetEvent": DATASET_EVENT}


def parse(body: bytes) -> Any:
    """Read the first JSON value and nothing after it; None for an empty body."""
    try:
        text = body.decode(json.detect_encoding(body)).lstrip(" \t\r\n\ufeff")
        return json.JSONDecoder(parse_constant=refuse).raw_decode(text)[0] if text else None
    except ValueError as error:
        raise UnmappableError(str(error)) from error


def refuse(constant: str) -> Any:
    raise UnmappableError(f"Non-standard token '{constant}'")


def kind_of(event: Any) -> Object:
    url = event.get("schemaURL") if isinstance(event, dict) else None
    return KINDS.get(url[url.rfind("/") :], RUN_EVENT) if isinstance(url, str) and "/" in url else RUN_EVENT


def is_uri(text: str) -> bool:
    if re.search(r"[\s<>\"{}|\\^`]", text):
        return False
    try:
        urlsplit(text)
    except ValueError:
        return False
    return True


def is_time(text: str) -> bool:
    found = TIME.fullmatch(text)
    if not found:
        return False
    month, day, hour, minute = (int(found[name]) for name in ("month", "day", "hour", "minute"))
    second = int(found["second"] or 0)
    is_midnight = (hour, minute, second) == (24, 0, 0)
    return 1 <= month <= 12 and 1 <= day <= 31 and (hour < 24 or is_midnight) and minute < 60 and second < 60


def break_on(event: Mapping[str, Any], kind: Object) -> None:
    """Raise where Marquez breaks on an event that passed its checks."""
    if "\\u0000" in json.dumps(event).replace("\\\\", ""):
        raise BrokenEventError(500)  # PostgreSQL's text holds no NUL
    year = TIME.fullmatch(event["eventTime"]) if isinstance(event["eventTime"], str) else None
    if year and int(year["year"]) > LAST_YEAR:
        raise BrokenEventError(500)
    if kind is DATASET_EVENT:
        break_on_dataset(event.get("dataset"))
        return
    if kind is RUN_EVENT and event.get("eventType") is None and event["run"].get("facets") is not None:
        raise BrokenEventError(500)
    inputs, outputs = event.get("inputs") or [], event.get("outputs") or []
    for dataset in (*inputs, *outputs):
        break_on_dataset(dataset)
    break_on_names(event, kind, inputs, outputs)
    if any(fields_of(dataset) for dataset in inputs):
        break_on_column_lineage(outputs)


def break_on_names(event: Mapping[str, Any], kind: Object, inputs: list[Any], outputs: list[Any]) -> None:
    """Refuse names that the model will not take: of inputs always, of the rest when a job version is written."""
    writes_version = kind is JOB_EVENT or str(event.get("eventType")).upper() in ("COMPLETE", "FAIL", "ABORT")
    job = event["job"]
    bad_job = not str(job["name"]).strip() or not 0 < len(str(job["namespace"])) <= 1024
    if not all(map(is_nameable, inputs)) or (writes_version and (bad_job or not all(map(is_nameable, outputs)))):
        raise BrokenEventError(400)


def is_nameable(dataset: Mapping[str, Any]) -> bool:
    return bool(LEGAL_NAMESPACE.fullmatch(str(dataset["namespace"])) and str(dataset["name"]).strip())


def break_on_dataset(dataset: Any) -> None:
    if dataset is None:
        raise BrokenEventError(500)
    facets = dataset.get("facets") or {}
    symlinks, source = facets.get("symlinks"), facets.get("dataSource")
    if symlinks and (symlinks.get("identifiers") is None or None in symlinks["identifiers"]):
        raise BrokenEventError(500)
    if source and (source.get("name") is None or not is_uri(str(source.get("uri") or ""))):
        raise BrokenEventError(500)
    if None in fields_of(dataset):
        raise BrokenEventError(500)
    if any(column["name"] == "" for column in fields_of(dataset)):
        raise BrokenEventError(400)


def fields_of(dataset: Mapping[str, Any]) -> list[Any]:
    schema = (dataset.get("facets") or {}).get("schema") or {}
    return list(schema.get("fields") or ())


def break_on_column_lineage(outputs: list[Any]) -> None:
    for output in outputs:
        lineage = (output.get("facets") or {}).get("columnLineage") or {}
        for column in (lineage.get("fields") or {}).values():
            sources = column.get("inputFields") if column is not None else ()
            if sources is None or any(
                None in (source.get(name) for name in INPUT_FIELD.properties) for source in sources
            ):
                raise BrokenEventError(500)
