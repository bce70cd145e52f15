"""Splits a body into events without touching their bytes: one event, a JSON array, `{"events": […]}` or NDJSON.

Fed by `ingest.door`.
Feeds `ingest.lineage`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ingest import limits
from ingest.codes import Reject
from ingest.documents import check_text, decode, pointer
from namespaces.errors import FieldError, Invalid, Malformed

Wrapped = dict[str, msgspec.Raw]
WRAPPERS = ("lineage_data", "request")  # older clients put the whole body into one of these


class Parcel(msgspec.Struct):
    """`namespace` is what the body says; None when it says nothing."""

    events: list[msgspec.Raw]
    namespace: str | None = None


def one_event(body: bytes) -> msgspec.Raw:
    """The single event of the stock clients' route; a list belongs to the batch route."""
    check_text(body)
    event = decode(body, msgspec.Raw)
    if memoryview(event)[0] == ord("["):
        message = "One event is taken here. Send lists to /api/v1/lineage/batch."
        raise Invalid(message, code=Reject.ONE_EVENT, errors=[FieldError("", Reject.ONE_EVENT, message)])
    return event


def batch(body: bytes) -> list[msgspec.Raw | bytes]:
    """The spec's array, `{"events": […]}`, or one event per line."""
    check_text(body)
    start = body.lstrip()[:1]
    if start == b"[":
        return _counted([*decode(body, list[msgspec.Raw])])
    if start != b"{":
        raise Malformed('A batch is a JSON array of events, {"events": […]}, or one event per line (NDJSON).')
    try:
        members = decode(body, Wrapped)
    except Malformed:
        if b"\n" not in body.strip():
            raise
        members = {}  # more than one document: lines
    if "events" in members:
        return _counted([*_events(members)])
    return _counted([line for line in body.split(b"\n") if line.strip()])


def parcel(body: bytes) -> Parcel:
    """The hub's own shape, `{"namespace", "events"}`, also wrapped."""
    check_text(body)
    members = unwrapped(body, WRAPPERS)
    return Parcel(_counted(_events(members)), namespace_in(members))


def unwrapped(body: bytes, wrappers: tuple[str, ...]) -> Wrapped:
    members = _member(body, "", "A JSON object is expected.", Wrapped)
    for name in wrappers:
        if name in members:
            return dict(_member(members[name], pointer(name), "This must be an object.", Wrapped))
    return dict(members)


def namespace_in(members: Wrapped) -> str | None:
    return _member(members.get("namespace", b"null"), "/namespace", "This must be text.", str | None)  # type: ignore[no-any-return]


def items_in(members: Wrapped, name: str) -> list[msgspec.Raw]:
    return list(_member(members.get(name, b"[]"), pointer(name), "This must be a list.", list[msgspec.Raw]))


def _events(members: Wrapped) -> list[msgspec.Raw]:
    if "events" not in members:
        raise _invalid("/events", Reject.REQUIRED, "This is missing.")
    return items_in(members, "events")


def _member(raw: bytes | msgspec.Raw, place: str, message: str, kind: Any) -> Any:
    try:
        return decode(raw, kind)
    except msgspec.ValidationError:
        raise _invalid(place, Reject.WRONG_TYPE if place else Reject.NOT_AN_OBJECT, message) from None


def _counted(events: list[Any]) -> list[Any]:
    if len(events) > limits.BATCH_EVENTS:
        raise _invalid("", Reject.TOO_MANY, f"At most {limits.BATCH_EVENTS} events are taken at once.")
    return events


def _invalid(place: str, code: Reject, message: str) -> Invalid:
    return Invalid(f"{place or 'The body'}: {message}", code=code, errors=[FieldError(place, code, message)])
