"""Decodes an Export…ServiceRequest from either encoding.

Fed by `ingest.telemetry`.
"""

from __future__ import annotations

from typing import TypeVar

from google.protobuf.message import DecodeError, Message

from ingest.documents import check_depth, check_text, value_of
from ingest.otlp.dialect import fill
from ingest.otlp.encodings import PROTOBUF, Encoding
from namespaces.errors import Invalid, Malformed

M = TypeVar("M", bound=Message)


def decode_request(kind: type[M], body: bytes, encoding: Encoding) -> M:
    """Raise Malformed for whatever cannot be read: OTLP knows one status for it, 400."""
    if encoding == PROTOBUF:
        return from_protobuf(kind, body)
    message: M = kind()
    try:
        check_text(body)
        value = value_of(body)
        check_depth(body)
        fill(message, value)
    except Invalid as error:
        raise Malformed(error.detail, code=error.code, errors=error.errors) from None
    return message


def from_protobuf(kind: type[M], body: bytes) -> M:
    try:
        message: M = kind.FromString(body)
    except DecodeError:
        raise Malformed(f"The body is no {kind.DESCRIPTOR.full_name}.") from None
    return message
