"""Reads OTLP's JSON into its protobuf messages.

protobuf's own JSON reader is no help: OTLP writes ids as hex instead of base64, and it is slow. Other rules of the
dialect: lowerCamelCase keys, 64-bit integers as text or number, unknown members ignored, null means absent.

Fed by `ingest.otlp.requests`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from ingest.codes import Reject
from ingest.documents import pointer
from namespaces.errors import FieldError, Invalid

Path = tuple[str | int, ...]
Read = Callable[[Any], Any]

HEX_FIELDS = frozenset({"trace_id", "span_id", "parent_span_id"})
FLOATS = frozenset({FieldDescriptor.TYPE_DOUBLE, FieldDescriptor.TYPE_FLOAT})
WORDS_OF_FLOATS = frozenset({"NaN", "Infinity", "-Infinity"})


def fill(message: Message, value: Any, path: Path = ()) -> None:
    """Read one JSON object into the message; raise Invalid with the place of the first value that does not fit."""
    if not isinstance(value, dict):
        raise wrong(path, "This must be an object.")
    fields = fields_of(message.DESCRIPTOR)
    for name, item in value.items():
        field = fields.get(name)
        if field is not None and item is not None:
            _set(message, field, item, (*path, name))


@cache
def fields_of(descriptor: Descriptor) -> Mapping[str, FieldDescriptor]:
    return {field.json_name: field for field in descriptor.fields}


def _set(message: Message, field: FieldDescriptor, item: Any, path: Path) -> None:
    if field.is_repeated:
        _extend(getattr(message, field.name), field, item, path)
    elif field.message_type is not None:
        child = getattr(message, field.name)
        child.SetInParent()  # an empty object is present all the same
        fill(child, item, path)
    else:
        try:
            setattr(message, field.name, reader_of(field)(item))
        except (ValueError, TypeError, OverflowError):
            raise wrong(path, f"This is no {_kind(field)}.") from None


def _extend(values: Any, field: FieldDescriptor, items: Any, path: Path) -> None:
    if not isinstance(items, list):
        raise wrong(path, "This must be a list.")
    if field.message_type is not None:
        for index, item in enumerate(items):
            fill(values.add(), item, (*path, index))
        return
    try:
        values.extend(map(reader_of(field), items))
    except (ValueError, TypeError, OverflowError):
        raise wrong(path, f"These are not all {_kind(field)}.") from None


@cache
def reader_of(field: FieldDescriptor) -> Read:
    """How a scalar of this field is read; protobuf itself refuses what is out of range."""
    if field.type == FieldDescriptor.TYPE_BYTES:
        return read_id if field.name in HEX_FIELDS else read_base64
    if field.type == FieldDescriptor.TYPE_STRING:
        return read_text
    if field.type == FieldDescriptor.TYPE_BOOL:
        return read_bool
    if field.type in FLOATS:
        return read_float
    if field.enum_type is not None:
        numbers = {value.name: value.number for value in field.enum_type.values}
        return lambda item: numbers[item] if item in numbers else read_integer(item)
    return read_integer


def read_id(item: Any) -> bytes:
    """An id that is not hex becomes empty: it is refused by its length, alone, and not the whole request."""
    try:
        return bytes.fromhex(read_text(item))
    except ValueError:
        return b""


def read_base64(item: Any) -> bytes:
    try:
        return base64.b64decode(read_text(item), validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error


def read_text(item: Any) -> str:
    if isinstance(item, str):
        return item
    raise TypeError("not text")


def read_bool(item: Any) -> bool:
    if isinstance(item, bool):
        return item
    raise TypeError("not a boolean")


def read_integer(item: Any) -> int:
    if isinstance(item, bool) or not isinstance(item, int | float | str):
        raise TypeError("not an integer")
    number = int(item)
    if isinstance(item, float) and number != item:
        raise ValueError("not an integer")
    return number


def read_float(item: Any) -> float:
    if isinstance(item, bool) or not isinstance(item, int | float | str):
        raise TypeError("not a number")
    return float(item)


def _kind(field: FieldDescriptor) -> str:
    """The field's type in protobuf's own words, e.g. fixed64."""
    names: dict[int, str] = {
        number: name.removeprefix("TYPE_").lower()
        for name, number in vars(FieldDescriptor).items()
        if name.startswith("TYPE_")
    }
    return names.get(field.type, "value")


def wrong(path: Path, message: str) -> Invalid:
    place = pointer(*path)
    return Invalid(f"{place or 'The body'}: {message}", errors=[FieldError(place, Reject.WRONG_TYPE, message)])
