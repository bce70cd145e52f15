"""A key is made once, found by its token, and ends by expiry, revocation or with its namespace."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from namespaces import keys, services
from namespaces.actors import SYSTEM, Actor
from namespaces.errors import Forbidden, Invalid, NotFound, Unauthenticated
from namespaces.models import ApiKey, AuditEntry, Namespace

UNKNOWN = keys.make_token().token


def refusal(token: str) -> str:
    with pytest.raises(Unauthenticated) as caught:
        keys.authenticate(token)
    return caught.value.detail


def test_a_token_is_plain_ascii_of_one_length_that_no_parser_mistakes() -> None:
    for _ in range(200):
        token, lookup, digest = keys.make_token()
        assert re.fullmatch(r"dlh_[0-9A-Za-z]{50}", token)
        assert token[4:16] == lookup
        assert re.fullmatch(r"[0-9a-f]{64}", digest)
        assert keys.is_well_formed(token)
        with pytest.raises(ValueError, match="Expecting value"):
            json.loads(token)


def test_tokens_do_not_repeat() -> None:
    assert len({keys.make_token().lookup for _ in range(1_000)}) == 1_000


@given(st.integers(0, 53), st.sampled_from(keys.BASE62))
def test_one_wrong_character_is_noticed_without_any_lookup(position: int, character: str) -> None:
    wrong = UNKNOWN[:position] + character + UNKNOWN[position + 1 :]
    assert keys.is_well_formed(wrong) == (wrong == UNKNOWN)


@given(st.text())
def test_no_text_breaks_the_check(text: str) -> None:
    assert keys.is_well_formed(text) is False or text.startswith("dlh_")


def test_a_malformed_token_costs_no_query(db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        refusal(UNKNOWN[:-1] + ("a" if UNKNOWN[-1] != "a" else "b"))


def test_a_token_speaks_for_its_namespace(team_a: Namespace, issue_token: Any) -> None:
    credential = keys.authenticate(issue_token("lineage:write", "read"))
    assert credential.namespace.name == "team-a"
    actor = credential.actor_for("req-1")
    assert (actor.kind, actor.request_id, actor.is_platform_admin) == ("key", "req-1", False)
    assert actor.scopes == frozenset({"lineage:write", "read"})
    assert re.fullmatch(r"key test \(dlh_[0-9A-Za-z]{12}…\)", actor.label)


@pytest.mark.parametrize(
    ("scopes", "role"),
    [
        (["read"], "reader"),
        (["lineage:write"], "writer"),
        (["telemetry:write", "read"], "writer"),
        (["admin"], "admin"),
    ],
)
def test_scopes_make_the_role(scopes: list[str], role: str, team_a: Namespace, issue_token: Any) -> None:
    assert keys.authenticate(issue_token(*scopes)).actor.roles == {team_a.pk: role}


def test_who_governs_may_read(issue_token: Any) -> None:
    assert keys.authenticate(issue_token("admin")).actor.has_scope("read")


def test_the_same_words_for_every_reason(team_a: Namespace, issue_token: Any) -> None:
    expired = issue_token("read", expires_at=timezone.now() + timedelta(days=1))
    revoked, wrong_secret = issue_token("read"), keys.make_token()
    past = timezone.now() - timedelta(seconds=1)
    ApiKey.objects.filter(digest=keys.digest_of(expired)).update(expires_at=past)
    services.revoke_key(SYSTEM, key=ApiKey.objects.get(digest=keys.digest_of(revoked)))
    ApiKey.objects.filter(digest=keys.digest_of(issue_token("read"))).update(lookup=wrong_secret.lookup)
    tokens = [UNKNOWN, "", "dlh_", expired, revoked, wrong_secret.token]
    assert len({refusal(token) for token in tokens}) == 1


def test_a_key_ends_at_its_expiry_even_when_it_is_remembered(issue_token: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    token = issue_token("read", expires_at=timezone.now() + timedelta(seconds=5))
    keys.authenticate(token)
    now = keys._known._clock()
    monkeypatch.setattr(keys._known, "_clock", lambda: now + 5)
    ApiKey.objects.update(expires_at=timezone.now())  # what the database's clock will say by then
    refusal(token)


def test_a_revoked_key_is_refused_at_once(issue_token: Any) -> None:
    token = issue_token("read")
    key = ApiKey.objects.get(pk=int(keys.authenticate(token).key_id))
    services.revoke_key(SYSTEM, key=key)
    refusal(token)


def test_keys_of_a_namespace_switched_off_are_refused(team_a: Namespace, issue_token: Any) -> None:
    token = issue_token("read")
    keys.authenticate(token)
    services.update_namespace(SYSTEM, namespace=team_a, is_active=False)
    refusal(token)


def test_a_key_in_use_asks_no_database(issue_token: Any, django_assert_num_queries: Any) -> None:
    token = issue_token("read")
    keys.authenticate(token)
    with django_assert_num_queries(0):
        keys.authenticate(token)


def test_an_unknown_key_asks_the_database_once(db: None, django_assert_num_queries: Any) -> None:
    refusal(UNKNOWN)
    with django_assert_num_queries(0):
        refusal(UNKNOWN)


def test_a_flood_of_unknown_keys_pushes_no_good_one_out(
    issue_token: Any, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(keys._refused, "_size", 3)
    token = issue_token("read")
    keys.authenticate(token)
    for _ in range(5):
        refusal(keys.make_token().token)
    assert len(keys._refused) == 3
    with django_assert_num_queries(0):
        keys.authenticate(token)


def test_another_pepper_ends_every_key(issue_token: Any, settings: Any) -> None:
    token = issue_token("read")
    settings.HUB_KEY_PEPPER = "another secret"
    refusal(token)


def test_nothing_stored_or_audited_holds_the_token(alice: Actor, team_a: Namespace) -> None:
    issued = services.issue_key(alice, namespace=team_a, name="ci", scopes=["read"])
    secret = issued.token[16:48]
    assert secret not in str(list(ApiKey.objects.values())) + str(list(AuditEntry.objects.values())) + repr(issued)
    assert issued.key.digest not in str(list(AuditEntry.objects.values()))


def test_issue_and_revocation_are_audited(alice: Actor, team_a: Namespace) -> None:
    key = services.issue_key(alice, namespace=team_a, name="ci", scopes=["read", "read"]).key
    services.revoke_key(alice, key=key)
    services.revoke_key(alice, key=key)
    revoked, issued = AuditEntry.objects.all()[:2]
    assert (issued.action, issued.target) == ("api_key.issued", f"ci (dlh_{key.lookup}…)")
    assert issued.after == {"name": "ci", "scopes": ["read"], "expires_at": None}
    assert (revoked.action, revoked.target) == ("api_key.revoked", issued.target)


@pytest.mark.parametrize("scopes", [[], ["read", "everything"]])
def test_scopes_are_a_closed_list(scopes: list[str], alice: Actor, team_a: Namespace) -> None:
    with pytest.raises(Invalid):
        services.issue_key(alice, namespace=team_a, name="ci", scopes=scopes)


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "nul\0"])
def test_a_key_has_a_name(name: str, alice: Actor, team_a: Namespace) -> None:
    with pytest.raises(Invalid) as caught:
        services.issue_key(alice, namespace=team_a, name=name, scopes=["read"])
    assert caught.value.errors[0].pointer == "/name"


def test_an_expiry_lies_ahead(alice: Actor, team_a: Namespace) -> None:
    with pytest.raises(Invalid) as caught:
        services.issue_key(alice, namespace=team_a, name="ci", scopes=["read"], expires_at=timezone.now())
    assert caught.value.errors[0].pointer == "/expires_at"


def test_a_viewer_can_neither_issue_nor_revoke(bob: Actor, alice: Actor, team_a: Namespace) -> None:
    key = services.issue_key(alice, namespace=team_a, name="ci", scopes=["read"]).key
    with pytest.raises(Forbidden):
        services.issue_key(bob, namespace=team_a, name="mine", scopes=["read"])
    with pytest.raises(Forbidden):
        services.revoke_key(bob, key=key)


def test_a_stranger_finds_no_key(charlie: Actor, alice: Actor, team_a: Namespace) -> None:
    key = services.issue_key(alice, namespace=team_a, name="ci", scopes=["read"]).key
    with pytest.raises(NotFound):
        services.revoke_key(charlie, key=key)


def test_use_is_noted_at_most_once_a_minute(
    issue_token: Any, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    key_id = keys.authenticate(issue_token("read")).key_id
    keys.touch(key_id)
    first = ApiKey.objects.get(pk=int(key_id)).last_used_at
    assert first is not None
    with django_assert_num_queries(0):
        keys.touch(key_id)
    now = keys._touched._clock()
    monkeypatch.setattr(keys._touched, "_clock", lambda: now + 60)
    keys.touch(key_id)  # another process's memory: the row itself says that it is too early
    assert ApiKey.objects.get(pk=int(key_id)).last_used_at == first
    ApiKey.objects.update(last_used_at=first - timedelta(seconds=61))
    monkeypatch.setattr(keys._touched, "_clock", lambda: now + 120)
    keys.touch(key_id)
    touched = ApiKey.objects.get(pk=int(key_id)).last_used_at
    assert touched is not None
    assert touched >= first
