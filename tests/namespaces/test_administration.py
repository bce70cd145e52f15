"""The administration pages: every model has a list, writes go through the services, a key is shown once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

from namespaces import keys, services
from namespaces.actors import SYSTEM
from namespaces.models import ApiKey, AuditEntry, Claim, Membership, Namespace, Usage, User
from tests.conftest import PASSWORD

BASE = "/admin/namespaces"
EMPTY_INLINES = {
    f"{name}-{part}": "0" for name in ("memberships", "claims") for part in ("TOTAL_FORMS", "INITIAL_FORMS")
}
NAMESPACE = {
    "name": "team-x",
    "is_active": "on",
    "daily_event_quota": "10",
    "storage_retention_days": "30",
    "claim_policy": "reject",
    "notification_settings": '{"pipeline_failures": true}',
    "properties": "{}",
    **EMPTY_INLINES,
}


@pytest.fixture
def root(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.com", PASSWORD))
    return client


def actions() -> list[str]:
    return [str(a) for a in AuditEntry.objects.order_by("id").values_list("action", flat=True)]


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_every_model_has_a_list_that_can_be_searched(root: Client, team_a: Namespace) -> None:
    ours = [model for model in admin.site._registry if model._meta.app_label == "namespaces"]
    assert len(ours) == 7
    for model in ours:
        name = model._meta.model_name
        assert root.get(f"{BASE}/{name}/", {"q": "team"}).status_code == 200, name


@pytest.mark.parametrize("model", ["namespace", "membership", "claim", "apikey", "user"])
def test_every_form_opens(model: str, root: Client) -> None:
    assert root.get(f"{BASE}/{model}/add/").status_code == 200


def test_a_namespace_is_created_through_the_service(root: Client) -> None:
    response = root.post(f"{BASE}/namespace/add/", NAMESPACE, follow=True)
    namespace = Namespace.objects.get()
    assert response.status_code == 200
    assert (namespace.name, namespace.daily_event_quota, namespace.claim_policy) == ("team-x", 10, "reject")
    assert AuditEntry.objects.filter(action="namespace.created", actor="root@example.com").exists()


def test_a_namespace_is_changed_with_its_members_and_claims(root: Client, team_a: Namespace) -> None:
    alice, bob = Membership.objects.order_by("email")
    body = {
        **NAMESPACE,
        "cost_center": "c1",
        "memberships-TOTAL_FORMS": "3",
        "memberships-INITIAL_FORMS": "2",
        "claims-TOTAL_FORMS": "1",
    }
    rows = [
        (alice, "alice2@example.com", "admin", ""),
        (bob, "bob@example.com", "reader", "on"),
        (None, "dora@example.com", "writer", ""),
    ]
    for n, (member, email, role, delete) in enumerate(rows):
        body |= {
            f"memberships-{n}-namespace": str(team_a.pk),
            f"memberships-{n}-email": email,
            f"memberships-{n}-role": role,
        }
        body |= {f"memberships-{n}-id": str(member.pk) if member else ""} | (
            {f"memberships-{n}-DELETE": delete} if delete else {}
        )
    body |= {"claims-0-namespace": str(team_a.pk), "claims-0-kind": "job", "claims-0-pattern": "airflow"}
    response = root.post(f"{BASE}/namespace/{team_a.pk}/change/", body)
    assert response.status_code == 302, text_of(response)
    team_a.refresh_from_db()
    assert (team_a.cost_center, team_a.name) == ("c1", "team-a")
    assert dict(team_a.memberships.values_list("email", "role")) == {
        "alice2@example.com": "admin",
        "dora@example.com": "writer",
    }
    assert Claim.objects.get().pattern == "airflow"
    assert {"namespace.updated", "member.set", "member.removed", "claim.created"} <= set(actions())


def test_what_a_service_refuses_is_told_and_nothing_changes(root: Client, team_a: Namespace) -> None:
    services.claim(SYSTEM, namespace=team_a, kind="job", pattern="team-x")
    response = root.post(f"{BASE}/namespace/add/", NAMESPACE, follow=True)
    assert response.status_code == 200
    assert "is claimed by team-a" in text_of(response)
    assert not Namespace.objects.filter(name="team-x").exists()


def test_a_namespace_is_switched_off_but_never_deleted(root: Client, team_a: Namespace) -> None:
    assert root.post(f"{BASE}/namespace/{team_a.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_key_is_shown_once(root: Client, team_a: Namespace) -> None:
    body = {
        "namespace": team_a.pk,
        "name": "ci",
        "scopes": ["read", "lineage:write"],
        "expires_at_0": "",
        "expires_at_1": "",
    }
    shown = text_of(root.post(f"{BASE}/apikey/add/", body, follow=True))
    tokens = set(re.findall(r"dlh_[0-9A-Za-z]{50}", shown))
    assert len(tokens) == 1
    assert keys.authenticate(tokens.pop()).actor.scopes == frozenset({"lineage:write", "read"})
    key = ApiKey.objects.get()
    for page in (f"{BASE}/apikey/", f"{BASE}/apikey/{key.pk}/change/"):
        again = text_of(root.get(page))
        assert not re.search(r"dlh_[0-9A-Za-z]{50}", again)
        assert key.digest not in again
    assert "api_key.issued" in actions()


def test_keys_are_revoked_from_the_list(root: Client, team_a: Namespace) -> None:
    issued = services.issue_key(SYSTEM, namespace=team_a, name="ci", scopes=["read"])
    body = {"action": "revoke", "_selected_action": [issued.key.pk]}
    assert root.post(f"{BASE}/apikey/", body).status_code == 302
    assert ApiKey.objects.get().revoked_at is not None
    assert "api_key.revoked" in actions()


def test_members_and_claims_have_pages_of_their_own(root: Client, team_a: Namespace) -> None:
    root.post(f"{BASE}/membership/add/", {"namespace": team_a.pk, "email": "dora@example.com", "role": "writer"})
    root.post(f"{BASE}/claim/add/", {"namespace": team_a.pk, "kind": "job", "pattern": "airflow"})
    member, claim = Membership.objects.get(email="dora@example.com"), Claim.objects.get()
    assert root.post(f"{BASE}/membership/{member.pk}/change/", {"role": "reader"}).status_code == 302
    assert root.post(f"{BASE}/membership/{member.pk}/delete/", {"post": "yes"}).status_code == 302
    assert (
        root.post(
            f"{BASE}/claim/", {"action": "delete_selected", "_selected_action": [claim.pk], "post": "yes"}
        ).status_code
        == 302
    )
    assert not Membership.objects.filter(email="dora@example.com").exists()
    assert not Claim.objects.exists()
    expected = ["member.set", "claim.created", "member.set", "member.removed", "claim.removed"]
    assert actions()[-5:] == expected


@pytest.mark.parametrize("model", ["usage", "auditentry"])
def test_what_the_hub_writes_is_only_read(model: str, root: Client, team_a: Namespace) -> None:
    Usage.objects.create(namespace=team_a, day="2026-03-14")
    row = Usage.objects.get() if model == "usage" else AuditEntry.objects.all()[0]
    assert root.get(f"{BASE}/{model}/{row.pk}/change/").status_code == 200
    assert root.post(f"{BASE}/{model}/{row.pk}/change/", {}).status_code == 403
    assert root.post(f"{BASE}/{model}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert root.get(f"{BASE}/{model}/add/").status_code == 403


def test_a_person_is_added_by_e_mail_and_password(root: Client) -> None:
    new = "correct-horse-2"
    body = {"email": "Dora@Example.com", "usable_password": "true", "password1": new, "password2": new}
    response = root.post(f"{BASE}/user/add/", body)
    assert response.status_code == 302, text_of(response)
    dora = User.objects.get(email="dora@example.com")
    assert dora.check_password(new)
    assert not dora.is_staff
    assert root.get(f"{BASE}/user/{dora.pk}/change/").status_code == 200
    assert AuditEntry.objects.filter(action="person.created", target="dora@example.com").exists()


def test_an_address_is_taken_in_any_case(root: Client, alice_user: User) -> None:
    body = {"email": "ALICE@example.com", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    response = root.post(f"{BASE}/user/add/", body)
    assert response.status_code == 200
    assert User.objects.filter(email__iexact="alice@example.com").count() == 1


def test_a_password_set_by_an_administrator_is_audited_without_it(root: Client, alice_user: User) -> None:
    new = "another-horse-battery"
    response = root.post(
        f"{BASE}/user/{alice_user.pk}/password/", {"usable_password": "true", "password1": new, "password2": new}
    )
    assert response.status_code == 302, text_of(response)
    alice_user.refresh_from_db()
    assert alice_user.check_password(new)
    entry = AuditEntry.objects.all()[0]
    assert (entry.action, entry.target) == ("person.updated", "alice@example.com")
    assert new not in str(entry.__dict__)


def test_staff_without_platform_rights_sees_nothing_of_governance(team_a: Namespace) -> None:
    client = Client()
    client.force_login(User.objects.create_user("staff@example.com", PASSWORD, is_staff=True))
    assert client.get(f"{BASE}/namespace/").status_code == 403
    assert client.get(f"{BASE}/namespace/{team_a.pk}/change/").status_code == 403
