"""Writes sign-ins into the audit trail, the failed ones too."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from namespaces import audit
from namespaces.actors import Actor
from namespaces.audit import Action
from namespaces.models import User


def _request_id(request: HttpRequest | None) -> str:
    return getattr(request, "request_id", "")


@receiver(user_logged_in)
def note_sign_in(sender: Any, request: HttpRequest | None, user: User, **_: Any) -> None:
    actor = Actor("person", user.email, str(user.pk), request_id=_request_id(request))
    audit.record(actor, Action.PERSON_SIGNED_IN, target=user.email)


@receiver(user_login_failed)
def note_failed_sign_in(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    tried = str(credentials.get("username") or credentials.get("email") or "").replace("\0", "")
    actor = Actor("nobody", "nobody", request_id=_request_id(request))
    audit.record(actor, Action.PERSON_SIGN_IN_FAILED, target=tried)
