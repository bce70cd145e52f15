"""A job namespace belongs to one hub namespace: by its name, by the longest claim, or by first use."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from namespaces import claims, facts, services
from namespaces.actors import SYSTEM, Actor
from namespaces.claims import NamespaceNotAllowed, comparable, job_namespace_for, owner_of
from namespaces.errors import Conflict, Forbidden, Invalid, NotFound
from namespaces.facts import NamespaceFacts
from namespaces.memory import Memory
from namespaces.models import AuditEntry, Claim, Namespace


@pytest.fixture
def a(team_a: Namespace) -> NamespaceFacts:
    return facts.of(team_a)


@pytest.fixture
def c(team_c: Namespace) -> NamespaceFacts:
    return facts.of(team_c)


def claim(namespace: NamespaceFacts, pattern: str, *, is_prefix: bool = False, kind: str = "job") -> Claim:
    row = Namespace.objects.get(pk=namespace.id)
    return services.claim(SYSTEM, namespace=row, kind=kind, pattern=pattern, is_prefix=is_prefix)


@pytest.mark.parametrize("text", ["", "default"])
@pytest.mark.parametrize("policy", ["claim", "rewrite", "reject"])
def test_no_namespace_means_the_key_s(text: str, policy: str, a: NamespaceFacts) -> None:
    assert job_namespace_for(replace(a, claim_policy=policy), text) == "team-a"


@pytest.mark.parametrize("text", ["team-a", "team-a.dev", "team-a/dev/x", "team-a.dev x"])
@pytest.mark.parametrize("policy", ["claim", "rewrite", "reject"])
def test_its_own_name_and_what_follows_it_is_always_its_own(text: str, policy: str, a: NamespaceFacts) -> None:
    assert job_namespace_for(replace(a, claim_policy=policy), text) == text
    assert not Claim.objects.exists()


@pytest.mark.parametrize("text", ["team-a", "team-a.dev", "team-a/x"])
def test_another_s_name_is_refused_without_naming_them(text: str, a: NamespaceFacts, c: NamespaceFacts) -> None:
    with pytest.raises(NamespaceNotAllowed, match="claimed by another namespace") as caught:
        job_namespace_for(c, text)
    assert "team-c" in caught.value.detail  # the fix
    assert caught.value.code == "namespace_not_allowed"


def test_a_name_that_only_begins_alike_is_not_its_own(a: NamespaceFacts, c: NamespaceFacts) -> None:
    assert job_namespace_for(c, "team-abc") == "team-abc"


def test_the_longer_name_has_its_own(a: NamespaceFacts) -> None:
    longer = facts.of(services.create_namespace(SYSTEM, name="team-a.dev"))
    assert job_namespace_for(longer, "team-a.dev/x") == "team-a.dev/x"
    with pytest.raises(NamespaceNotAllowed):
        job_namespace_for(a, "team-a.dev/x")


def test_first_use_claims_and_is_audited_once(a: NamespaceFacts, c: NamespaceFacts) -> None:
    for _ in range(2):
        assert job_namespace_for(a, "airflow prod") == "airflow prod"
    assert list(Claim.objects.values_list("namespace__name", "pattern", "is_prefix")) == [
        ("team-a", "airflow_prod", False)
    ]
    entries = AuditEntry.objects.filter(action="claim.created")
    assert [(entry.namespace, entry.actor) for entry in entries] == [("team-a", "system")]
    with pytest.raises(NamespaceNotAllowed):
        job_namespace_for(c, "airflow prod")


def test_what_marquez_would_write_alike_is_one(a: NamespaceFacts, c: NamespaceFacts) -> None:
    job_namespace_for(a, "air=flow")
    with pytest.raises(NamespaceNotAllowed):
        job_namespace_for(c, "air flow")


def test_rewrite_puts_the_name_instead_of_what_nobody_claims(a: NamespaceFacts) -> None:
    rewriting = replace(a, claim_policy="rewrite")
    assert job_namespace_for(rewriting, "airflow") == "team-a"
    claim(a, "airflow")
    assert job_namespace_for(rewriting, "airflow") == "airflow"


def test_reject_names_the_fix(a: NamespaceFacts) -> None:
    with pytest.raises(NamespaceNotAllowed, match="let an owner of team-a claim it"):
        job_namespace_for(replace(a, claim_policy="reject"), "airflow")
    assert not Claim.objects.exists()


@pytest.mark.parametrize("policy", ["claim", "rewrite", "reject"])
def test_another_s_claim_is_refused_under_every_policy(policy: str, a: NamespaceFacts, c: NamespaceFacts) -> None:
    claim(c, "airflow")
    with pytest.raises(NamespaceNotAllowed):
        job_namespace_for(replace(a, claim_policy=policy), "airflow")


def test_the_longest_claim_wins_and_a_whole_text_over_a_beginning(a: NamespaceFacts, c: NamespaceFacts) -> None:
    claim(a, "postgres://h:5432/", is_prefix=True, kind="dataset")
    claim(c, "postgres://h:5432/sales", is_prefix=True, kind="dataset")
    claim(a, "postgres://h:5432/sales", kind="dataset")
    owners = {
        "postgres://h:5432/hr": a.id,
        "postgres://h:5432/sales": a.id,
        "postgres://h:5432/sales.eu": c.id,
        "postgres://other": None,
    }
    assert {text: owner_of("dataset", text) for text in owners} == owners
    assert owner_of("job", "postgres://h:5432/hr") is None


@pytest.mark.parametrize("pattern", ["100%", "a_c", "a\\", "_"])
def test_a_pattern_means_itself_and_no_wildcard(pattern: str, a: NamespaceFacts) -> None:
    claim(a, pattern, is_prefix=True, kind="dataset")
    assert owner_of("dataset", pattern + "/x") == a.id
    assert owner_of("dataset", "100 abc") is None
    assert owner_of("dataset", "abc") is None


def test_steady_state_asks_no_database(a: NamespaceFacts, django_assert_num_queries: Any) -> None:
    for text in ("airflow", "team-a.x"):
        job_namespace_for(a, text)
    with django_assert_num_queries(0):
        for text in ("airflow", "team-a.x", "", "default"):
            job_namespace_for(a, text)


def test_a_claim_given_up_is_free_at_once(alice: Actor, a: NamespaceFacts, c: NamespaceFacts) -> None:
    job_namespace_for(a, "airflow")
    services.unclaim(alice, claim=Claim.objects.get())
    assert job_namespace_for(c, "airflow") == "airflow"
    assert list(AuditEntry.objects.values_list("action", flat=True)[:2]) == ["claim.created", "claim.removed"]


def test_claiming_twice_is_one_claim(a: NamespaceFacts) -> None:
    assert claim(a, "airflow").pk == claim(a, "airflow").pk


@pytest.mark.parametrize("pattern", ["airflow", "team-a", "team-a.x"])
def test_what_is_another_s_cannot_be_claimed(pattern: str, a: NamespaceFacts, c: NamespaceFacts) -> None:
    claim(a, "airflow")
    with pytest.raises(Conflict, match="another namespace"):
        claim(c, pattern)


@pytest.mark.parametrize("pattern", ["", "x" * 1_025, "nul\0", "é" * 1_024 + "x"])
def test_a_pattern_fits_its_index(pattern: str, a: NamespaceFacts) -> None:
    with pytest.raises(Invalid):
        claim(a, pattern, kind="dataset")


def test_the_widest_pattern_that_is_let_in_is_stored_and_found(a: NamespaceFacts) -> None:
    pattern = "".join(chr(0x4E00 + n * 7) for n in range(866))
    claim(a, pattern, kind="dataset")
    assert owner_of("dataset", pattern) == a.id


def test_a_viewer_cannot_claim_nor_a_stranger(bob: Actor, charlie: Actor, team_a: Namespace) -> None:
    with pytest.raises(Forbidden):
        services.claim(bob, namespace=team_a, kind="job", pattern="x")
    with pytest.raises(NotFound):
        services.claim(charlie, namespace=team_a, kind="job", pattern="x")


def test_a_producer_that_makes_up_names_is_stopped(a: NamespaceFacts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "MAX_FIRST_USES", 2)
    job_namespace_for(a, "one")
    job_namespace_for(a, "two")
    with pytest.raises(NamespaceNotAllowed, match="cannot claim more"):
        job_namespace_for(a, "three")
    assert job_namespace_for(a, "two") == "two"
    assert job_namespace_for(a, "team-a.three") == "team-a.three"


def test_a_name_too_long_to_claim_is_refused(a: NamespaceFacts) -> None:
    with pytest.raises(NamespaceNotAllowed):
        job_namespace_for(a, "x" * 1_025)


@pytest.mark.django_db(transaction=True)
def test_of_two_first_users_at_once_one_wins_and_both_learn_it() -> None:
    both = [facts.of(services.create_namespace(SYSTEM, name=name)) for name in ("left", "right")]
    together = Barrier(2)

    def use(namespace: NamespaceFacts) -> bool:
        together.wait(timeout=10)
        try:
            return job_namespace_for(namespace, "airflow") == "airflow"
        except NamespaceNotAllowed:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        won = list(pool.map(use, both))
    assert sorted(won) == [False, True]
    Memory.forget_all()
    assert owner_of("job", "airflow") == both[won.index(True)].id
    assert AuditEntry.objects.filter(action="claim.created").count() == 1


@given(st.text(max_size=40))
def test_comparing_as_marquez_keeps_length_and_is_stable(text: str) -> None:
    once = comparable("job", text)
    assert len(once) == len(text)
    assert comparable("job", once) == once
    assert comparable("dataset", text) == text
