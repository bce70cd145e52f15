"""Sign-ins are in the trail, the failed ones too, and never a password."""

from __future__ import annotations

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_login_failed
from django.test import Client

from namespaces.models import AuditEntry, User
from tests.conftest import PASSWORD


def test_a_sign_in_is_audited(client: Client, alice_user: User) -> None:
    client.force_login(alice_user)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.target) == ("person.signed_in",) + ("alice@example.com",) * 2


def test_a_failed_one_is_audited_without_the_password(alice_user: User) -> None:
    assert authenticate(username="alice@example.com", password="wrong-" + PASSWORD) is None
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.target) == ("person.sign_in_failed", "nobody", "alice@example.com")
    assert PASSWORD not in str(entry.__dict__)


def test_any_nonsense_for_an_address_is_audited_as_well(db: None) -> None:
    user_login_failed.send(__name__, credentials={"username": "x\0" * 400}, request=None)
    assert AuditEntry.objects.get().target == "x" * 300


def test_e_mails_are_one_in_any_case(db: None) -> None:
    user = User.objects.create_user("Dora@Example.com", PASSWORD)
    assert (user.email, user.username) == ("dora@example.com", "dora@example.com")
