"""What the door accepts, the carriers can decide on: an event is projected or is poison, and never anything else."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from catalog.models import Dataset
from consumers.handler import Batch, Poison
from consumers.handlers.catalog import CatalogHandler
from consumers.marquez_copy import prepare
from ingest.events import judge
from namespaces.errors import HubError
from namespaces.models import Namespace
from tests.consumers.test_lineage_handlers import batch_of, event

pytestmark = pytest.mark.django_db
# Examples share the catalog: each may well meet the nodes of another.
many = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

DATASET = {
    "namespace": "pg",
    "name": "t",
    "facets": {
        "schema": {"fields": [{"name": "a", "type": "int"}]},
        "documentation": {"description": "d"},
        "dataSource": {"name": "s", "uri": "pg://u:p@h/d"},
        "tags": {"tags": [{"key": "k", "value": "v"}]},
        "lineage": {"inputs": [{"type": "DATASET", "namespace": "pg", "name": "o"}], "fields": {"a": {"inputs": []}}},
        "columnLineage": {"fields": {"a": {"inputFields": [{"namespace": "pg", "name": "o", "field": "b"}]}}},
        "symlinks": {"identifiers": [{"namespace": "pg", "name": "l", "type": "TABLE"}]},
    },
    "outputFacets": {"outputStatistics": {"rowCount": 1, "size": 2}},
}
EVENT: dict[str, Any] = json.loads(event()) | {"inputs": [DATASET], "outputs": [DATASET | {"name": "out"}]}
EVENT["run"]["facets"] = {
    "parent": {"run": {"runId": "r"}, "job": {"namespace": "jobs", "name": "p"}},
    "nominalTime": {"nominalStartTime": "2026-01-01T00:00:00Z", "nominalEndTime": "2026-01-01T00:00:00Z"},
    "errorMessage": {"message": "m", "stackTrace": "s"},
}
EVENT["job"]["facets"] = {"sql": {"query": "q"}, "sourceCodeLocation": {"type": "git", "url": "https://a/b"}}

ODD = [
    '"\\u0000"', '"a\\u0000b"', '"\\ud800"', '"a\\udfffb"', '""', '" "', "1e99999", "-1e400", "9" * 4301, "9" * 30, "-0.0",
    "0.1e-9999", "null", "true", "[]", "{}", "[" * 40 + "]" * 40, '{"a":' * 40 + "1" + "}" * 40, '{"\\u0000":1,"":2}',
    '"0001-01-01T00:00:00+14:00"', '"9999-12-31T23:59:59-14:00"', '"9999-12-31T23:59:59Z"', '"0001-01-01T00:00:00Z"',
    '"http://[::1"', '"' + "x" * 5000 + '"', '"\\u00df\\u0130"',
]  # fmt: skip
MARK = "~here~"


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [path, *(p for key, item in value.items() for p in places(item, (*path, key)))]
    if isinstance(value, list):
        return [path, *(p for index, item in enumerate(value) for p in places(item, (*path, index)))]
    return [path]


PLACES = [path for path in places(EVENT) if path]


def with_odd(path: tuple[Any, ...], odd: str) -> bytes:
    """The event's bytes with something else at one place of it: text, because not all of it can be a Python value."""
    made = json.loads(json.dumps(EVENT))
    parent = made
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = MARK
    return json.dumps(made).replace(f'"{MARK}"', odd).encode()


def accepted(value: bytes) -> bool:
    try:
        judge(value)
    except HubError:
        return False
    return True


def fate_in_the_catalog(batch: Batch) -> str:
    try:
        CatalogHandler().handle(batch)
    except Poison as poison:
        return poison.reason
    return "projected"


@many
@given(path=st.sampled_from(PLACES), odd=st.sampled_from(ODD) | st.text(max_size=30).map(json.dumps))
@example(path=("outputs", 0, "outputFacets", "outputStatistics", "rowCount"), odd="9" * 4301)
@example(path=("run", "facets", "parent"), odd="1e99999")
def test_an_accepted_event_has_a_fate_with_every_carrier(team_a: Namespace, path: tuple[Any, ...], odd: str) -> None:
    value = with_odd(path, odd)
    assume(accepted(value))
    batch = batch_of(value)
    prepare(value, batch.deliveries[0].envelope.headers)
    assert fate_in_the_catalog(batch) in {"projected", "unreadable", "invalid_event", "foreign_job"}


def test_the_longest_name_that_the_door_takes_is_kept(team_a: Namespace) -> None:
    letters = random.Random(1).choices([chr(code) for code in range(0x4E00, 0x9FFF)], k=4000)
    dataset = {"namespace": "".join(letters[:1024]), "name": "".join(letters)}
    value = json.dumps(json.loads(event()) | {"inputs": [dataset], "outputs": []}).encode()
    assert accepted(value)
    CatalogHandler().handle(batch_of(value))
    assert Dataset.objects.filter(name=dataset["name"]).exists()
