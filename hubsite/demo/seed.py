"""Makes the demo's namespaces, people and keys: what is there already stays as it is."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from hubsite.demo.target import KEY_ENTRY
from namespaces import keys, services
from namespaces.actors import SYSTEM
from namespaces.errors import Unauthenticated
from namespaces.models import Namespace, Scope, User

DEMO_USER = "demo@example.com"
VIEWER, STRANGER = "vera@example.com", "frank@example.com"
DEMO_NAMESPACE = "analytics"
KEY_NAME = "demo pipeline"
SCOPES = (Scope.LINEAGE_WRITE, Scope.TELEMETRY_WRITE, Scope.READ)

# Vera may look at what analytics does, Frank only knows finance: signing in as them shows what others see.
NAMESPACES: Mapping[str, Mapping[str, Any]] = {
    "shop": {
        "display_name": "Shop",
        "description": "Orders and customers, as the shop system writes them.",
        "owners": [DEMO_USER],
        "viewers": [VIEWER],
        "daily_event_quota": 500_000,
        "cost_center": "CC-1100",
        "compliance_level": "internal",
        "properties": {"on_call": "shop-data@example.com"},
    },
    "analytics": {
        "display_name": "Analytics",
        "description": "Marts that the company decides by.",
        "owners": [DEMO_USER],
        "viewers": [VIEWER],
        "cost_center": "CC-2200",
        "compliance_level": "internal",
        "storage_retention_days": 180,
    },
    "finance": {
        "display_name": "Finance",
        "description": "The ledger, and what is reported from it.",
        "owners": [DEMO_USER, STRANGER],
        "daily_event_quota": 100_000,
        "cost_center": "CC-3300",
        "compliance_level": "confidential",
        "storage_retention_days": 365,
    },
}


@dataclass(frozen=True, slots=True)
class Demo:
    """Who to be and what to send with. `known` is for the next `seed`: passwords and tokens are shown once."""

    user: str
    password: str = field(repr=False)
    namespace: str
    key: str = field(repr=False)
    keys: Mapping[str, str] = field(repr=False)
    known: Mapping[str, str] = field(repr=False)


@transaction.atomic
def seed(known: Mapping[str, str]) -> Demo:
    """Make what is missing; a password or token that `known` does not hold, or that counts no more, is made anew."""
    passwords = {
        email: password_of(email, known.get(password_entry(email), "")) for email in (DEMO_USER, VIEWER, STRANGER)
    }
    tokens = {name: token_of(namespace(name), known.get(token_entry(name), "")) for name in NAMESPACES}
    return Demo(
        user=DEMO_USER,
        password=passwords[DEMO_USER],
        namespace=DEMO_NAMESPACE,
        key=tokens[DEMO_NAMESPACE],
        keys=tokens,
        known={password_entry(email): password for email, password in passwords.items()}
        | {token_entry(name): token for name, token in tokens.items()},
    )


def password_of(email: str, known: str) -> str:
    user = User.objects.filter(email=email).first() or new_user(email)
    if known and user.check_password(known):
        return known
    password = known or secrets.token_urlsafe(12)
    user.set_password(password)
    user.save()
    return password


def new_user(email: str) -> User:
    if email == DEMO_USER:
        return User.objects.create_superuser(email)
    return User.objects.create_user(email)


def namespace(name: str) -> Namespace:
    found = Namespace.objects.filter(name=name).first()
    return found or services.create_namespace(SYSTEM, name=name, **NAMESPACES[name])


def token_of(owner: Namespace, known: str) -> str:
    try:
        if known and keys.authenticate(known).namespace.name == owner.name:
            return known
    except Unauthenticated:
        pass
    return services.issue_key(SYSTEM, namespace=owner, name=KEY_NAME, scopes=SCOPES).token


def password_entry(email: str) -> str:
    return f"password:{email}"


def token_entry(name: str) -> str:
    return KEY_ENTRY + name
