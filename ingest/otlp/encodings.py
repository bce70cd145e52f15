"""The two encodings of OTLP/HTTP: which one a request speaks, and what an answer looks like in each.

Clients compare the content type of an answer as text, so it is exact and carries no charset.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from django.http import HttpRequest, HttpResponse
from google.protobuf.message import Message

from namespaces.errors import UnsupportedEncoding

Encoding = Literal["application/x-protobuf", "application/json"]
PROTOBUF: Encoding = "application/x-protobuf"
JSON: Encoding = "application/json"

# google.rpc.Code of each HTTP status that the door answers.
RPC_CODE: Mapping[int, int] = {
    400: 3,
    401: 16,
    403: 7,
    404: 5,
    405: 12,
    413: 8,
    415: 3,
    422: 3,
    429: 8,
    500: 13,
    503: 14,
}
UNKNOWN = 2
CODE_TAG = b"\x08"  # field 1, varint
MESSAGE_TAG = b"\x12"  # field 2, length-delimited


def encoding_of(request: HttpRequest) -> Encoding:
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind == PROTOBUF:
        return PROTOBUF
    if kind == JSON:
        return JSON
    raise UnsupportedEncoding("This Content-Type is not taken. Send application/x-protobuf or application/json.")


def export_response(kind: type[Message], encoding: Encoding, *, rejected: int, message: str) -> bytes:
    """An Export…ServiceResponse; `partial_success` is there only when something was rejected."""
    if not rejected:
        return b"" if encoding == PROTOBUF else b"{}"
    response: Any = kind()
    counter, text = response.partial_success.DESCRIPTOR.fields
    if encoding == JSON:
        return msgspec.json.encode({"partialSuccess": {counter.json_name: str(rejected), text.json_name: message}})
    setattr(response.partial_success, counter.name, rejected)
    setattr(response.partial_success, text.name, message)
    return bytes(response.SerializeToString())


def as_status(problem: HttpResponse, request: HttpRequest) -> HttpResponse:
    """Turn a problem JSON answer into google.rpc.Status in the request's encoding; status and headers stay."""
    try:
        encoding = encoding_of(request)
    except UnsupportedEncoding:
        encoding = JSON
    told: dict[str, Any] = msgspec.json.decode(problem.content)
    body = status(encoding, RPC_CODE.get(problem.status_code, UNKNOWN), f"{told['code']}: {told['detail']}")
    problem.content = body
    problem["Content-Type"] = encoding
    problem["Content-Length"] = str(len(body))
    return problem


def status(encoding: Encoding, code: int, message: str) -> bytes:
    if encoding == JSON:
        return msgspec.json.encode({"code": code, "message": message})
    text = message.encode()
    return CODE_TAG + varint(code) + MESSAGE_TAG + varint(len(text)) + text


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:  # noqa: PLR2004 -- seven bits per byte
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
