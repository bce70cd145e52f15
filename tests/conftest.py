"""Three people whom every permission test knows: Alice owns team-a, Bob views it, Charlie is a stranger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from namespaces import people, services
from namespaces.actors import SYSTEM, Actor
from namespaces.memory import Memory
from namespaces.models import Namespace, User

PASSWORD = "correct-horse-battery"
# A live server's threads end some time after the last test, and PostgreSQL drops no database that somebody uses.
END_OTHER_SESSIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Tests with real transactions empty every table at their end; outside of tests a trigger refuses that."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE namespaces_auditentry DISABLE TRIGGER auditentry_never_emptied")
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(END_OTHER_SESSIONS)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """What a process remembers and counts must not reach the next test."""
    Memory.forget_all()
    cache.clear()


@pytest.fixture(autouse=True)
def _cheap_passwords(settings: Settings) -> None:
    """Hundreds of tests create people, and none is about how hard a hash is."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def alice_user(db: None) -> User:
    return User.objects.create_user("alice@example.com", PASSWORD)


@pytest.fixture
def bob_user(db: None) -> User:
    return User.objects.create_user("bob@example.com", PASSWORD)


@pytest.fixture
def charlie_user(db: None) -> User:
    return User.objects.create_user("charlie@example.com", PASSWORD)


@pytest.fixture
def team_a(alice_user: User, bob_user: User) -> Namespace:
    return services.create_namespace(SYSTEM, name="team-a", owners=[alice_user.email], viewers=[bob_user.email])


@pytest.fixture
def team_c(charlie_user: User) -> Namespace:
    return services.create_namespace(SYSTEM, name="team-c", owners=[charlie_user.email])


@pytest.fixture
def alice(alice_user: User, team_a: Namespace) -> Actor:
    return people.actor_of(alice_user)


@pytest.fixture
def bob(bob_user: User, team_a: Namespace) -> Actor:
    return people.actor_of(bob_user)


@pytest.fixture
def charlie(charlie_user: User, team_c: Namespace) -> Actor:
    return people.actor_of(charlie_user)


@pytest.fixture
def issue_token(team_a: Namespace) -> Any:
    """Make a key: `issue_token("lineage:write", namespace=team_a)` returns the token."""

    def issue(*scopes: str, namespace: Namespace = team_a, **more: Any) -> str:
        return services.issue_key(SYSTEM, namespace=namespace, name="test", scopes=list(scopes), **more).token

    return issue
