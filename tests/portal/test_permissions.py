"""Who sees which page: the matrix of people and routes, as data."""

from __future__ import annotations

import pytest
from django.test import Client

from namespaces import services
from namespaces.actors import SYSTEM
from namespaces.models import Namespace
from tests.portal.conftest import Shop

PEOPLE = ("alice", "bob", "charlie", "nobody")
TABS = ("jobs", "datasets", "runs", "members", "usage", "settings")
# route -> status for (alice, bob, charlie, nobody); alice is admin of team-a, bob reads it, charlie is a stranger.
MATRIX: dict[str, tuple[int, int, int, int]] = {
    "/": (200, 200, 200, 200),
    "/login": (302, 302, 302, 200),
    "/docs": (200, 200, 200, 200),
    "/status": (200, 200, 200, 302),
    "/search?q=orders": (200, 200, 200, 302),
    "/lineage": (200, 200, 200, 302),
    "/lineage?node={node}": (200, 200, 404, 302),
    "/lineage?node={foreign_node}": (404, 404, 200, 302),
    "/lineage.svg?node={node}": (200, 200, 404, 302),
    "/lineage?node=dataset:db:nothing": (404, 404, 404, 302),
    "/lineage?node={node}&depth=0": (422, 422, 422, 302),
    "/lineage?node={node}&depth=x": (422, 422, 422, 302),
    "/lineage?node={node}&direction=sideways": (422, 422, 422, 302),
    "/datasets/{dataset}": (200, 200, 404, 302),
    "/datasets/{foreign_dataset}": (404, 404, 200, 302),
    "/jobs/{job}": (200, 200, 404, 302),
    "/jobs/{foreign_job}": (404, 404, 200, 302),
    "/runs/{completed}": (200, 200, 404, 302),
    "/runs/{foreign_run}": (404, 404, 200, 302),
    "/namespaces/team-a": (200, 200, 404, 302),
    "/namespaces/team-a/first-event": (200, 200, 404, 302),
    "/namespaces/team-a/audit": (200, 403, 404, 302),
    "/namespaces/team-a/keys": (200, 403, 404, 302),
    "/namespaces/team-a/nonsense": (404, 404, 404, 302),
    "/namespaces/nothing": (404, 404, 404, 302),
    "/nothing": (404, 404, 404, 404),
    **{f"/namespaces/team-a/{tab}": (200, 200, 404, 302) for tab in TABS},
}


@pytest.fixture
def clients(alice_client: Client, bob_client: Client, charlie_client: Client) -> dict[str, Client]:
    return {"alice": alice_client, "bob": bob_client, "charlie": charlie_client, "nobody": Client()}


def test_each_person_gets_each_page_or_a_reason(clients: dict[str, Client], shop: Shop) -> None:
    routes = {route: route.format(**{name: getattr(shop, name) for name in dir(shop)}) for route in MATRIX}
    got = {route: tuple(clients[who].get(path).status_code for who in PEOPLE) for route, path in routes.items()}
    assert got == MATRIX


@pytest.mark.parametrize(("who", "status"), [("alice", 201), ("bob", 403), ("charlie", 404), ("nobody", 302)])
def test_only_an_admin_issues_a_key(clients: dict[str, Client], team_a: Namespace, who: str, status: int) -> None:
    answer = clients[who].post("/namespaces/team-a/keys/issue", {"name": "k", "scopes": ["read"]})
    assert answer.status_code == status
    assert team_a.api_keys.count() == (who == "alice")


@pytest.mark.parametrize(("who", "status"), [("alice", 302), ("bob", 403), ("charlie", 404), ("nobody", 302)])
def test_only_an_admin_revokes_a_key(clients: dict[str, Client], team_a: Namespace, who: str, status: int) -> None:
    key = services.issue_key(SYSTEM, namespace=team_a, name="k", scopes=["read"]).key
    answer = clients[who].post(f"/namespaces/team-a/keys/{key.pk}/revoke")
    key.refresh_from_db()
    assert answer.status_code == status
    assert (key.revoked_at is not None) == (who == "alice")


def test_a_key_of_another_namespace_is_not_found(alice_client: Client, team_a: Namespace, team_c: Namespace) -> None:
    key = services.issue_key(SYSTEM, namespace=team_c, name="k", scopes=["read"]).key
    assert alice_client.post(f"/namespaces/team-a/keys/{key.pk}/revoke").status_code == 404
    key.refresh_from_db()
    assert key.revoked_at is None


@pytest.mark.parametrize("route", ["/namespaces/team-a/keys/issue", "/namespaces/team-a/keys/1/revoke"])
def test_a_write_needs_a_post(alice_client: Client, route: str) -> None:
    assert alice_client.get(route).status_code == 405


def test_a_forged_form_is_refused(alice_user: object, team_a: Namespace) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice_user)  # type: ignore[arg-type]
    assert client.post("/namespaces/team-a/keys/issue", {"name": "k", "scopes": ["read"]}).status_code == 403
    assert not team_a.api_keys.exists()


def test_what_is_foreign_appears_nowhere(alice_client: Client, shop: Shop) -> None:
    """Team C's report reads team A's orders: Alice learns that somebody does, and no name."""
    pages = ["/", f"/lineage?node={shop.node}&depth=6", f"/datasets/{shop.dataset}", "/search?q=re", "/lineage"]
    for path in pages:
        text = alice_client.get(path).content.decode()
        assert "revenue" not in text, path
        assert "team-c" not in text, path
    assert "restricted job" in alice_client.get(pages[1]).content.decode()


def test_an_input_of_another_namespace_has_no_name_on_the_runs_page(charlie_client: Client, shop: Shop) -> None:
    text = charlie_client.get(f"/runs/{shop.foreign_run}").content.decode()
    assert "revenue" in text
    assert "restricted: it belongs to a namespace that you may not see" in text
    assert "orders" not in text


@pytest.mark.parametrize(("who", "shown"), [("alice", True), ("bob", False)])
def test_only_who_may_open_a_tab_finds_its_link(clients: dict[str, Client], who: str, shown: bool) -> None:  # noqa: FBT001
    page = clients[who].get("/namespaces/team-a").content.decode()
    for tab in ("keys", "audit"):
        assert (f'href="/namespaces/team-a/{tab}"' in page) is shown
