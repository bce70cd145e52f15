"""Reads a request's body under caps: chunked or not, gzip or not, never more than the limit in memory.

Django's `request.body` trusts Content-Length, so a chunked body is empty to it: an event lost with a success code. The
door reads the WSGI input itself.

Fed by the WSGI server.
Feeds `ingest.door`.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest

from ingest import limits
from ingest.limits import MIB, BodyLimits
from namespaces.errors import Malformed, TooLarge, UnsupportedEncoding

CHUNK_BYTES = 64 * 1024
GZIP_WINDOW = 31  # zlib's number for "with a gzip header"


def read_body(request: HttpRequest, caps: BodyLimits) -> bytes:
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding in {"", "identity"}:
        return b"".join(_capped(_chunks(request, caps.body_bytes), caps.body_bytes, "the body"))
    if encoding == "gzip":
        chunks = _capped(_chunks(request, caps.gzip_bytes), caps.gzip_bytes, "the compressed body")
        return b"".join(_capped(inflate(chunks), caps.body_bytes, "the inflated body"))
    raise UnsupportedEncoding("This Content-Encoding is not taken. Send gzip, or the body as it is.")


def _chunks(request: HttpRequest, cap: int) -> Iterator[bytes]:
    """The body as it arrives: by Content-Length, else until the end that the server promises to mark."""
    environ: dict[str, Any] = request.environ  # type: ignore[attr-defined]
    length = _content_length(environ)
    if length is not None and length > cap:
        raise _too_large("the body", cap)
    if length is None:
        return _until_end(environ["wsgi.input"]) if environ.get("wsgi.input_terminated") else iter(())
    return _exactly(environ["wsgi.input"], length)


def _content_length(environ: dict[str, Any]) -> int | None:
    text = environ.get("CONTENT_LENGTH") or ""
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise Malformed("Content-Length is not a number.")
    return int(text[:20])


def _until_end(stream: Any) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk


def _exactly(stream: Any, length: int) -> Iterator[bytes]:
    """Raise when the body ends early: half an event must not be judged as a whole one."""
    while length:
        chunk = stream.read(min(length, CHUNK_BYTES))
        if not chunk:
            raise Malformed("The body ended before its Content-Length. Send it again.")
        length -= len(chunk)
        yield chunk


def _capped(chunks: Iterator[bytes], cap: int, what: str) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > cap:
            raise _too_large(what, cap)
        yield chunk


def _too_large(what: str, cap: int) -> TooLarge:
    return TooLarge(f"At most {cap // MIB} MiB are taken here, but {what} is larger. Send less at once.")


def inflate(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Gunzip step by step, several members too; a bomb is noticed by its ratio long before it reaches a cap."""
    inflater = zlib.decompressobj(GZIP_WINDOW)
    taken = given = 0
    for chunk in chunks:
        taken += len(chunk)
        rest, piece = chunk, b""
        # A full piece may leave more inside zlib although it has swallowed all input.
        while rest or (len(piece) == CHUNK_BYTES and not inflater.eof):
            if inflater.eof:
                inflater = zlib.decompressobj(GZIP_WINDOW)
            piece = _step(inflater, rest)
            given += len(piece)
            if given > max(limits.GZIP_ALLOWANCE_BYTES, limits.GZIP_RATIO * taken):
                raise TooLarge(f"The gzip body grows more than {limits.GZIP_RATIO} times. Send it uncompressed.")
            yield piece
            rest = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
    if not inflater.eof:
        raise Malformed("The gzip body is cut off.")


def _step(inflater: Any, data: bytes) -> bytes:
    try:
        return bytes(inflater.decompress(data, CHUNK_BYTES))
    except zlib.error:
        raise Malformed("The body is not gzip, though Content-Encoding says so.") from None
