"""A platform administrator creates a namespace; its name is a slug, its people and fields are checked."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from namespaces import services
from namespaces.actors import NOBODY, SYSTEM, Actor
from namespaces.errors import Conflict, Forbidden, Invalid, Unauthenticated
from namespaces.facts import facts_of
from namespaces.models import AuditEntry, Membership, Namespace
from namespaces.models.namespaces import SLUG_PATTERN


def invalid_at(pointer: str, **fields: Any) -> Invalid:
    with pytest.raises(Invalid) as caught:
        services.create_namespace(SYSTEM, **{"name": "team-x", **fields})
    assert pointer in {error.pointer for error in caught.value.errors}
    assert not Namespace.objects.exists()
    return caught.value


def test_a_new_namespace_has_its_fields_and_people(db: None) -> None:
    namespace = services.create_namespace(
        SYSTEM,
        name="team-data-platform",
        display_name="Data Platform Team",
        owners=["Data-Platform-Team@Company.com"],
        viewers=["analytics-team@company.com"],
        daily_event_quota=5,
        cost_center="engineering-data",
        compliance_level="pci-dss",
    )
    namespace.refresh_from_db()
    assert (namespace.title, namespace.version, namespace.daily_event_quota) == ("Data Platform Team", 1, 5)
    assert services.people_in(namespace) == {
        "owners": ["data-platform-team@company.com"],
        "viewers": ["analytics-team@company.com"],
    }
    assert dict(Membership.objects.values_list("email", "role")) == {
        "data-platform-team@company.com": "admin",
        "analytics-team@company.com": "reader",
    }


def test_defaults_are_those_of_the_configuration_file(db: None) -> None:
    namespace = services.create_namespace(SYSTEM, name="team-x")
    assert (namespace.daily_event_quota, namespace.storage_retention_days) == (1_000_000, 90)
    assert namespace.notification_settings == {"pipeline_failures": True, "data_quality_alerts": True}
    assert namespace.claim_policy == "claim"


def test_its_creation_is_audited_once_with_its_people(db: None) -> None:
    services.create_namespace(SYSTEM, name="team-x", owners=["a@example.com"])
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.namespace) == ("namespace.created", "system", "team-x")
    assert entry.after is not None
    assert entry.after["owners"] == ["a@example.com"]


def test_an_owner_of_another_namespace_cannot_create_one(alice: Actor) -> None:
    with pytest.raises(Forbidden):
        services.create_namespace(alice, name="team-x")


def test_nobody_cannot_create_one(db: None) -> None:
    with pytest.raises(Unauthenticated):
        services.create_namespace(NOBODY, name="team-x")


@pytest.mark.parametrize("name", ["team-a", "Team-A", "TEAM-A"])
def test_a_taken_name_is_a_conflict_in_any_case(name: str, team_a: Namespace) -> None:
    with pytest.raises(Conflict):
        services.create_namespace(SYSTEM, name=name)


def test_a_name_that_another_namespace_claims_is_a_conflict(team_a: Namespace) -> None:
    services.claim(SYSTEM, namespace=team_a, kind="job", pattern="analytics", is_prefix=True)
    with pytest.raises(Conflict, match="team-a"):
        services.create_namespace(SYSTEM, name="analytics-eu")


@pytest.mark.parametrize(
    "name", ["", "-a", "a-", "Team", "a b", "a/b", "a:b", "ä", "a" * 64, "a\n", "team\0", "default", "a@b"]
)
def test_what_is_no_slug_is_refused_at_its_pointer(name: str, db: None) -> None:
    invalid_at("/name", name=name)


@given(st.from_regex(r"[a-z0-9]([a-z0-9_.-]{0,61}[a-z0-9])?", fullmatch=True))
def test_every_slug_needs_no_escape_anywhere(name: str) -> None:
    assert re.match(SLUG_PATTERN, name)
    assert not re.search(r"[^a-z0-9_.-]", name)


@given(st.text(max_size=70))
def test_only_slugs_match(name: str) -> None:
    ends = name[:1] + name[-1:]
    is_slug = (
        0 < len(name) <= 63
        and all(c in "abcdefghijklmnopqrstuvwxyz0123456789_.-" for c in name)
        and all(c not in "_.-" for c in ends)
    )
    assert bool(re.match(SLUG_PATTERN, name)) == is_slug


def test_the_database_refuses_what_is_no_slug_as_well(db: None) -> None:
    with pytest.raises(IntegrityError):
        Namespace.objects.create(name="No Slug")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("daily_event_quota", -1),
        ("daily_event_quota", 2**63),
        ("storage_retention_days", 0),
        ("storage_retention_days", 36_501),
        ("slack_webhook", "http://hooks.slack.com/x"),
        ("slack_webhook", "javascript:alert(1)"),
        ("display_name", "x" * 201),
        ("display_name", "nul\0"),
        ("cost_center", "\ud800"),
        ("claim_policy", "whatever"),
        ("properties", ["no object"]),
        ("properties", {"nul": "\0"}),
        ("properties", {"half": "\udfff"}),
        ("properties", {"big": "x" * 20_000}),
        ("notification_settings", {"pipeline_failures": "yes"}),
        ("notification_settings", {"unknown": True}),
        ("rate_limit_per_s", 5),
        ("no_such_field", 1),
    ],
)
def test_a_bad_value_is_refused_at_its_pointer(field: str, value: Any, db: None) -> None:
    invalid_at(f"/{field}", **{field: value})


@pytest.mark.parametrize("email", ["", "alice", "alice@", "@example.com", "a b@example.com", "nul\0@example.com"])
def test_a_bad_address_is_refused_at_its_place_in_the_list(email: str, db: None) -> None:
    invalid_at("/owners/1", owners=["ok@example.com", email])


def test_nobody_is_owner_and_viewer_at_once(db: None) -> None:
    error = invalid_at("/viewers/0", owners=["a@example.com"], viewers=["A@example.com"])
    assert "owner already" in error.detail


def test_a_name_asked_for_too_early_is_found_once_it_exists(db: None) -> None:
    assert facts_of("team-x") is None
    created = services.create_namespace(SYSTEM, name="team-x")
    facts = facts_of("team-x")
    assert facts is not None
    assert facts.id == created.pk


def test_facts_are_asked_of_the_database_once(team_a: Namespace, django_assert_num_queries: Any) -> None:
    facts_of("team-a")
    with django_assert_num_queries(0):
        assert facts_of("team-a") == facts_of("team-a")


@pytest.mark.parametrize("name", ["", "nul\0", "\ud800", "Team-A", "team-a\n"])
def test_what_cannot_be_a_name_has_no_facts_and_costs_no_query(
    name: str, team_a: Namespace, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        assert facts_of(name) is None
