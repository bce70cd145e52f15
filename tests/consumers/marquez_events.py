"""Events to prepare for Marquez, and what becomes of them."""

from __future__ import annotations

import json
from typing import Any

from backends.eventlog import headers
from consumers.marquez_copy import Dead, Forward, Skip, prepare

RUN = "01234567-89ab-4def-8123-456789abcdef"
ABOUT = {headers.NAMESPACE: "team-a", headers.RECEIVED_AT: "2026-01-02T03:04:05Z"}
SIGNED = {"_producer": "https://p.example", "_schemaURL": "https://s.example"}
Json = dict[str, Any]


def event(**changes: Any) -> Json:
    """A whole run event; a change of None takes a member out."""
    made: Json = {
        "eventType": "COMPLETE",
        "eventTime": "2026-01-01T00:00:00Z",
        "producer": "https://producer.example/1.0",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": RUN},
        "job": {"namespace": "jobs", "name": "load"},
        "inputs": [dataset("in")],
        "outputs": [dataset("out")],
    }
    return {name: value for name, value in (made | changes).items() if value is not None}


def dataset(name: str, namespace: str = "postgres://db:5432", **facets: Any) -> Json:
    return {"namespace": namespace, "name": name, "facets": facets}


def copy_of(sent: Json | bytes, **about: str) -> Json:
    value = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    made = prepare(value, ABOUT | about)
    assert isinstance(made, Forward), made
    copy: Json = json.loads(made.event)
    return copy


def fate_of(sent: Json | bytes) -> Forward | Skip | Dead:
    return prepare(sent if isinstance(sent, bytes) else json.dumps(sent).encode(), ABOUT)


def facets_of(facets: Json) -> Json:
    """What becomes of the facets of an output."""
    made: Json = copy_of(event(outputs=[dataset("out", **facets)]))["outputs"][0]["facets"]
    return made
