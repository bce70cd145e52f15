"""Who belongs to a namespace is set and taken by its admins; people's rights follow at once."""

from __future__ import annotations

import pytest

from namespaces import people, services
from namespaces.actors import NOBODY, SYSTEM, Actor
from namespaces.errors import Conflict, Forbidden, Invalid, NotFound
from namespaces.models import AuditEntry, Namespace, User


def roles_of(user: User) -> dict[int, str]:
    return dict(people.actor_of(user).roles)


def test_a_right_waits_for_the_person_who_has_not_signed_in_yet(alice: Actor, team_a: Namespace) -> None:
    services.set_member(alice, namespace=team_a, email=" Dora@Example.com ", role="writer")
    dora = User.objects.create_user("dora@example.com")
    assert roles_of(dora) == {team_a.pk: "writer"}


def test_a_person_has_one_role_and_the_last_one_counts(alice: Actor, team_a: Namespace, bob_user: User) -> None:
    services.set_member(alice, namespace=team_a, email="BOB@example.com", role="admin")
    assert roles_of(bob_user) == {team_a.pk: "admin"}
    assert team_a.memberships.count() == 2


def test_a_right_taken_is_gone_at_once(alice: Actor, team_a: Namespace, bob_user: User) -> None:
    services.remove_member(alice, namespace=team_a, email="bob@example.com")
    assert roles_of(bob_user) == {}


def test_the_same_role_again_is_no_change(alice: Actor, team_a: Namespace) -> None:
    entries = AuditEntry.objects.count()
    services.set_member(alice, namespace=team_a, email="bob@example.com", role="reader")
    team_a.refresh_from_db()
    assert (AuditEntry.objects.count(), team_a.version) == (entries, 1)


def test_changes_are_audited_with_before_and_after(alice: Actor, team_a: Namespace) -> None:
    services.set_member(alice, namespace=team_a, email="bob@example.com", role="writer")
    services.remove_member(alice, namespace=team_a, email="bob@example.com")
    removed, changed = AuditEntry.objects.all()[:2]
    assert (changed.action, changed.before, changed.after) == ("member.set", {"role": "reader"}, {"role": "writer"})
    assert (removed.action, removed.before, removed.after) == ("member.removed", {"role": "writer"}, None)
    team_a.refresh_from_db()
    assert team_a.version == 3


def test_a_viewer_cannot_make_themselves_an_owner(bob: Actor, team_a: Namespace) -> None:
    with pytest.raises(Forbidden):
        services.set_member(bob, namespace=team_a, email="bob@example.com", role="admin")


def test_a_stranger_learns_nothing(charlie: Actor, team_a: Namespace) -> None:
    with pytest.raises(NotFound):
        services.remove_member(charlie, namespace=team_a, email="bob@example.com")


def test_the_last_owner_cannot_leave_nor_step_down(alice: Actor, team_a: Namespace) -> None:
    with pytest.raises(Conflict):
        services.remove_member(alice, namespace=team_a, email="alice@example.com")
    with pytest.raises(Conflict):
        services.set_member(alice, namespace=team_a, email="alice@example.com", role="reader")


def test_a_platform_admin_may_leave_a_namespace_without_owners(team_a: Namespace) -> None:
    services.remove_member(SYSTEM, namespace=team_a, email="alice@example.com")
    assert services.people_in(team_a)["owners"] == []


@pytest.mark.parametrize(("email", "role"), [("no address", "reader"), ("x@example.com", "king")])
def test_nonsense_is_refused(email: str, role: str, alice: Actor, team_a: Namespace) -> None:
    with pytest.raises(Invalid):
        services.set_member(alice, namespace=team_a, email=email, role=role)


def test_who_is_no_member_cannot_be_removed(alice: Actor, team_a: Namespace) -> None:
    with pytest.raises(NotFound):
        services.remove_member(alice, namespace=team_a, email="x@example.com")


def test_a_superuser_is_a_platform_admin(db: None) -> None:
    root = User.objects.create_superuser("root@example.com", "x")
    assert people.actor_of(root, request_id="r1").is_platform_admin
    assert people.actor_of(root, request_id="r1").request_id == "r1"


def test_a_person_switched_off_is_nobody(alice_user: User, team_a: Namespace) -> None:
    alice_user.is_active = False
    assert people.actor_of(alice_user) is NOBODY
