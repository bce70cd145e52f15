"""The management API: the configuration's own words, versions by ETag, pages by cursor, problems with pointers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from namespaces import keys, services
from namespaces.actors import SYSTEM
from namespaces.models import ApiKey, AuditEntry, Namespace, Usage, User
from tests.conftest import PASSWORD

A = "/api/v1/namespaces/team-a"
CONFIGURATION = {
    "name": "team-data-platform",
    "display_name": "Data Platform Team",
    "owners": ["data-platform-team@company.com"],
    "viewers": ["analytics-team@company.com"],
    "daily_event_quota": 1_000_000,
    "storage_retention_days": 90,
    "slack_webhook": "https://hooks.slack.com/services/T/B/x",
    "notification_settings": {"pipeline_failures": True, "data_quality_alerts": True},
    "cost_center": "engineering-data",
    "compliance_level": "pci-dss",
}


@pytest.fixture
def root(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.com", PASSWORD))
    return client


@pytest.fixture
def owner(alice_user: User, team_a: Namespace) -> Client:
    client = Client()
    client.force_login(alice_user)
    return client


def send(client: Client, method: str, path: str, body: Any, **headers: str) -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    return getattr(client, method)(path, text, content_type="application/json", headers=headers)


def test_the_promised_configuration_goes_in_and_comes_out(root: Client) -> None:
    created = send(root, "post", "/api/v1/namespaces", CONFIGURATION)
    assert created.status_code == 201
    assert (created["Location"], created["ETag"]) == ("/api/v1/namespaces/team-data-platform", '"1"')
    got = root.get(created["Location"])
    assert got.status_code == 200
    assert {name: got.json()[name] for name in CONFIGURATION} == CONFIGURATION
    assert got.json()["claim_policy"] == "claim"
    assert got.json()["properties"] == {}


def test_the_promised_configuration_can_be_put_as_it_is(root: Client) -> None:
    send(root, "post", "/api/v1/namespaces", {"name": "team-data-platform"})
    put = send(root, "put", "/api/v1/namespaces/team-data-platform", CONFIGURATION)
    assert put.status_code == 200, put.content
    assert {name: put.json()[name] for name in CONFIGURATION} == CONFIGURATION


def test_an_answer_sent_back_unchanged_changes_nothing(owner: Client) -> None:
    got = owner.get(A)
    put = send(owner, "put", A, got.json())
    assert put.status_code == 200, put.content
    assert put.json() == got.json()
    assert (put["ETag"], got["ETag"]) == ('"1"', '"1"')


def test_put_resets_what_is_left_out_but_not_what_is_not_the_owners_to_change(owner: Client, team_a: Namespace) -> None:
    services.update_namespace(SYSTEM, namespace=team_a, description="old", daily_event_quota=5)
    put = send(owner, "put", A, {"owners": ["alice@example.com"], "display_name": "new"})
    got = put.json()
    assert (got["description"], got["daily_event_quota"], got["display_name"]) == ("", 5, "new")
    assert got["viewers"] == []


def test_put_without_owners_is_refused_instead_of_locking_everybody_out(owner: Client) -> None:
    put = send(owner, "put", A, {"display_name": "x"})
    assert put.status_code == 422
    assert [error["pointer"] for error in put.json()["errors"]] == ["/owners"]


def test_patch_leaves_what_is_left_out(owner: Client) -> None:
    send(owner, "patch", A, {"description": "old"})
    got = send(owner, "patch", A, {"cost_center": "c1"}).json()
    assert (got["description"], got["cost_center"], got["version"]) == ("old", "c1", 3)


@pytest.mark.parametrize("etag", ['"1"', 'W/"1"', "*"])
def test_the_current_version_may_be_changed(etag: str, owner: Client) -> None:
    assert send(owner, "patch", A, {"description": "x"}, **{"If-Match": etag}).status_code == 200


@pytest.mark.parametrize("etag", ['"2"', "1", "nonsense", '"99999999999999999999"'])
def test_another_version_is_refused(etag: str, owner: Client) -> None:
    answer = send(owner, "patch", A, {"description": "x"}, **{"If-Match": etag})
    assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"quota": 5}, "/quota"),
        ({"notification_settings": {"pipeline_failure": True}}, "/notification_settings"),
        ({"name": "team-b"}, "/name"),
        ({"daily_event_quota": "many"}, "/daily_event_quota"),
        ({"storage_retention_days": -1}, "/storage_retention_days"),
        ({"daily_event_quota": None}, "/daily_event_quota"),
        ({"owners": ["alice@example.com", "bad"]}, "/owners/1"),
        ({"owners": "alice@example.com"}, "/owners"),
        ({"slack_webhook": "ftp://x"}, "/slack_webhook"),
        ({"claim_policy": "steal"}, "/claim_policy"),
        ({"properties": {"x": "\0"}}, "/properties"),
        ({"display_name": "\ud800"}, "/display_name"),
    ],
)
def test_bad_input_is_a_problem_with_a_pointer(body: Any, pointer: str, owner: Client) -> None:
    answer = send(owner, "patch", A, body)
    assert answer.status_code == 422, answer.content
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


def test_what_is_no_json_is_malformed(owner: Client) -> None:
    assert send(owner, "patch", A, "{").status_code == 400


@pytest.mark.parametrize("name", ["%00", "team%20a", "Team-A", "ä", "a" * 300, "team-a%0A"])
def test_what_cannot_be_a_name_is_simply_not_there(name: str, owner: Client) -> None:
    assert owner.get(f"/api/v1/namespaces/{name}").status_code == 404


def test_the_webhook_is_shown_to_admins_only(owner: Client, bob_user: User) -> None:
    send(owner, "patch", A, {"slack_webhook": CONFIGURATION["slack_webhook"]})
    assert owner.get(A).json()["slack_webhook"] == CONFIGURATION["slack_webhook"]
    viewer = Client()
    viewer.force_login(bob_user)
    assert viewer.get(A).json()["slack_webhook"] == "********"
    assert viewer.get("/api/v1/namespaces").json()["items"][0]["slack_webhook"] == "********"


def test_a_list_comes_in_pages(root: Client) -> None:
    for letter in "edcba":
        services.create_namespace(SYSTEM, name=f"team-{letter}")
    names: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = root.get("/api/v1/namespaces", {"limit": "2", "cursor": cursor}).json()
        assert len(page["items"]) <= 2
        names += [item["name"] for item in page["items"]]
        cursor = page["next"]
    assert names == [f"team-{letter}" for letter in "abcde"]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "cursor=nonsense", "cursor=IlwwIg", "cursor=Ilx1MDAwMCI"]
)
def test_a_bad_page_is_a_problem(query: str, owner: Client) -> None:
    assert owner.get(f"/api/v1/namespaces?{query}").status_code == 422


@pytest.mark.parametrize("path", ["members", "keys", "claims", "usage", "audit"])
def test_every_list_of_a_namespace_has_pages(path: str, owner: Client, team_a: Namespace) -> None:
    for n in range(3):
        services.set_member(SYSTEM, namespace=team_a, email=f"p{n}@example.com", role="reader")
        services.issue_key(SYSTEM, namespace=team_a, name=f"k{n}", scopes=["read"])
        services.claim(SYSTEM, namespace=team_a, kind="job", pattern=f"c{n}")
        Usage.objects.create(namespace=team_a, day=f"2026-03-1{n}")
    everything = owner.get(f"{A}/{path}", {"limit": 200}).json()["items"]
    first = owner.get(f"{A}/{path}", {"limit": 2}).json()
    second = owner.get(f"{A}/{path}", {"limit": 198, "cursor": first["next"]}).json()
    assert first["items"] + second["items"] == everything
    assert second["next"] is None


def test_lists_do_not_ask_once_per_row(root: Client, django_assert_max_num_queries: Any) -> None:
    for n in range(20):
        services.create_namespace(SYSTEM, name=f"team-{n}", owners=["a@example.com"])
    with django_assert_max_num_queries(6):
        assert len(root.get("/api/v1/namespaces").json()["items"]) == 20


def test_a_key_is_issued_used_listed_and_revoked(owner: Client) -> None:
    issued = send(owner, "post", f"{A}/keys", {"name": "ci", "scopes": ["read"]}).json()
    by_key = Client(headers={"Authorization": f"Bearer {issued['token']}"})
    assert by_key.get(A).json()["name"] == "team-a"
    listed = owner.get(f"{A}/keys").content.decode()
    assert issued["token"] not in listed
    assert "digest" not in listed
    revoked = owner.delete(f"{A}/keys/{issued['key']['id']}")
    assert revoked.json()["revoked_at"]
    assert by_key.get(A).status_code == 401


def test_a_key_of_another_namespace_is_not_found(owner: Client, team_c: Namespace) -> None:
    other = services.issue_key(SYSTEM, namespace=team_c, name="ci", scopes=["read"]).key
    assert owner.delete(f"{A}/keys/{other.pk}").status_code == 404
    assert ApiKey.objects.get(pk=other.pk).revoked_at is None


def test_a_bad_key_is_refused_even_when_a_person_is_signed_in(owner: Client) -> None:
    answer = owner.get(A, headers={"Authorization": f"Bearer {keys.make_token().token}"})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


def test_members_are_set_and_removed(owner: Client) -> None:
    assert send(owner, "put", f"{A}/members/Dora@example.com", {"role": "writer"}).json()["email"] == "dora@example.com"
    assert owner.delete(f"{A}/members/dora@example.com").status_code == 204
    assert owner.delete(f"{A}/members/dora@example.com").status_code == 404


def test_the_last_owner_stays(owner: Client) -> None:
    answer = owner.delete(f"{A}/members/alice@example.com")
    assert (answer.status_code, answer.json()["code"]) == (409, "last_owner")


def test_the_trail_carries_the_request_s_id(owner: Client) -> None:
    send(owner, "patch", A, {"description": "x"}, **{"X-Request-ID": "req-abcdefgh"})
    entry = owner.get(f"{A}/audit").json()["items"][0]
    assert (entry["action"], entry["request_id"]) == ("namespace.updated", "req-abcdefgh")
    assert AuditEntry.objects.get(pk=entry["id"]).request_id == "req-abcdefgh"


def test_a_foreign_page_cannot_write_with_a_person_s_cookie(alice_user: User, team_a: Namespace) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice_user)
    forged = send(client, "patch", A, {"description": "forged"})
    assert (forged.status_code, forged.json()["code"]) == (403, "csrf")
    assert client.get(A).status_code == 200


def test_a_person_s_own_page_can(alice_user: User, team_a: Namespace) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice_user)
    token = "a" * 32
    client.cookies["csrftoken"] = token
    assert send(client, "patch", A, {"description": "mine"}, **{"X-CSRFToken": token}).status_code == 200


def test_a_key_needs_no_csrf_token(issue_token: Any) -> None:
    client = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {issue_token('admin')}"})
    assert send(client, "patch", A, {"description": "by key"}).status_code == 200
