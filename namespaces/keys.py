"""API keys: makes tokens, and finds who a token speaks for.

`dlh_`, 12 characters to look the key up by, 32 secret ones, 6 of checksum. The checksum lets secret scanners be sure
and refuses a typing error before any lookup. The secret has 190 bits, so one HMAC is enough: a slow hash would only
be a way to overload the door. Changing HUB_KEY_PEPPER ends every key.

Fed by hubsite.identity and the door.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
import time
import zlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from namespaces import facts
from namespaces.actors import Actor
from namespaces.errors import Unauthenticated
from namespaces.facts import NamespaceFacts
from namespaces.memory import TTL_S, Memory
from namespaces.models import ApiKey, Role, Scope

PREFIX = "dlh_"
LOOKUP_LENGTH, SECRET_LENGTH, CHECKSUM_LENGTH = 12, 32, 6
BASE62 = string.digits + string.ascii_letters
TOKEN = re.compile(PREFIX + r"[0-9A-Za-z]{50}", re.ASCII)
TOUCH_EVERY_S = 60
REFUSED = "The API key is unknown, expired or revoked. An owner of the namespace can issue a new one."


@dataclass(frozen=True, slots=True)
class Credential:
    """What a valid token stands for."""

    actor: Actor
    key_id: str
    namespace: NamespaceFacts

    def actor_for(self, request_id: str) -> Actor:
        return replace(self.actor, request_id=request_id)


class NewToken(NamedTuple):
    token: str
    lookup: str
    digest: str


# Two, so that a flood of made-up tokens cannot push out the keys that work.
_known: Memory[str, Credential] = Memory(size=10_000)
_refused: Memory[str, bool] = Memory(size=10_000)
_touched: Memory[str, bool] = Memory(size=10_000, ttl_s=TOUCH_EVERY_S)


def make_token() -> NewToken:
    lookup = _random(LOOKUP_LENGTH)
    body = PREFIX + lookup + _random(SECRET_LENGTH)
    token = body + checksum(body)
    return NewToken(token, lookup, digest_of(token))


def checksum(body: str) -> str:
    number, letters = zlib.crc32(body.encode("ascii")), ""
    for _ in range(CHECKSUM_LENGTH):
        number, rest = divmod(number, len(BASE62))
        letters = BASE62[rest] + letters
    return letters


def is_well_formed(token: str) -> bool:
    return bool(TOKEN.fullmatch(token)) and token[-CHECKSUM_LENGTH:] == checksum(token[:-CHECKSUM_LENGTH])


def digest_of(token: str) -> str:
    return hmac.new(settings.HUB_KEY_PEPPER.encode(), token.encode(), hashlib.sha256).hexdigest()


def authenticate(token: str) -> Credential:
    """Find who the token speaks for; an answer may be 30 s old, but never outlives the key's expiry."""
    if not is_well_formed(token):
        raise Unauthenticated(REFUSED)
    digest = digest_of(token)
    if (credential := _known.get(digest)) is not None:
        return credential
    if _refused.get(digest) is None:
        key = _stored(token, digest)
        if key is not None:
            credential = credential_of(key)
            _known.put(digest, credential, at_most_s=_seconds_left(key))
            return credential
        _refused.put(digest, True)
    raise Unauthenticated(REFUSED)


def _stored(token: str, digest: str) -> ApiKey | None:
    start = len(PREFIX)
    key = (
        ApiKey.objects.select_related("namespace")
        .filter(lookup=token[start : start + LOOKUP_LENGTH], revoked_at=None, namespace__is_active=True)
        .filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))
        .first()
    )
    return key if key is not None and hmac.compare_digest(key.digest, digest) else None


def _seconds_left(key: ApiKey) -> float:
    return TTL_S if key.expires_at is None else key.expires_at.timestamp() - time.time()


def credential_of(key: ApiKey) -> Credential:
    scopes = frozenset(key.scopes)
    if Scope.ADMIN in scopes:
        scopes |= {Scope.READ}  # who governs a namespace sees it
    actor = Actor(
        kind="key",
        label=f"key {key}",
        id=str(key.pk),
        roles={key.namespace_id: role_of(scopes)},
        scopes=scopes,
    )
    return Credential(actor, str(key.pk), facts.of(key.namespace))


def role_of(scopes: frozenset[str]) -> str:
    if Scope.ADMIN in scopes:
        return Role.ADMIN
    writes = {Scope.LINEAGE_WRITE, Scope.TELEMETRY_WRITE}
    return Role.WRITER if scopes & writes else Role.READER


def touch(key_id: str) -> None:
    """Note that the key was used: at most once a minute, whatever the number of processes."""
    if _touched.get(key_id):
        return
    _touched.put(key_id, True, at_most_s=TOUCH_EVERY_S)
    now = timezone.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - timedelta(seconds=TOUCH_EVERY_S))
    ApiKey.objects.filter(stale, pk=key_id).update(last_used_at=now)


def _random(length: int) -> str:
    return "".join(secrets.choice(BASE62) for _ in range(length))
