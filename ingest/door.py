"""The path of every request that brings data: who, how large, what, how much, durable, answered.

Fed by `ingest.views`.
Feeds the event log.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.http import HttpRequest

from backends.errors import BackendRefused, BackendUnavailable
from backends.eventlog import event_log
from ingest.bodies import read_body
from ingest.codes import Reject
from ingest.limits import BodyLimits
from ingest.verdicts import Verdict, Visitor
from namespaces import keys, quotas, usage
from namespaces.errors import Forbidden, HubError, Invalid, QuotaExceeded, TooLarge, Unauthenticated
from namespaces.models import Scope
from namespaces.requests import token_of

logger = logging.getLogger(__name__)
Judge = Callable[[bytes, Visitor], Verdict]


def receive(request: HttpRequest, *, scope: Scope, caps: BodyLimits, judge: Judge) -> Verdict:
    """Take what a request brings, or raise the decision why not; when this returns, all that was accepted is durable."""
    visitor = identify(request, scope)
    with counted(visitor):
        body = read_body(request, caps)
        verdict = judge(body, visitor)
    with charged(visitor, verdict.accepted):
        make_durable(visitor, verdict)
    remember(visitor, verdict)
    return verdict


def identify(request: HttpRequest, scope: Scope) -> Visitor:
    token = token_of(request)
    if not token:
        raise Unauthenticated("There is no API key. Send it as Authorization: Bearer dlh_…")
    credential = keys.authenticate(token)
    if not credential.actor.has_scope(scope):
        raise Forbidden(f"This key lacks the scope {scope}. Ask for a key that has it.", code=Reject.INSUFFICIENT_SCOPE)
    return Visitor(credential, getattr(request, "request_id", ""), time.time())


@contextmanager
def counted(visitor: Visitor) -> Iterator[None]:
    """What is refused as a whole counts as one rejected item: nobody knows how many it held."""
    try:
        yield
    except HubError:
        usage.count(visitor.namespace.id, "rejected", 1)
        raise


@contextmanager
def charged(visitor: Visitor, count: int) -> Iterator[None]:
    """Charge the quota; give it back when the items do not become durable after all."""
    if not count:
        yield
        return
    try:
        quotas.charge(visitor.namespace, count)
    except QuotaExceeded:
        usage.count(visitor.namespace.id, "throttled", count)
        raise
    try:
        yield
    except BaseException:
        quotas.refund(visitor.namespace, count)
        raise


def make_durable(visitor: Visitor, verdict: Verdict) -> None:
    if not verdict.envelopes:
        return
    try:
        event_log.get().append(verdict.envelopes, timeout_s=settings.HUB_APPEND_TIMEOUT_S)
    except BackendRefused as error:
        logger.warning("The log refused what the door had accepted: %s", error)
        if error.code == "unknown_topic":  # the fault is ours, so the client must not give up
            raise BackendUnavailable(error.component, error.detail) from error
        usage.count(visitor.namespace.id, "rejected", verdict.accepted + verdict.rejected)
        if error.code == Reject.TOO_LARGE:
            raise TooLarge("The event log does not take so large an item. Send less in one.") from error
        raise Invalid("The event log does not take this.", code=error.code) from error


def remember(visitor: Visitor, verdict: Verdict) -> None:
    """Count and note the key's use. The items are durable: from here on nothing may fail the answer."""
    try:
        usage.count(visitor.namespace.id, "accepted", verdict.accepted)
        usage.count(visitor.namespace.id, "rejected", verdict.rejected)
        keys.touch(visitor.credential.key_id)
    except Exception:  # whatever it is: an error now would make the client send again what is durable
        logger.exception("What key %s brought is durable, but could not be counted", visitor.credential.key_id)
