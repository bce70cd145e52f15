"""Turns bytes into JSON values under the hub's rules: UTF-8, RFC 8259, at most 64 levels deep.

msgspec neither checks UTF-8 in what it skips nor says "too deep" by an error of its own; both are made good here.
"""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec

from ingest import limits
from ingest.codes import Reject
from namespaces.errors import FieldError, Invalid, Malformed

T = TypeVar("T")

STRINGS = re.compile(rb'"[^"]*"')
NO_STRUCTURE = bytes(set(range(256)) - set(b'[]{}"'))
ONE_KIND = bytes.maketrans(b"[]", b"{}")


def check_text(body: bytes) -> None:
    """Raise unless the body is UTF-8; once per body, for what msgspec skips would pass unseen."""
    if not body.isascii():
        try:
            body.decode()
        except UnicodeDecodeError as error:
            raise Malformed(f"The body is not UTF-8: byte {error.start} cannot be read.") from None


def decode(body: bytes | msgspec.Raw, kind: type[T]) -> T:
    """Decode one JSON document; `msgspec.ValidationError` passes, for it means JSON of another shape."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError as error:
        raise Malformed(f"This is not JSON: {error}.") from None
    except RecursionError:
        raise too_deep() from None


def value_of(body: bytes | msgspec.Raw) -> Any:
    """Decode all of it; a number that no reader can hold is malformed, too."""
    try:
        return decode(body, object)
    except msgspec.ValidationError as error:
        raise Malformed(f"This JSON cannot be read: {error}.") from None


def check_depth(document: bytes) -> None:
    """Raise when valid JSON is nested too deep.

    Most events have fewer brackets than levels allowed, which costs two counts. Else the strings are cut out and the
    innermost pairs of brackets taken away, level by level.
    """
    if document.count(b"{") + document.count(b"[") <= limits.DEPTH:
        return
    # Escapes go first, so that a quote is a string's end; then most strings are empty.
    quoted = document.replace(rb"\\", b"").replace(rb"\"", b"").translate(None, NO_STRUCTURE)
    pairs = STRINGS.sub(b"", quoted.replace(b'""', b"")).translate(ONE_KIND)
    for _ in range(limits.DEPTH):
        pairs = pairs.replace(b"{}", b"")
        if not pairs:
            return
    raise too_deep()


def too_deep() -> Invalid:
    message = f"At most {limits.DEPTH} levels of nesting are taken."
    return Invalid(message, code=Reject.TOO_DEEP, errors=[FieldError("", Reject.TOO_DEEP, message)])


def pointer(*parts: str | int) -> str:
    """Join parts into a JSON pointer (RFC 6901)."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)
