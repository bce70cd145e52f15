"""The discovery routes as a caller meets them: shapes, pages, filters, bad input and what a list costs."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Dataset, Job, Run
from namespaces.models import Namespace
from tests.catalog.conftest import Send, dataset, run_event, schema

pytestmark = pytest.mark.django_db
Get = Callable[..., Any]
NO_ID = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def get(client: Client, issue_token: Any, team_a: Namespace) -> Get:
    """Ask as a key of team-a; `get(path)` returns the body of a 200, `get(path, 404)` that of a problem."""
    token = issue_token("read")

    def ask(path: str, status: int = 200, **query: Any) -> Any:
        answer = client.get(f"/api/v1{path}", query, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status, answer.content
        if status != 200:
            assert answer.headers["Content-Type"] == "application/problem+json"
        return answer.json()

    return ask


def all_items(get: Get, path: str, **query: Any) -> list[dict[str, Any]]:
    """Every page; a cursor that comes back to where it was must fail, not go on for ever."""
    items, cursor, seen = [], "", set()
    while cursor is not None:
        assert cursor not in seen
        seen.add(cursor)
        page = get(path, cursor=cursor, **query)
        items += page["items"]
        cursor = page["next"]
    return items


def many(send: Send, count: int) -> None:
    for number in range(count):
        send(run_event(minute=number % 3, job=f"j{number:02}", run=f"r{number}", outputs=[dataset(f"d{number:02}")]))


class TestShapes:
    @pytest.fixture(autouse=True)
    def _one_run(self, send: Send) -> None:
        facets = {"schema": schema("id:int", "name"), "documentation": {"description": "orders"}}
        written = dataset("b", **facets) | {"outputFacets": {"outputStatistics": {"rowCount": 3}}}
        error = {"errorMessage": {"message": "boom", "stackTrace": "line 1"}}
        job_facets = {"sql": {"query": "select 1"}, "jobType": {"integration": "DBT"}}
        send(
            run_event("START", 0, inputs=[dataset("a")], job_facets=job_facets),
            run_event("FAIL", 5, outputs=[written], run_facets=error),
        )

    def test_a_dataset(self, get: Get) -> None:
        (found,) = get("/datasets", q="b")["items"]
        wanted = {"node": "dataset:db:b", "namespace": "db", "name": "b", "owner": "team-a", "description": "orders"}
        assert wanted.items() <= found.items()
        assert [(column["name"], column["type"]) for column in found["fields"]] == [("id", "int"), ("name", "")]
        assert get(f"/datasets/{found['id']}") == found

    def test_a_job(self, get: Get) -> None:
        (found,) = get("/jobs")["items"]
        assert (found["node"], found["job_type"]) == ("job:jobs:etl", {"integration": "DBT"})
        assert get(f"/jobs/{found['id']}") == {**found, "sql": "select 1"}

    def test_a_run_with_its_datasets_and_events(self, get: Get) -> None:
        (found,) = get("/runs")["items"]
        assert (found["run_id"], found["job"], found["state"]) == ("run-1", "job:jobs:etl", "FAIL")
        one = get(f"/runs/{found['id']}")
        assert found.items() <= one.items()
        assert (one["error_message"], one["error_trace"]) == ("boom", "line 1")
        assert [(row["node"], row["statistics"]) for row in one["outputs"]] == [("dataset:db:b", {"rowCount": 3})]
        assert [row["node"] for row in one["inputs"]] == ["dataset:db:a"]
        assert [event["event_type"] for event in one["events"]] == ["FAIL", "START"]

    def test_a_graph_says_from_where_to_where(self, get: Get) -> None:
        graph = get("/graph", node="job:jobs:etl")
        assert graph["truncated"] is False
        assert graph["edges"] == [
            {"from": edge["from"], "to": edge["to"], "kind": edge["kind"]} for edge in graph["edges"]
        ]
        assert {(edge["from"], edge["to"], edge["kind"]) for edge in graph["edges"]} == {
            ("dataset:db:a", "job:jobs:etl", "read"),
            ("job:jobs:etl", "dataset:db:b", "write"),
        }
        assert {"id", "kind", "namespace", "name", "restricted"} <= graph["nodes"][0].keys()
        assert graph["nodes"][0]["id"] == "job:jobs:etl"

    def test_a_node_id_may_be_percent_encoded(self, get: Get) -> None:
        assert get(f"/graph?node={quote('job:jobs:etl', safe='')}&depth=20")["edges"]

    def test_a_search(self, get: Get) -> None:
        (hit, *_) = get("/search", q="etl")["items"]
        assert (hit["kind"], hit["id"], hit["name"]) == ("job", "job:jobs:etl", "etl")
        assert {hit["kind"] for hit in get("/search", q="b", kind=["dataset"])["items"]} == {"dataset"}


class TestPages:
    @pytest.mark.parametrize(("path", "name"), [("/datasets", "name"), ("/jobs", "name"), ("/runs", "run_id")])
    @pytest.mark.parametrize("limit", [1, 4, 10, 11])
    def test_every_item_comes_once_whatever_the_limit(
        self, send: Send, get: Get, path: str, name: str, limit: int
    ) -> None:
        many(send, 10)
        items = all_items(get, path, limit=limit)
        assert len(items) == len({item[name] for item in items}) == 10

    def test_names_are_in_order_and_runs_newest_first(self, send: Send, get: Get) -> None:
        many(send, 10)
        names = [item["name"] for item in all_items(get, "/datasets", limit=3)]
        assert names == sorted(names)
        times = [item["first_event_at"] for item in all_items(get, "/runs", limit=3)]
        assert times == sorted(times, reverse=True)

    @pytest.mark.parametrize("path", ["/datasets", "/runs"])
    def test_what_comes_in_between_neither_hides_nor_repeats_anything(self, send: Send, get: Get, path: str) -> None:
        many(send, 6)
        first = get(path, limit=3)
        send(run_event(minute=99, run="new", job="new", outputs=[dataset("aaa"), dataset("zzz")]))
        rest = all_items(get, path, limit=3) if first["next"] is None else []
        page = get(path, limit=100, cursor=first["next"])
        seen = [item["id"] for item in (*first["items"], *page["items"], *rest)]
        before = {
            str(row.pk) for row in (Dataset if path == "/datasets" else Run).objects.all() if "new" not in str(row)
        }
        before -= {str(row.pk) for row in Dataset.objects.filter(name__in=["aaa", "zzz"])}
        assert before <= set(seen)
        assert len(seen) == len(set(seen))

    def test_names_that_begin_alike_for_longer_than_the_order_looks_come_once_each(self, send: Send, get: Get) -> None:
        send(run_event(outputs=[dataset("x" * 300 + str(number)) for number in range(7)]))
        assert len({item["name"] for item in all_items(get, "/datasets", limit=2)}) == 7

    def test_filters_hold_on_every_page(self, send: Send, get: Get) -> None:
        many(send, 5)
        send(run_event(job="other", outputs=[dataset("d-lake", namespace="lake")]))
        assert [item["name"] for item in all_items(get, "/datasets", limit=1, namespace="lake")] == ["d-lake"]
        assert len(all_items(get, "/datasets", limit=2, namespace="team-a")) == 6
        assert len(all_items(get, "/jobs", limit=2, q="J0")) == 5
        assert len(all_items(get, "/runs", limit=2, q="j0")) == 5
        assert [run["run_id"] for run in get("/runs", q="r3")["items"]] == ["r3"]
        assert get("/runs", namespace="jobs", limit=2)["next"]
        assert get("/datasets", namespace="elsewhere") == {"items": [], "next": None}

    @pytest.mark.parametrize("path", ["/datasets", "/jobs", "/runs", "/search?q=d"])
    def test_a_list_costs_the_same_number_of_queries_whatever_its_length(self, send: Send, get: Get, path: str) -> None:
        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                get(path)
            return len(captured)

        many(send, 1)
        get(path)
        few = queries()
        many(send, 12)
        assert queries() == few <= 3

    def test_a_run_costs_the_same_number_of_queries_whatever_it_names(self, send: Send, get: Get) -> None:
        def queries(run_id: str) -> int:
            path = f"/runs/{Run.objects.get(run_id=run_id).pk}"
            with CaptureQueriesContext(connection) as captured:
                get(path)
            return len(captured)

        send(run_event(run="small", inputs=[dataset("a")], outputs=[dataset("b")]))
        send(run_event(run="large", inputs=[dataset(f"a{n}") for n in range(30)], outputs=[dataset("b")]))
        get("/runs")
        assert queries("small") == queries("large") <= 6


def cursor(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


class TestBadInput:
    @pytest.mark.parametrize("path", ["/datasets", "/jobs", "/runs"])
    @pytest.mark.parametrize(
        "wrong",
        ["x", "é", "===="]
        + [cursor(place) for place in ([], {}, "a", [1, 2], [None, None, None], ["a\0", "b", NO_ID])]
        + [cursor(place) for place in (["\ud800", "b", NO_ID], ["x", NO_ID])],
    )
    def test_a_cursor_that_is_none_is_422(self, get: Get, path: str, wrong: str) -> None:
        assert get(path, 422, cursor=wrong)["errors"][0]["pointer"] == "/cursor"

    @pytest.mark.parametrize("limit", ["0", "101", "-1", "many", "1e9"])
    def test_a_limit_out_of_range_is_422(self, get: Get, limit: str) -> None:
        assert get("/runs", 422, limit=limit)["code"] == "invalid"

    @pytest.mark.parametrize("kind", ["datasets", "jobs", "runs"])
    def test_an_id_of_nothing_is_404_and_no_id_is_422(self, get: Get, kind: str) -> None:
        assert get(f"/{kind}/{NO_ID}", 404)["code"] == "not_found"
        assert get(f"/{kind}/nothing", 422)["code"] == "invalid"

    def test_a_graph_needs_a_node_that_is_there_and_a_direction_that_exists(self, get: Get) -> None:
        assert get("/graph", 422)["code"] == "invalid"
        assert get("/graph", 404, node="dataset:db:nothing")["code"] == "not_found"
        assert get("/graph", 422, node="dataset:db:a", direction="sideways")["code"] == "invalid"
        assert get("/graph", 422, node="dataset:db:a", depth="-1")["code"] == "invalid"

    @pytest.mark.parametrize("path", ["/datasets", "/jobs", "/runs", "/search"])
    def test_nul_is_no_fault_of_ours(self, send: Send, get: Get, path: str) -> None:
        many(send, 1)
        get(path, q="d\0", namespace="team-a\0")

    def test_routes_have_no_trailing_slash_and_never_redirect(self, client: Client) -> None:
        assert client.get("/api/v1/datasets/").status_code == 404

    def test_nothing_here_can_be_written(self, client: Client, issue_token: Any) -> None:
        headers = {"Authorization": f"Bearer {issue_token('read')}"}
        for path in ("datasets", "jobs", "runs", "graph", "search"):
            assert client.post(f"/api/v1/{path}", headers=headers).status_code == 405


def test_the_document_describes_from_and_to(client: Client) -> None:
    schemas = client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    assert set(schemas["GraphEdgeOut"]["properties"]) == {"from", "to", "kind"}
    assert {"items", "next"} == set(schemas["DatasetPage"]["properties"])
    assert Job.objects.count() == 0
