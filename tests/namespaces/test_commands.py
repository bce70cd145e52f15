"""The shell's two commands: a namespace, and a key whose token a script can capture."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from namespaces import keys, services
from namespaces.models import ApiKey, Namespace


def run(*words: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command(*words, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_a_namespace_is_created_with_its_people(db: None) -> None:
    run(
        "create_namespace",
        "team-x",
        "--owner",
        "a@example.com",
        "--owner",
        "b@example.com",
        "--viewer",
        "c@example.com",
    )
    assert services.people_in(Namespace.objects.get()) == {
        "owners": ["a@example.com", "b@example.com"],
        "viewers": ["c@example.com"],
    }


def test_a_quota_can_be_given_even_zero(db: None) -> None:
    run("create_namespace", "team-x", "--quota", "0", "--display-name", "Team X")
    namespace = Namespace.objects.get()
    assert (namespace.daily_event_quota, namespace.display_name) == (0, "Team X")


def test_a_taken_name_says_so(team_a: Namespace) -> None:
    with pytest.raises(CommandError, match="already"):
        run("create_namespace", "team-a")


def test_a_bad_name_says_where_and_why(db: None) -> None:
    with pytest.raises(CommandError, match="/name: 1 to 63"):
        run("create_namespace", "Team X")


def test_the_token_stands_alone_on_stdout(team_a: Namespace) -> None:
    out, err = run("issue_key", "team-a")
    assert out == out.strip() + "\n"
    assert keys.authenticate(out.strip()).actor.scopes == frozenset({"lineage:write", "telemetry:write"})
    assert out.strip() not in err
    assert "team-a" in err


def test_scopes_name_and_expiry_can_be_given(team_a: Namespace) -> None:
    run("issue_key", "team-a", "--scope", "read", "--scope", "admin", "--name", "ci", "--expires-in-days", "3")
    key = ApiKey.objects.get()
    assert (key.name, key.scopes) == ("ci", ["admin", "read"])
    assert key.expires_at is not None
    assert timedelta(days=2, hours=23) < key.expires_at - timezone.now() <= timedelta(days=3)


def test_no_such_namespace_says_so(db: None) -> None:
    with pytest.raises(CommandError, match="no namespace 'nowhere'"):
        run("issue_key", "nowhere")
