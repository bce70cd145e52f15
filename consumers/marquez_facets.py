"""Mends facets for Marquez, which refuses a whole event for one known facet that is not quite as it expects; pure.

A repair returns the facet as Marquez takes it, or None when nothing useful is left: the facet is then dropped, the event
goes on. Facets that Marquez does not know pass as they are, but for the heavy ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard
from urllib.parse import quote

from catalog.projection import times

Json = dict[str, Any]
Repair = Callable[[Json], Json | None]

DEFAULT_PRODUCER = "urn:data-lineage-hub:unknown-producer"
FACET_SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/BaseFacet"
# Java's URI is stricter than most: no spaces or quotes, every % followed by two digits, one fragment.
URI_TEXT = r"(?:[A-Za-z0-9\-._~:/?@!$&'()*+,;=]|%[0-9A-Fa-f]{2})"
URI = re.compile(rf"[A-Za-z][A-Za-z0-9+.\-]*:{URI_TEXT}+(?:#{URI_TEXT}*)?")
# User and password before a host, Oracle's thin form of the same, and everything that parameters may hold.
SECRETS = re.compile(r"(?<=//)[^/?#]*@|(?<=:thin:)[^@]*@|[?;#].*")
LEGAL_NAMESPACE = re.compile(r"[a-zA-Z:;=/0-9_\-.@+]{1,1024}")
MAX_NAME = 255
MAX_TYPE = 64
MAX_STATE = 63
MAX_COLUMN_TYPE = 500
HEAVY = frozenset(
    {"spark.logicalPlan", "spark_unknown", "debug", "environment-properties"}
)  # up to megabytes, read by nobody


def is_uri(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and URI.fullmatch(value) is not None


def is_name(value: Any, max_length: int = MAX_NAME) -> TypeGuard[str]:
    return isinstance(value, str) and len(value.strip()) > 0 and len(value) <= max_length


def mended(facets: Json, repairs: Mapping[str, Repair], producer: str) -> Json:
    """All facets of one holder; `repairs` are those of the facets that Marquez reads there."""
    kept = {}
    for name, facet in facets.items():
        if not is_name(name) or name in HEAVY or facet is None:
            continue
        if name not in repairs:
            kept[name] = facet
        elif isinstance(facet, dict) and (repaired := repairs[name](facet)) is not None:
            kept[name] = repaired | signed(repaired, producer)
    return kept


def signed(facet: Json, producer: str) -> Json:
    """The two members without which Marquez takes no facet that it knows."""
    sent, schema = facet.get("_producer"), facet.get("_schemaURL")
    return {"_producer": sent if is_uri(sent) else producer, "_schemaURL": schema if is_uri(schema) else FACET_SCHEMA}


def job_type(facet: Json) -> Json:
    defaults = {"processingType": "BATCH", "integration": "UNKNOWN", "jobType": "JOB"}
    return facet | {name: facet[name] if is_name(facet.get(name)) else default for name, default in defaults.items()}


def sql(facet: Json) -> Json | None:
    return facet if isinstance(facet.get("query"), str) else None


def documentation(facet: Json) -> Json | None:
    return facet if isinstance(facet.get("description"), str) else None


def source_code_location(facet: Json) -> Json | None:
    is_whole = is_name(facet.get("type")) and is_uri(facet.get("url")) and len(facet["url"]) <= MAX_NAME
    return facet if is_whole else None


def nominal_time(facet: Json) -> Json | None:
    start, end = times.parse(facet.get("nominalStartTime")), times.parse(facet.get("nominalEndTime"))
    if start is None:
        return None
    rest = facet if end else {name: value for name, value in facet.items() if name != "nominalEndTime"}
    ended = {"nominalEndTime": end.isoformat().replace("+00:00", "Z")} if end else {}
    return rest | {"nominalStartTime": start.isoformat().replace("+00:00", "Z")} | ended


def schema(facet: Json) -> Json:
    fields = facet.get("fields")
    return facet | {"fields": [column(field) for field in listed(fields) if is_name(field.get("name"))]}


def column(field: Json) -> Json:
    """A column without a type multiplies in Marquez with every run; a description that is no text is refused."""
    sent = field["type"] if isinstance(field.get("type"), str) else ""
    described = {"description": field["description"]} if isinstance(field.get("description"), str) else {}
    rest = {name: value for name, value in field.items() if name != "description"}
    return rest | described | {"type": sent.strip()[:MAX_COLUMN_TYPE].strip() or "unknown"}


def with_source(facets: Json, namespace: str) -> Json:
    """Every dataset gets a source with a name and an address: without one, Marquez's list of sources fails for everybody."""
    sent = facets.get("dataSource")
    source = sent if isinstance(sent, dict) else {}
    name = source["name"] if is_name(source.get("name")) else namespace[:MAX_NAME]
    return facets | {"dataSource": source | {"name": name, "uri": address(source.get("uri"), namespace)}}


def address(sent: Any, namespace: str) -> str:
    """The first that can be read as one, without the secrets that Marquez would show everybody."""
    for candidate in (sent, namespace):
        if is_uri(candidate) and is_uri(bare := SECRETS.sub("", candidate)):
            return bare
    return f"dataset:{quote(namespace, safe='')}"


def state_change(facet: Json) -> Json | None:
    if not is_name(facet.get("lifecycleStateChange"), MAX_STATE):
        return None
    previous = facet.get("previousIdentifier")
    is_whole = isinstance(previous, dict) and is_name(previous.get("name")) and is_name(previous.get("namespace"))
    return facet if is_whole else {name: value for name, value in facet.items() if name != "previousIdentifier"}


def symlinks(facet: Json) -> Json | None:
    """Identifiers with a namespace that Marquez can read back: it takes others and fails on them later."""
    kept = [
        identifier | {"type": identifier["type"] if is_name(identifier.get("type"), MAX_TYPE) else "TABLE"}
        for identifier in listed(facet.get("identifiers"))
        if is_name(identifier.get("name"), 2000) and is_legal_namespace(identifier.get("namespace"))
    ]
    return facet | {"identifiers": kept} if kept else None


def is_legal_namespace(value: Any) -> bool:
    return isinstance(value, str) and LEGAL_NAMESPACE.fullmatch(value) is not None


def column_lineage(facet: Json) -> Json | None:
    fields = facet.get("fields")
    sent = fields if isinstance(fields, dict) else {}
    whole = {name: sources(said) for name, said in sent.items() if is_name(name) and isinstance(said, dict)}
    kept = {name: said for name, said in whole.items() if said["inputFields"]}
    return facet | {"fields": kept} if kept else None


def sources(said: Json) -> Json:
    """One column's origins, those that are named in full."""
    named = ("namespace", "name", "field")
    inputs = [
        field for field in listed(said.get("inputFields")) if all(is_name(field.get(name), 4000) for name in named)
    ]
    is_wordy = not is_name(said.get("transformationType"))
    rest = {name: value for name, value in said.items() if not (is_wordy and name == "transformationType")}
    return rest | {"inputFields": inputs}


def listed(value: Any) -> list[Json]:
    """The objects in a list of strangers."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


OF_RUN: Mapping[str, Repair] = {"nominalTime": nominal_time}
OF_JOB: Mapping[str, Repair] = {
    "jobType": job_type,
    "sql": sql,
    "documentation": documentation,
    "sourceCodeLocation": source_code_location,
}
OF_DATASET: Mapping[str, Repair] = {
    "documentation": documentation,
    "schema": schema,
    "dataSource": lambda facet: facet,
    "lifecycleStateChange": state_change,
    "symlinks": symlinks,
    "columnLineage": column_lineage,
}
