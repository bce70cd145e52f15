"""What an owner may not do for their own namespace's sake: raise its limit, or take what others live in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from namespaces import services
from namespaces.actors import SYSTEM, Actor
from namespaces.errors import Conflict, Forbidden, Invalid
from namespaces.models import Claim, Namespace, User
from tests.catalog.conftest import dataset, run_event
from tests.catalog.conftest import send as send_events
from tests.conftest import PASSWORD

A = "/api/v1/namespaces/team-a"
send = send_events  # the catalog's fixture, under the name by which tests ask for it


def patch(client: Client, body: dict[str, Any]) -> Any:
    return client.patch(A, body, content_type="application/json")


def wanted(text: str) -> dict[str, Any]:
    """`sales.*` is the prefix `sales.`."""
    return {"pattern": text.removesuffix("*"), "is_prefix": text.endswith("*")}


class TestTheQuota:
    @pytest.mark.parametrize("quota", [1_000_001, 5])
    def test_an_owner_cannot_change_it(self, quota: int, alice: Actor, team_a: Namespace) -> None:
        with pytest.raises(Forbidden, match="Only a platform administrator may change"):
            services.update_namespace(alice, namespace=team_a, daily_event_quota=quota, description="new")
        team_a.refresh_from_db()
        assert (team_a.daily_event_quota, team_a.description, team_a.version) == (1_000_000, "", 1)

    def test_the_api_refuses_an_owner_with_words_and_takes_the_rest(self, client: Client, alice_user: User) -> None:
        services.create_namespace(SYSTEM, name="team-a", owners=[alice_user.email])
        client.force_login(alice_user)
        refused = patch(client, {"daily_event_quota": 10**9})
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        assert "platform administrator" in refused.json()["detail"]
        assert patch(client, {"daily_event_quota": 1_000_000, "description": "x"}).status_code == 200

    def test_an_admin_key_is_no_platform_administrator(
        self, client: Client, team_a: Namespace, issue_token: Any
    ) -> None:
        headers = {"Authorization": f"Bearer {issue_token('admin')}"}
        body = {"daily_event_quota": 10**9}
        assert client.patch(A, body, content_type="application/json", headers=headers).status_code == 403

    def test_a_platform_administrator_changes_it(self, client: Client, team_a: Namespace) -> None:
        client.force_login(User.objects.create_superuser("root@example.com", PASSWORD))
        assert patch(client, {"daily_event_quota": 7}).json()["daily_event_quota"] == 7


class TestClaims:
    @pytest.mark.parametrize(
        "pattern", ["s", "s3", "sales", "a.", "s3:", "s3://", "postgres://", "file:///", "://", "postgres://db"]
    )
    def test_a_prefix_that_captures_too_much_is_not_an_owners(
        self, pattern: str, alice: Actor, team_a: Namespace
    ) -> None:
        with pytest.raises(Invalid, match="Ask a platform administrator"):
            services.claim(alice, namespace=team_a, kind="dataset", pattern=pattern, is_prefix=True)
        assert services.claim(SYSTEM, namespace=team_a, kind="dataset", pattern=pattern, is_prefix=True).pk

    @pytest.mark.parametrize("pattern", ["ab.", "sales-", "air_", "postgres://db:", "s3://team-a-", "s3://sales/"])
    def test_a_prefix_that_ends_where_a_name_does_is(self, pattern: str, alice: Actor, team_a: Namespace) -> None:
        assert services.claim(alice, namespace=team_a, kind="dataset", pattern=pattern, is_prefix=True).pk

    @pytest.mark.parametrize("pattern", ["s", "bigquery", "s3://sales"])
    def test_an_exact_name_may_be_short(self, pattern: str, alice: Actor, team_a: Namespace) -> None:
        assert services.claim(alice, namespace=team_a, kind="dataset", pattern=pattern).pk

    @pytest.mark.parametrize("kind", ["job", "dataset"])
    @pytest.mark.parametrize("asked", ["sales.eu", "sales.eu.*", "sales."])
    def test_what_lies_inside_anothers_prefix_is_not_an_owners_to_take(
        self, kind: str, asked: str, alice: Actor, team_a: Namespace, team_c: Namespace
    ) -> None:
        services.claim(SYSTEM, namespace=team_c, kind=kind, pattern="sales.", is_prefix=True)
        with pytest.raises(Conflict, match="belongs to another namespace"):
            services.claim(alice, namespace=team_a, kind=kind, **wanted(asked))
        assert Claim.objects.get().namespace == team_c
        assert services.claim(SYSTEM, namespace=team_a, kind=kind, **wanted(asked)).pk

    @pytest.mark.parametrize("asked", ["pg://h:1/x", "pg://h:1/*"])
    def test_where_others_write_datasets_is_not_an_owners_to_take(
        self, asked: str, send: Any, alice: Actor, charlie: Actor, team_a: Namespace
    ) -> None:
        send(run_event(outputs=[dataset("t", "pg://h:1/x")]), namespace=Namespace.objects.get(name="team-c"))
        with pytest.raises(Conflict, match="belongs to another namespace"):
            services.claim(alice, namespace=team_a, kind="dataset", **wanted(asked))
        mine = Namespace.objects.get(name="team-c")
        assert services.claim(charlie, namespace=mine, kind="dataset", **wanted(asked)).pk
