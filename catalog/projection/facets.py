"""Reads facets, tolerant of any junk in them: what cannot be read says nothing, and never costs the event.

Each reader takes the object that holds facets by name and returns {subject: value} for what it found there
(`catalog.projection.statements`). An empty value is said only by `_deleted`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

MAX_TEXT = 64 * 1024
MAX_COLUMNS = 5_000
MAX_TAGS = 500
MAX_COUNT = 2**63  # NaN and the infinities are not below it, or not above zero
TYPE_OF = "type:"  # the subject of a column's type: kept when a later event names the column without one
NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL takes neither NUL nor half a surrogate pair
CREDENTIALS = re.compile(r"(?<=//)[^/@\s]*@")
LINKABLE = frozenset({"", "http", "https", "git", "ssh", "svn"})


def text(value: object, max_length: int = MAX_TEXT) -> str:
    return NOT_STORABLE.sub("", value)[:max_length] if isinstance(value, str) else ""


def members(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def items(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def of_dataset(facets: object) -> dict[str, Any]:
    facets = members(facets)
    fields = columns(members(facets.get("schema")))
    types = {TYPE_OF + field["name"]: field["type"] for field in fields if field["type"]}
    source = members(facets.get("dataSource"))
    found = {
        "columns": fields,
        "description": text(members(facets.get("documentation")).get("description")),
        "tags": tags(members(facets.get("tags"))),
        "source": public(text(source.get("name")) or text(source.get("uri")), 1024),
    }
    facet_of = {"columns": "schema", "description": "documentation", "tags": "tags", "source": "dataSource"}
    return types | {s: v for s, v in found.items() if v or is_deleted(facets.get(facet_of[s]))}


def of_job(facets: object) -> dict[str, Any]:
    facets = members(facets)
    found = {
        "description": text(members(facets.get("documentation")).get("description")),
        "tags": tags(members(facets.get("tags"))),
        "sql": text(members(facets.get("sql")).get("query")),
        "source_url": link(members(facets.get("sourceCodeLocation")).get("url")),
        "job_type": job_type(members(facets.get("jobType"))),
    }
    facet_of = {"description": "documentation", "source_url": "sourceCodeLocation", "job_type": "jobType"}
    return {s: v for s, v in found.items() if v or is_deleted(facets.get(facet_of.get(s, s)))}


def of_run(facets: object) -> dict[str, Any]:
    """Times stay texts here: statements are JSON."""
    facets = members(facets)
    nominal, error = members(facets.get("nominalTime")), members(facets.get("errorMessage"))
    found = {
        "nominal": [text(nominal.get("nominalStartTime"), 64), text(nominal.get("nominalEndTime"), 64)],
        "error": [text(error.get("message")), text(error.get("stackTrace"))],
        "parent": parent(members(facets.get("parent") or facets.get("parentRun"))),
    }
    return {subject: value for subject, value in found.items() if any(value)}


def is_deleted(facet: object) -> bool:
    return members(facet).get("_deleted") is True


def columns(schema: Mapping[str, Any]) -> list[dict[str, str]]:
    """Each column once, in the order of the schema; what one mention leaves open, a later one fills in."""
    found: dict[str, dict[str, str]] = {}
    for field in items(schema.get("fields"))[:MAX_COLUMNS]:
        name = text(field.get("name"), 4000)
        if not name:
            continue
        column = found.setdefault(name, {"name": name, "type": "", "description": ""})
        column["type"] = column["type"] or text(field.get("type"), 4000)
        column["description"] = column["description"] or text(field.get("description"))
    return list(found.values())


def tags(facet: Mapping[str, Any]) -> list[dict[str, str]]:
    """[{"key", "value", "source", "field"}]; `field` names the column, "" being the whole."""
    parts = ("key", "value", "source", "field")
    found = [{part: text(tag.get(part), 1000) for part in parts} for tag in items(facet.get("tags"))[:MAX_TAGS]]
    return [tag for tag in found if tag["key"]]


def job_type(facet: Mapping[str, Any]) -> dict[str, str]:
    parts = ("integration", "jobType", "processingType")
    return {part: text(facet[part], 100) for part in parts if text(facet.get(part))}


def parent(facet: Mapping[str, Any]) -> list[str]:
    """The parent's run id, job namespace and job name."""
    run, job = members(facet.get("run")), members(facet.get("job"))
    return [text(run.get("runId"), 256), text(job.get("namespace"), 1024), text(job.get("name"), 4000)]


def statistics(holder: object, facet: str) -> dict[str, int | float]:
    """Of an input or output: numbers only, and only those that JSON and people can hold."""
    found = members(members(holder).get(facet))
    return {part: found[part] for part in ("rowCount", "size", "fileCount") if is_count(found.get(part))}


def is_count(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < MAX_COUNT


def public(value: str, max_length: int) -> str:
    """Without the user and password that a connection string may carry."""
    return CREDENTIALS.sub("", value)[:max_length]


def link(value: object) -> str:
    """An address that a page may link to: never `javascript:` and its kin."""
    url = public(text(value, 4000), 2000)
    try:
        return url if urlsplit(url).scheme in LINKABLE else ""
    except ValueError:
        return ""
