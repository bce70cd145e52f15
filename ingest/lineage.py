"""Judges lineage bodies: what each event is, whether its namespace is allowed, and which envelope it becomes.

Fed by `ingest.door`.
Feeds `ingest.door`, with verdicts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

import msgspec

from backends.eventlog import Envelope
from ingest import batches
from ingest.codes import Odd
from ingest.envelopes import event_envelope
from ingest.events import Event, judge
from ingest.verdicts import Rejection, Verdict, Visitor
from namespaces import claims
from namespaces.errors import FieldError, HubError

JobNamespaceRule = Callable[[str], str]


def judge_one(body: bytes, visitor: Visitor) -> Verdict:
    event = judge(batches.one_event(body))
    job_namespace = rule_of(visitor)(event.job_namespace)
    sealed = event_envelope(visitor, event, job_namespace)
    warnings = (*event.warnings, *_rewritten(event, job_namespace))
    return Verdict(visitor.namespace.name, (sealed,), accepted=1, warnings=warnings)


def judge_batch(body: bytes, visitor: Visitor) -> Verdict:
    return _judge_each(batches.batch(body), visitor)


def judge_parcel(body: bytes, visitor: Visitor) -> Verdict:
    parcel = batches.parcel(body)
    visitor.may_speak_for(parcel.namespace)
    return _judge_each(parcel.events, visitor)


def rule_of(visitor: Visitor) -> JobNamespaceRule:
    """The namespace rule for one request, asked once per job namespace; a DatasetEvent ("") has none."""

    @cache
    def rule(job_namespace: str) -> str:
        return claims.job_namespace_for(visitor.namespace, job_namespace) if job_namespace else ""

    return rule


def _judge_each(events: Iterable[msgspec.Raw | bytes], visitor: Visitor) -> Verdict:
    """One bad event never costs a good one."""
    envelopes: list[Envelope] = []
    rejections: list[Rejection] = []
    rule = rule_of(visitor)
    for index, raw in enumerate(events):
        try:
            event = judge(raw)
            envelopes.append(event_envelope(visitor, event, rule(event.job_namespace)))
        except HubError as error:
            rejections.append(Rejection.of(index, error))
    return Verdict(visitor.namespace.name, tuple(envelopes), len(envelopes), tuple(rejections), len(rejections))


def _rewritten(event: Event, job_namespace: str) -> tuple[FieldError, ...]:
    if job_namespace == event.job_namespace:
        return ()
    return (FieldError("/job/namespace", Odd.JOB_NAMESPACE, f"Read as {job_namespace!r} by the namespace rule."),)
