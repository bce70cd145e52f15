"""Who may read and write what, over every page and every route of the API, for every kind of person and key: as data.

A page asks for a session, so a key alone is sent to the login; the API takes both. What a stranger is told of something
that exists is word for word what they are told of something that does not.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from backends.health import Health
from hubsite import health, urls_portal
from hubsite.api import api
from namespaces import services
from namespaces.actors import SYSTEM
from namespaces.memory import Memory
from namespaces.models import Namespace, User
from tests.conftest import PASSWORD
from tests.portal import conftest as portal
from tests.portal.conftest import Shop

# Fixtures of the portal's tests, under the names by which tests ask for them.
shop, plug_store, _quiet_store = portal.shop, portal.plug_store, portal._quiet_store

WHO = ("nobody", "charlie", "bob", "alice", "root", "write key", "read key", "admin key", "revoked key")
Row = tuple[int, ...]

# Pages.        nobody charlie bob alice root | keys: write read admin revoked
OPEN: Row = (200,) * 9
SIGNED: Row = (302, 200, 200, 200, 200, 302, 302, 302, 302)
MEMBER: Row = (302, 404, 200, 200, 200, 302, 302, 302, 302)
OWNER: Row = (302, 404, 403, 200, 200, 302, 302, 302, 302)
NEVER: Row = (302, 404, 404, 404, 404, 302, 302, 302, 302)
# Routes of the API, in the same order.
SOMEBODY: Row = (401, 200, 200, 200, 200, 200, 200, 200, 401)
READER: Row = (401, 200, 200, 200, 200, 403, 200, 200, 401)
READ: Row = (401, 404, 200, 200, 200, 403, 200, 200, 401)
GOVERN: Row = (401, 404, 403, 200, 200, 403, 403, 200, 401)
ISSUE: Row = (401, 404, 403, 201, 201, 403, 403, 201, 401)
DROP: Row = (401, 404, 403, 204, 204, 403, 403, 204, 401)
FOREIGN: Row = (401, 200, 404, 404, 200, 403, 404, 404, 401)
N, A = "/namespaces/{ns}", "/api/v1/namespaces/{ns}"
QUOTA = {"daily_event_quota": 2_000_000}

PAGES: Mapping[str, Row] = {
    "/": OPEN,
    "/docs": OPEN,
    "/docs/errors": OPEN,
    "/api/v1/openapi.json": OPEN,
    "/health/live": OPEN,
    "/health/ready": OPEN,
    "/login": (200, 302, 302, 302, 302, 200, 200, 200, 200),
    "/logout": (405,) * 9,
    "/favicon.ico": (302,) * 9,
    "/status": SIGNED,
    "/search?q=orders": SIGNED,
    "/lineage": SIGNED,
    "/lineage?node={node}": MEMBER,
    "/lineage.svg?node={node}": MEMBER,
    "/datasets/{dataset}": MEMBER,
    "/jobs/{job}": MEMBER,
    "/runs/{completed}": MEMBER,
    N: MEMBER,
    f"{N}/first-event": MEMBER,
    **{f"{N}/{tab}": MEMBER for tab in ("overview", "jobs", "datasets", "runs", "members", "usage", "settings")},
    **{f"{N}/{tab}": OWNER for tab in ("keys", "audit")},
    f"{N}/keys/issue": (302, 405, 405, 405, 405, 302, 302, 302, 302),
    f"{N}/keys/{{key}}/revoke": (302, 405, 405, 405, 405, 302, 302, 302, 302),
    "/namespaces/nowhere": NEVER,
    "/lineage?node={foreign_node}": (302, 200, 404, 404, 200, 302, 302, 302, 302),
    "/runs/{foreign_run}": (302, 200, 404, 404, 200, 302, 302, 302, 302),
    "/admin/namespaces/namespace/": (302, 302, 302, 302, 200, 302, 302, 302, 302),
    "/admin/namespaces/auditentry/": (302, 302, 302, 302, 200, 302, 302, 302, 302),
    "/admin/catalog/dataset/": (302, 302, 302, 302, 200, 302, 302, 302, 302),
}
ROUTES: Mapping[tuple[str, str], tuple[Any, Row]] = {
    ("get", "/api/v1/health"): (None, OPEN),
    **{("get", f"/api/v1/{name}"): (None, READER) for name in ("datasets", "jobs", "runs")},
    ("get", "/api/v1/search?q=orders"): (None, READER),
    ("get", "/api/v1/graph?node={node}"): (None, READ),
    ("get", "/api/v1/graph?node={foreign_node}"): (None, FOREIGN),
    ("get", "/api/v1/datasets/{dataset}"): (None, READ),
    ("get", "/api/v1/jobs/{job}"): (None, READ),
    ("get", "/api/v1/runs/{completed}"): (None, READ),
    ("get", "/api/v1/runs/{foreign_run}"): (None, FOREIGN),
    ("get", "/api/v1/namespaces"): (None, SOMEBODY),
    ("post", "/api/v1/namespaces"): ({"name": "n"}, (401, 403, 403, 403, 201, 403, 403, 403, 401)),
    ("get", A): (None, READ),
    ("put", A): ({"owners": ["alice@example.com"], "viewers": ["bob@example.com"]}, GOVERN),
    ("patch", A): ({"description": "new"}, GOVERN),
    ("patch", A + "?"): (QUOTA, (401, 404, 403, 403, 200, 403, 403, 403, 401)),
    ("get", f"{A}/members"): (None, READ),
    ("put", f"{A}/members/dora@example.com"): ({"role": "reader"}, GOVERN),
    ("delete", f"{A}/members/bob@example.com"): (None, DROP),
    ("get", f"{A}/keys"): (None, GOVERN),
    ("post", f"{A}/keys"): ({"name": "k", "scopes": ["read"]}, ISSUE),
    ("delete", f"{A}/keys/{{key}}"): (None, GOVERN),
    ("delete", f"{A}/keys/{{foreign_key}}"): (None, (401, 404, 403, 404, 404, 403, 403, 404, 401)),
    ("get", f"{A}/claims"): (None, READ),
    ("post", f"{A}/claims"): ({"kind": "job", "pattern": "airflow"}, ISSUE),
    ("delete", f"{A}/claims/{{claim}}"): (None, DROP),
    ("delete", f"{A}/claims/{{foreign_claim}}"): (None, (401, 404, 403, 404, 404, 403, 403, 404, 401)),
    ("get", f"{A}/usage"): (None, READ),
    ("get", f"{A}/audit"): (None, GOVERN),
}
FORMS: Mapping[str, tuple[Any, Row]] = {
    f"{N}/keys/issue": ({"name": "k", "scopes": ["read"]}, (302, 404, 403, 201, 201, 302, 302, 302, 302)),
    f"{N}/keys/{{key}}/revoke": ({}, (302, 404, 403, 302, 302, 302, 302, 302, 302)),
    f"{N}/keys/{{foreign_key}}/revoke": ({}, (302, 404, 403, 404, 404, 302, 302, 302, 302)),
}


@pytest.fixture(autouse=True)
def _healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Components have tests of their own, and none here asks how they are."""
    monkeypatch.setattr(health, "COMPONENTS", dict.fromkeys(health.ESSENTIAL, lambda: Health("ok")))


@pytest.fixture
def names(shop: Shop, team_a: Namespace, team_c: Namespace) -> dict[str, Any]:
    """What stands in the braces of a path."""
    found: dict[str, Any] = {name: getattr(shop, name) for name in dir(shop) if not name.startswith("_")}
    for prefix, namespace in (("", team_a), ("foreign_", team_c)):
        key = services.issue_key(SYSTEM, namespace=namespace, name="old", scopes=["read"]).key
        claim = services.claim(SYSTEM, namespace=namespace, kind="job", pattern=f"legacy-{namespace.name}")
        found |= {f"{prefix}key": key.pk, f"{prefix}claim": claim.pk}
    return found | {"ns": "team-a"}


@pytest.fixture
def client_of(request: pytest.FixtureRequest, issue_token: Any, team_a: Namespace) -> Any:
    def client(who: str) -> Client:
        if who == "nobody":
            return Client()
        if who.endswith("key"):
            scope = {"write key": "lineage:write", "read key": "read"}.get(who, "admin")
            token = issue_token(scope)
            if who == "revoked key":
                services.revoke_key(SYSTEM, key=team_a.api_keys.latest("pk"))
            return Client(headers={"Authorization": f"Bearer {token}"})
        made = Client()
        root = who == "root" and User.objects.create_superuser("root@example.com", PASSWORD)
        made.force_login(root or request.getfixturevalue(f"{who}_user"))
        return made

    return client


@contextmanager
def undone() -> Iterator[None]:
    """What one of them changed is not there for the next."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    Memory.forget_all()


@pytest.mark.parametrize("who", WHO)
def test_every_page_answers_each_as_it_should(who: str, client_of: Any, names: Mapping[str, Any]) -> None:
    client, column = client_of(who), WHO.index(who)
    got = {path: client.get(path.format(**names)).status_code for path in PAGES}
    assert got == {path: row[column] for path, row in PAGES.items()}


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_answers_each_as_it_should(method: str, path: str, client_of: Any, names: Any) -> None:
    body, wanted = ROUTES[method, path]
    got = {}
    for who in WHO:
        with undone():
            answer = getattr(client_of(who), method)(path.format(**names), body, content_type="application/json")
            got[who] = answer.status_code
    assert got == dict(zip(WHO, wanted, strict=True))


@pytest.mark.parametrize("path", FORMS)
def test_every_form_answers_each_as_it_should(path: str, client_of: Any, names: Any) -> None:
    body, wanted = FORMS[path]
    got = {}
    for who in WHO:
        with undone():
            got[who] = client_of(who).post(path.format(**names), body).status_code
    assert got == dict(zip(WHO, wanted, strict=True))


@pytest.mark.parametrize("who", ["charlie", "root"])
@pytest.mark.parametrize(
    "path", ["/api/v1/datasets/{}", "/api/v1/jobs/{}", "/api/v1/runs/{}", "/datasets/{}", "/jobs/{}", "/runs/{}"]
)
def test_a_stranger_is_told_of_what_is_there_as_of_what_is_not(who: str, path: str, client_of: Any, names: Any) -> None:
    kind = path.split("/")[-2].removesuffix("s")
    there, absent = names["completed" if kind == "run" else kind], UUID(int=7)
    client = client_of(who)
    told, of_nothing = (anonymous(client.get(path.format(uuid))) for uuid in (there, absent))
    assert (told == of_nothing) == (who == "charlie")


def anonymous(answer: Any) -> str:
    """The body without what names this one request."""
    return re.sub(rf"{answer['X-Request-ID']}|csrfmiddlewaretoken\" value=\"\w+", "", str(answer.content.decode()))


def test_the_matrix_leaves_no_page_and_no_route_out() -> None:
    asked = [re.sub(r"\{\w+\}", "1", path.partition("?")[0]) for path in PAGES]
    resolver = get_resolver("hubsite.urls_portal")
    views = {
        resolver.resolve(path.replace("/1", f"/{UUID(int=1)}") if is_node(path) else path) for path in portal_of(asked)
    }
    assert {str(view.route) for view in views} == {str(pattern.pattern) for pattern in urls_portal.urlpatterns}
    routes = {(method, shape(path.partition("?")[0])) for method, path in ROUTES}
    document = api.get_openapi_schema(path_prefix="/api/v1/")["paths"]
    assert routes == {(method, shape(path)) for path, methods in document.items() for method in methods}


def portal_of(paths: list[str]) -> Iterator[str]:
    elsewhere = ("/docs", "/api/", "/health/", "/admin/")
    return (path for path in paths if not path.startswith(elsewhere))


def is_node(path: str) -> bool:
    return path.startswith(("/datasets/", "/jobs/", "/runs/"))


def shape(path: str) -> str:
    return re.sub(r"\{[^}]+\}|[\w.]+@example.com", "{}", path)


@pytest.mark.parametrize("path", ["/", "/status", "/search?q=a", "/namespaces/team-a", "/lineage"])
def test_a_bad_key_beside_a_session_is_refused_and_not_a_mistake_of_ours(
    path: str, client_of: Any, team_a: Namespace
) -> None:
    answer = client_of("alice").get(path, headers={"X-API-Key": "dlh_wrong"})
    assert answer.status_code in {200, 401}
    assert "team-a" not in answer.content.decode().replace(path, "")


def test_a_write_only_key_beside_a_session_sees_as_little_as_the_key(
    client_of: Any, names: Any, issue_token: Any
) -> None:
    client, headers = client_of("alice"), {"X-API-Key": issue_token("lineage:write")}
    assert client.get("/namespaces/team-a", headers=headers).status_code == 403
    for path in ("/", "/search?q=orders", "/lineage"):
        text = client.get(path, headers=headers).content.decode()
        assert "make_orders" not in text, path
        assert "team-a" not in text, path


@pytest.mark.parametrize("method", ["put", "patch", "post", "delete"])
def test_a_session_writes_nothing_by_the_api_without_its_csrf_token(
    method: str, alice_user: User, team_a: Namespace
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice_user)
    path = {"post": "/keys", "delete": "/members/bob@example.com"}.get(method, "")
    answer = getattr(client, method)(f"/api/v1/namespaces/team-a{path}", {}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/x", "/\\evil.example", "javascript:alert(1)"]
)
@pytest.mark.parametrize("door", ["/login", "/admin/login/"])
def test_signing_in_leads_nowhere_else(target: str, door: str, db: None) -> None:
    User.objects.create_superuser("root@example.com", PASSWORD)
    body = {"username": "root@example.com", "password": PASSWORD, "next": target}
    answer = Client().post(door, body, query_params={"next": target})
    assert answer.status_code == 302
    assert "evil" not in answer["Location"]
    assert answer["Location"].startswith("/")


def test_a_person_switched_off_is_nobody_at_once(client_of: Any, alice_user: User) -> None:
    client = client_of("alice")
    User.objects.filter(pk=alice_user.pk).update(is_active=False)
    assert client.get("/api/v1/namespaces/team-a").status_code == 401
    assert client.get("/namespaces/team-a").status_code == 302


def test_the_keys_of_a_namespace_switched_off_are_refused(client_of: Any, team_a: Namespace) -> None:
    client = client_of("admin key")
    services.update_namespace(SYSTEM, namespace=team_a, is_active=False)
    assert client.get("/api/v1/namespaces/team-a").status_code == 401


def test_staff_with_a_permission_of_django_sees_nothing_of_the_catalog(shop: Shop) -> None:
    staff = User.objects.create_user("staff@example.com", PASSWORD, is_staff=True)
    staff.user_permissions.set(Permission.objects.all())
    client = Client()
    client.force_login(staff)
    for model in ("dataset", "job", "run", "edge"):
        assert client.get(f"/admin/catalog/{model}/").status_code == 403


@pytest.mark.parametrize(
    ("url", "is_secure"), [("https://hub.example", "True"), ("http://hub.example", "False"), ("", "False")]
)
def test_cookies_of_a_hub_behind_tls_never_travel_in_the_clear(url: str, is_secure: str) -> None:
    code = "from hubsite import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "HUB_PUBLIC_URL": url},
        capture_output=True,
        check=True,
        text=True,
    )
    assert ran.stdout.split() == [is_secure] * 2
