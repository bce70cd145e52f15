"""Who may do what by the API, as data: each route for people and for keys, inside and outside of the namespace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest
from django.test import Client

from namespaces import services
from namespaces.actors import SYSTEM
from namespaces.models import Namespace, User
from tests.conftest import PASSWORD

WHO = ("root", "alice", "bob", "charlie", "nobody", "key_admin", "key_read", "key_write", "key_foreign")
BODIES: Mapping[str, Any] = {
    "namespace": {"name": "team-new", "owners": ["new@example.com"]},
    "put": {"owners": ["alice@example.com"], "viewers": ["bob@example.com"]},
    "patch": {"description": "new"},
    "member": {"role": "reader"},
    "key": {"name": "ci", "scopes": ["read"]},
    "claim": {"kind": "job", "pattern": "airflow"},
}
READS = (200, 200, 200, 404, 401, 200, 200, 403, 404)
SECRETS = (200, 200, 403, 404, 401, 200, 403, 403, 404)
A = "/api/v1/namespaces/team-a"

MATRIX: tuple[tuple[str, str, str, tuple[int, ...]], ...] = (
    #                                                root alice bob charlie nobody admin read write foreign
    ("post", "/api/v1/namespaces", "namespace", (201, 403, 403, 403, 401, 403, 403, 403, 403)),
    ("get", "/api/v1/namespaces", "", (200, 200, 200, 200, 401, 200, 200, 200, 200)),
    ("get", A, "", READS),
    ("put", A, "put", SECRETS),
    ("patch", A, "patch", SECRETS),
    ("get", f"{A}/members", "", READS),
    ("put", f"{A}/members/dora@example.com", "member", SECRETS),
    ("delete", f"{A}/members/bob@example.com", "", (204, 204, 403, 404, 401, 204, 403, 403, 404)),
    ("get", f"{A}/keys", "", SECRETS),
    ("post", f"{A}/keys", "key", (201, 201, 403, 404, 401, 201, 403, 403, 404)),
    ("delete", f"{A}/keys/{{key}}", "", SECRETS),
    ("get", f"{A}/claims", "", READS),
    ("post", f"{A}/claims", "claim", (201, 201, 403, 404, 401, 201, 403, 403, 404)),
    ("delete", f"{A}/claims/{{claim}}", "", (204, 204, 403, 404, 401, 204, 403, 403, 404)),
    ("get", f"{A}/usage", "", READS),
    ("get", f"{A}/audit", "", SECRETS),
    ("get", "/api/v1/namespaces/nowhere", "", (404, 404, 404, 404, 401, 404, 404, 404, 404)),
)


class Case(NamedTuple):
    method: str
    path: str
    body: str
    who: str
    status: int

    def asked_by(self, client: Client, places: Mapping[str, int], *, of: str = "team-a") -> Any:
        return getattr(client, self.method)(
            self.path.format(**places).replace("team-a", of), BODIES.get(self.body), content_type="application/json"
        )


CASES = [Case(*row[:3], who, status) for row in MATRIX for who, status in zip(WHO, row[3], strict=True)]


@pytest.fixture
def places(team_a: Namespace) -> dict[str, int]:
    key = services.issue_key(SYSTEM, namespace=team_a, name="old", scopes=["read"]).key
    claim = services.claim(SYSTEM, namespace=team_a, kind="job", pattern="legacy")
    return {"key": key.pk, "claim": claim.pk}


def client_of(who: str, request: pytest.FixtureRequest) -> Client:
    if who == "root":
        client = Client()
        client.force_login(User.objects.create_superuser("root@example.com", PASSWORD))
        return client
    if who in {"alice", "bob", "charlie"}:
        client = Client()
        client.force_login(request.getfixturevalue(f"{who}_user"))
        return client
    if who == "nobody":
        return Client()
    scope, namespace = {
        "key_admin": ("admin", "team_a"),
        "key_read": ("read", "team_a"),
        "key_write": ("lineage:write", "team_a"),
        "key_foreign": ("admin", "team_c"),
    }[who]
    token = request.getfixturevalue("issue_token")(scope, namespace=request.getfixturevalue(namespace))
    return Client(headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize("case", CASES, ids=[f"{case.method} {case.path} {case.who}" for case in CASES])
def test_the_matrix_holds(case: Case, places: dict[str, int], request: pytest.FixtureRequest) -> None:
    client = client_of(case.who, request)
    before = Namespace.objects.get(name="team-a").version
    response = case.asked_by(client, places)
    assert response.status_code == case.status, response.content
    if case.status >= 400:
        assert response["Content-Type"] == "application/problem+json"
        assert Namespace.objects.get(name="team-a").version == before
    if case.status == 404:  # what a stranger is told is what everybody is told of what does not exist
        nowhere = case.asked_by(client, places, of="nowhere").json()
        told = response.json()
        assert told["detail"].replace("team-a", "nowhere") == nowhere["detail"]
        assert (told["code"], told["status"]) == (nowhere["code"], nowhere["status"])


def test_every_route_of_the_router_is_in_the_matrix() -> None:
    from namespaces.api import router  # noqa: PLC0415 -- where the routes are declared

    routes = {(m.lower(), p) for p, view in router.path_operations.items() for o in view.operations for m in o.methods}
    assert len(routes) == len({(row[0], row[1]) for row in MATRIX if "nowhere" not in row[1]})


@pytest.mark.parametrize(("who", "seen"), [("alice", ["team-a"]), ("charlie", ["team-c"]), ("key_write", [])])
def test_a_list_holds_only_what_its_reader_may_see(
    who: str, seen: list[str], team_a: Namespace, team_c: Namespace, request: pytest.FixtureRequest
) -> None:
    items = client_of(who, request).get("/api/v1/namespaces").json()["items"]
    assert [item["name"] for item in items] == seen
