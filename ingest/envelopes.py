"""Puts what was judged into envelopes: topic, key, the unchanged value, and what the hub adds as headers.

Fed by `ingest.lineage` and `ingest.telemetry`.
Feeds the event log, through `ingest.door`.
"""

from __future__ import annotations

from hashlib import sha256

from backends.eventlog import Envelope, headers
from backends.eventlog.topics import LINEAGE, Topic
from ingest.events import Event
from ingest.verdicts import Visitor


def envelope(visitor: Visitor, topic: Topic, *, key: str, value: bytes, schema: str, kind: str) -> Envelope:
    """One envelope; `key` is prefixed with the namespace, `kind` is the value's content type."""
    name = visitor.namespace.name
    facts = {
        headers.NAMESPACE: name,
        headers.CONTENT_TYPE: kind,
        headers.SCHEMA: schema,
        headers.RECEIVED_AT: visitor.received_at,
        headers.EVENT_ID: sha256(value).hexdigest(),
        headers.KEY_ID: visitor.credential.key_id,
        headers.REQUEST_ID: visitor.request_id,
    }
    return Envelope(topic.name, f"{name}:{key}".encode(), value, facts)


def event_envelope(visitor: Visitor, event: Event, job_namespace: str) -> Envelope:
    """Equal keys keep their order: all events of a run; of a job or dataset when there is no run."""
    sealed = envelope(
        visitor,
        LINEAGE,
        key=event.run_id or event.name,
        value=event.value,
        schema=f"openlineage/{event.kind}",
        kind="application/json",
    )
    if job_namespace == event.job_namespace:
        return sealed
    return Envelope(sealed.topic, sealed.key, sealed.value, {**sealed.headers, headers.JOB_NAMESPACE: job_namespace})
