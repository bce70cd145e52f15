"""An admin changes a namespace: its version grows with each real change, and two editors do not overwrite each other."""

from __future__ import annotations

from typing import Any

import pytest

from namespaces import services
from namespaces.actors import SYSTEM, Actor
from namespaces.errors import Forbidden, Invalid, NotFound, PreconditionFailed
from namespaces.facts import facts_of
from namespaces.models import AuditEntry, Namespace

HOOK = "https://hooks.slack.com/services/T000/B000/xyzSECRETxyz"


def last_entry() -> AuditEntry:
    entry = AuditEntry.objects.first()
    assert entry is not None
    return entry


def test_an_owner_changes_fields_and_the_version_grows(alice: Actor, team_a: Namespace) -> None:
    changed = services.update_namespace(alice, namespace=team_a, display_name="Team A", storage_retention_days=7)
    changed.refresh_from_db()
    assert (changed.display_name, changed.storage_retention_days, changed.version) == ("Team A", 7, 2)


def test_the_trail_shows_what_was_and_what_is(alice: Actor, team_a: Namespace) -> None:
    services.update_namespace(alice, namespace=team_a, storage_retention_days=7, display_name="")
    entry = last_entry()
    assert (entry.action, entry.actor) == ("namespace.updated", "alice@example.com")
    assert entry.before == {"storage_retention_days": 90}
    assert entry.after == {"storage_retention_days": 7}


def test_the_same_again_changes_nothing(alice: Actor, team_a: Namespace) -> None:
    entries = AuditEntry.objects.count()
    same = services.update_namespace(alice, namespace=team_a, owners=["Alice@example.com"], daily_event_quota=1_000_000)
    assert same.version == 1
    assert AuditEntry.objects.count() == entries


def test_a_version_that_is_old_is_refused(alice: Actor, team_a: Namespace) -> None:
    services.update_namespace(alice, namespace=team_a, if_match=1, description="first")
    with pytest.raises(PreconditionFailed, match="version 2"):
        services.update_namespace(alice, namespace=team_a, if_match=1, description="second")
    team_a.refresh_from_db()
    assert team_a.description == "first"


def test_the_name_never_changes(alice: Actor, team_a: Namespace) -> None:
    with pytest.raises(Invalid) as caught:
        services.update_namespace(alice, namespace=team_a, name="team-b")
    assert caught.value.errors[0].pointer == "/name"
    services.update_namespace(alice, namespace=team_a, name="team-a", description="the same name is fine")


def test_a_viewer_may_not_and_a_stranger_finds_nothing(bob: Actor, charlie: Actor, team_a: Namespace) -> None:
    with pytest.raises(Forbidden):
        services.update_namespace(bob, namespace=team_a, description="x")
    with pytest.raises(NotFound):
        services.update_namespace(charlie, namespace=team_a, description="x")


def test_a_list_of_owners_is_the_whole_truth(alice: Actor, team_a: Namespace) -> None:
    services.set_member(alice, namespace=team_a, email="w@example.com", role="writer")
    services.update_namespace(alice, namespace=team_a, owners=["bob@example.com"])
    assert services.people_in(team_a) == {"owners": ["bob@example.com"], "viewers": []}
    assert team_a.memberships.filter(email="w@example.com", role="writer").exists()


def test_an_owner_cannot_leave_a_namespace_without_owners(alice: Actor, team_a: Namespace) -> None:
    with pytest.raises(Invalid) as caught:
        services.update_namespace(alice, namespace=team_a, owners=[])
    assert caught.value.errors[0].pointer == "/owners"
    assert services.people_in(team_a)["owners"] == ["alice@example.com"]


def test_naming_the_last_owner_a_viewer_is_refused_as_well(alice: Actor, team_a: Namespace) -> None:
    with pytest.raises(Invalid):
        services.update_namespace(alice, namespace=team_a, viewers=["alice@example.com"])


def test_only_a_platform_admin_switches_a_namespace_off(alice: Actor, team_a: Namespace) -> None:
    with pytest.raises(Forbidden):
        services.update_namespace(alice, namespace=team_a, is_active=False)
    services.update_namespace(SYSTEM, namespace=team_a, is_active=False)
    assert facts_of("team-a") is None


def test_the_webhook_s_address_is_never_in_the_trail(alice: Actor, team_a: Namespace) -> None:
    services.update_namespace(alice, namespace=team_a, slack_webhook=HOOK)
    services.update_namespace(alice, namespace=team_a, slack_webhook=HOOK + "2")
    entry = last_entry()
    assert entry.before != entry.after
    assert "SECRET" not in str(list(AuditEntry.objects.values_list("before", "after")))


def test_a_bad_value_changes_nothing_at_all(alice: Actor, team_a: Namespace) -> None:
    with pytest.raises(Invalid):
        services.update_namespace(alice, namespace=team_a, description="new", viewers=["no address"])
    team_a.refresh_from_db()
    assert (team_a.description, team_a.version) == ("", 1)


def test_a_change_is_known_at_once_in_this_process(alice: Actor, team_a: Namespace) -> None:
    facts_of("team-a")
    services.update_namespace(alice, namespace=team_a, storage_retention_days=3)
    facts = facts_of("team-a")
    assert facts is not None
    assert facts.storage_retention_days == 3


@pytest.mark.parametrize("lists", [{"owners": ["x@example.com"]}, {"viewers": []}])
def test_a_change_of_people_is_a_new_version(lists: dict[str, Any], team_a: Namespace) -> None:
    assert services.update_namespace(SYSTEM, namespace=team_a, **lists).version == 2
