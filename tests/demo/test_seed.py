"""Seeding makes what is missing, and nothing else, however often it runs."""

from __future__ import annotations

from typing import Any

import pytest

from hubsite.demo import seed as seeding
from hubsite.demo.seed import DEMO_NAMESPACE, DEMO_USER, STRANGER, VIEWER, seed
from namespaces import keys, people, services
from namespaces.actors import SYSTEM
from namespaces.models import ApiKey, AuditEntry, ClaimPolicy, Namespace, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Hashing slowly is the point of a password hash, not of these tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (User, Namespace, ApiKey, AuditEntry))


def test_an_empty_hub_gets_namespaces_people_and_keys() -> None:
    demo = seed({})
    assert counts()[:3] == (3, 3, 3)
    assert (demo.user, demo.namespace, demo.key) == (DEMO_USER, DEMO_NAMESPACE, demo.keys[DEMO_NAMESPACE])
    assert set(demo.keys) == {"shop", "analytics", "finance"}
    user = User.objects.get(email=DEMO_USER)
    assert user.check_password(demo.password)
    assert user.is_superuser
    assert user.is_staff


def test_a_second_time_changes_nothing() -> None:
    first = seed({})
    before = counts()
    second = seed(first.known)
    assert second == first
    assert counts() == before


def test_a_key_writes_both_and_reads_in_its_own_namespace() -> None:
    for name, token in seed({}).keys.items():
        credential = keys.authenticate(token)
        assert credential.namespace.name == name
        assert credential.actor.scopes == frozenset({"lineage:write", "telemetry:write", "read"})
        assert credential.namespace.claim_policy == ClaimPolicy.CLAIM, "stock clients work with address and key alone"


def test_a_revoked_key_is_replaced() -> None:
    demo = seed({})
    services.revoke_key(SYSTEM, key=ApiKey.objects.get(namespace__name="shop"))
    again = seed(demo.known)
    assert again.keys["shop"] != demo.keys["shop"]
    assert again.keys["finance"] == demo.keys["finance"]
    assert keys.authenticate(again.keys["shop"]).namespace.name == "shop"


def test_a_key_of_another_namespace_is_not_taken_for_its_own() -> None:
    demo = seed({})
    swapped = {**demo.known, "key:shop": demo.keys["finance"]}
    assert keys.authenticate(seed(swapped).keys["shop"]).namespace.name == "shop"


def test_forgotten_passwords_are_made_anew_and_known_ones_restored() -> None:
    demo = seed({})
    renewed = seed({name: value for name, value in demo.known.items() if not name.startswith("password:")})
    assert renewed.password != demo.password
    assert User.objects.get(email=DEMO_USER).check_password(renewed.password)
    assert seed(demo.known).password == demo.password
    assert User.objects.get(email=DEMO_USER).check_password(demo.password)


def test_what_a_person_changed_stays_changed() -> None:
    demo = seed({})
    shop = Namespace.objects.get(name="shop")
    services.update_namespace(SYSTEM, namespace=shop, display_name="Our shop")
    seed(demo.known)
    assert Namespace.objects.get(name="shop").display_name == "Our shop"


def test_the_other_people_see_less() -> None:
    seed({})
    names = dict(Namespace.objects.values_list("id", "name"))

    def roles(email: str) -> dict[str, str]:
        return {names[id_]: role for id_, role in people.actor_of(User.objects.get(email=email)).roles.items()}

    assert roles(DEMO_USER) == {"shop": "admin", "analytics": "admin", "finance": "admin"}
    assert roles(VIEWER) == {"shop": "reader", "analytics": "reader"}
    assert roles(STRANGER) == {"finance": "admin"}


def test_secrets_are_not_in_the_repr() -> None:
    demo = seed({})
    assert not any(secret in repr(demo) for secret in demo.known.values())


def test_every_namespace_tells_its_purpose_and_cost() -> None:
    for fields in seeding.NAMESPACES.values():
        assert fields["display_name"]
        assert fields["description"]
        assert fields["cost_center"]
        assert fields["compliance_level"]
