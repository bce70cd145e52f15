"""The admin: a login where there is none, a looser policy for its theme alone."""

from __future__ import annotations

from django.test import Client

from namespaces.models import User
from tests.conftest import PASSWORD


def test_a_stranger_finds_the_login_at_the_admin_s_address(client: Client, db: None) -> None:
    response = client.get("/admin/")
    assert response.status_code == 200
    assert b'name="password"' in response.content


def test_signing_in_there_leads_to_the_admin(client: Client, db: None) -> None:
    User.objects.create_superuser("root@example.com", PASSWORD)
    response = client.post("/admin/", {"username": "root@example.com", "password": PASSWORD}, follow=True)
    assert response.status_code == 200
    assert b"Namespaces" in response.content


def test_a_person_without_staff_rights_does_not_see_the_admin(client: Client, alice_user: User) -> None:
    client.force_login(alice_user)
    assert b'name="password"' in client.get("/admin/").content


def test_only_the_admin_may_evaluate(client: Client, db: None) -> None:
    assert "'unsafe-eval'" in client.get("/admin/")["Content-Security-Policy"]
    assert "unsafe" not in client.get("/")["Content-Security-Policy"]
