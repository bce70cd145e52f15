"""The stand-in is held to the real Marquez: every recorded post gets the recorded answer.

The same test replays them against a real one where `HUB_TEST_MARQUEZ_URL` names it (empty, as for the recording).
"""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests import recorded
from tests.services.marquez import Marquez, total_events

GROUPS = (
    "lineage-valid",
    "lineage-kinds",
    "lineage-event-time",
    "lineage-run-id",
    "lineage-malformed",
    "lineage-validation",
    "lineage-poison",
    "namespace-input-characters",
    "repeat",
)

# Knowingly left out, for the stand-in alone.
LEFT_OUT = {
    "body-overlong-nesting-1000": "Python's own JSON reader stops at that depth",
    "sanitized-namespace-collision-second": "needs Marquez's database: two names that become one",
    "sanitized-namespace-collision-third": "the same",
}


def exchanges(group: str) -> list[dict[str, Any]]:
    lines = map(json.loads, recorded.path("marquez/exchanges.jsonl").read_text().splitlines())
    return [one for one in lines if one["group"] == group]


def body_of(request: Mapping[str, Any]) -> bytes:
    return request["body"].encode() if "body" in request else base64.b64decode(request["body_base64"])


def post(url: str, request: Mapping[str, Any]) -> tuple[int, str | None, bytes]:
    """Send with the recorded headers alone: the form of an error page follows Accept."""
    link, body = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60), body_of(request)
    link.putrequest("POST", request["path"], skip_accept_encoding=True)
    for name, value in {**request["headers"], "Content-Length": str(len(body))}.items():
        link.putheader(name, value)
    link.endheaders(body)
    answer = link.getresponse()
    said = answer.status, answer.getheader("Content-Type"), answer.read()
    link.close()
    return said


def gist(status: int, content_type: str | None, body: str) -> tuple[Any, ...]:
    """What may be compared: texts of mapping errors name Jackson's classes, the order of `errors` is not stable."""
    value = json.loads(body) if content_type == "application/json" else {}
    return status, content_type, value.get("code"), sorted(value.get("errors", ())), value.get("status")


@pytest.mark.shared
@pytest.mark.parametrize("group", GROUPS)
def test_recorded_posts_get_the_recorded_answers(marquez: Any, group: str) -> None:
    is_ours = isinstance(marquez, Marquez)
    posts = [one for one in exchanges(group) if one["request"]["method"] == "POST"]
    asked = [one for one in posts if not (is_ours and one["id"] in LEFT_OUT)]
    assert asked
    expected, given = {}, {}
    for one in asked:
        wanted = one["response"]
        expected[one["id"]] = gist(wanted["status"], wanted["content_type"], wanted["body"])
        status, content_type, body = post(marquez.url, one["request"])
        given[one["id"]] = gist(status, content_type, body.decode("iso-8859-1"))
    assert given == expected


@pytest.mark.shared
def test_what_was_taken_is_counted(own_marquez: Marquez) -> None:
    posts = [one for one in exchanges("lineage-valid") if one["request"]["method"] == "POST"]
    for one in posts:
        post(own_marquez.url, one["request"])
    counted = next(one for one in exchanges("lineage-valid") if one["id"] == "read-events-all")
    assert own_marquez.event_count() == json.loads(counted["response"]["body"][:20].split(",")[0] + "}")["totalCount"]


@pytest.mark.shared
def test_every_stock_event_is_taken(marquez: Any) -> None:
    before, events = total_events(marquez.url), recorded.dbt_events()
    headers = {"Content-Type": "application/json"}
    answers = [
        post(marquez.url, {"path": "/api/v1/lineage", "headers": headers, "body": event.decode()}) for event in events
    ]
    assert [status for status, _, _ in answers] == recorded.oracle()["statuses"]
    assert total_events(marquez.url) - before == len(events)


def test_names_can_be_read_back(own_marquez: Marquez, event: bytes) -> None:
    outputs = b'"outputs":[{"namespace":"db://x","name":"t"}],"producer"'
    request = {"path": "/api/v1/lineage", "headers": {"Content-Type": "application/json"}}
    assert post(own_marquez.url, {**request, "body": event.replace(b'"producer"', outputs).decode()})[0] == 201
    link = http.client.HTTPConnection(urlsplit(own_marquez.url).netloc, timeout=10)

    def read(path: str) -> Any:
        link.request("GET", path)
        return json.load(link.getresponse())

    assert [one["name"] for one in read("/api/v1/namespaces")["namespaces"]] == ["db://x", "default", "team-a"]
    assert [one["name"] for one in read("/api/v1/namespaces/team-a/jobs")["jobs"]] == ["load"]
    assert [one["name"] for one in read("/api/v1/namespaces/db%3A%2F%2Fx/datasets")["datasets"]] == ["t"]
    assert read("/nothing") == {"code": 404, "message": "HTTP 404 Not Found"}
    link.close()
