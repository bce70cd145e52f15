"""The trail only grows: the database refuses changes, and what was changed behind its back is found."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from namespaces import audit
from namespaces.actors import SYSTEM
from namespaces.audit import Action
from namespaces.models import AuditEntry

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), inner, max_size=3)
    ),
    max_leaves=8,
)


def record(n: int = 1) -> list[AuditEntry]:
    return [audit.record(SYSTEM, Action.MEMBER_SET, target=f"p{i}", after={"n": i}) for i in range(n)]


@contextmanager
def unguarded() -> Iterator[None]:
    """What an intruder with the database's own rights could do."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE namespaces_auditentry DISABLE TRIGGER auditentry_append_only")
        yield
        cursor.execute("ALTER TABLE namespaces_auditentry ENABLE TRIGGER auditentry_append_only")


def test_an_entry_says_who_did_what_when_to_what(db: None) -> None:
    actor = replace(SYSTEM, label="alice@example.com", request_id="req-12345")
    entry = audit.record(actor, Action.API_KEY_ISSUED, target="ci", namespace="team-a", before=None, after={"a": 1})
    entry.refresh_from_db()
    assert (entry.actor, entry.action, entry.target) == ("alice@example.com", "api_key.issued", "ci")
    assert (entry.namespace, entry.before, entry.after, entry.request_id) == ("team-a", None, {"a": 1}, "req-12345")


def test_each_entry_is_bound_to_the_one_before(db: None) -> None:
    first, second, third = record(3)
    assert (first.previous_hash, second.previous_hash, third.previous_hash) == ("", first.hash, second.hash)
    assert audit.verify() is None


def test_an_empty_trail_is_whole(db: None) -> None:
    assert audit.verify() is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE namespaces_auditentry SET actor = 'somebody else'",
        "DELETE FROM namespaces_auditentry",
        "TRUNCATE namespaces_auditentry",
    ],
)
def test_the_database_refuses(statement: str, db: None) -> None:
    record()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE namespaces_auditentry ENABLE TRIGGER auditentry_never_emptied")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(statement)
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", "2001-01-01T00:00:00Z"),
        ("action", "member.removed"),
        ("actor", "somebody else"),
        ("namespace", "team-z"),
        ("target", "p9"),
        ("before", {"x": 1}),
        ("after", {"n": 2}),
        ("request_id", "another"),
        ("hash", "0" * 64),
    ],
)
def test_a_change_of_any_field_is_found(field: str, value: Any, db: None) -> None:
    entries = record(3)
    with unguarded():
        AuditEntry.objects.filter(pk=entries[1].pk).update(**{field: value})
    assert audit.verify() == entries[1].pk


def test_a_missing_entry_is_found_at_its_successor(db: None) -> None:
    entries = record(3)
    with unguarded():
        AuditEntry.objects.filter(pk=entries[1].pk).delete()
    assert audit.verify() == entries[2].pk


def test_a_changed_entry_with_a_new_hash_is_found_at_its_successor(db: None) -> None:
    entries = record(3)
    with unguarded():
        forged = AuditEntry.objects.get(pk=entries[1].pk)
        forged.actor = "somebody else"
        AuditEntry.objects.filter(pk=forged.pk).update(actor=forged.actor, hash=audit.hash_of(forged))
    assert audit.verify() == entries[2].pk


def test_what_is_undone_leaves_no_entry(db: None) -> None:
    with transaction.atomic():
        record()
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(after=st.dictionaries(st.sampled_from("abc"), JSON))
def test_any_json_survives_the_database_with_its_hash(after: dict[str, Any], db: None) -> None:
    entry = audit.record(SYSTEM, Action.NAMESPACE_UPDATED, target="x", after=after)
    assert audit.hash_of(AuditEntry.objects.get(pk=entry.pk)) == entry.hash


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_make_one_chain() -> None:
    def write(n: int) -> None:
        try:
            record(5)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert AuditEntry.objects.count() == 20
    assert audit.verify() is None


def test_actions_are_dotted_past_verbs() -> None:
    for action in Action:
        noun, _, verb = action.value.partition(".")
        assert noun.replace("_", "").isalpha()
        assert verb.rsplit("_", maxsplit=1)[-1] in {
            "created",
            "updated",
            "set",
            "removed",
            "issued",
            "revoked",
            "in",
            "failed",
        }
