"""Bodies under caps: compressed, chunked, cut off, and bombs."""

from __future__ import annotations

import gzip
import zlib
from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from django.http import HttpRequest
from hypothesis import given
from hypothesis import strategies as st

from ingest import bodies
from ingest.limits import MIB, BodyLimits
from namespaces.errors import HubError, Malformed, TooLarge, UnsupportedEncoding
from tests.ingest.sender import Sender, body_of, event

CAPS = BodyLimits(body_bytes=MIB, gzip_bytes=MIB // 4)


class Trickle(BytesIO):
    """Gives a few bytes at a time, as a socket may."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size or 1, 1000))


def request(body: bytes, *, length: int | None = None, chunked: bool = False, encoding: str = "") -> HttpRequest:
    made = HttpRequest()
    made.environ = {"wsgi.input": Trickle(body)}  # type: ignore[attr-defined]
    if chunked:
        made.environ["wsgi.input_terminated"] = True  # type: ignore[attr-defined]
    else:
        made.environ["CONTENT_LENGTH"] = str(len(body) if length is None else length)  # type: ignore[attr-defined]
    if encoding:
        made.META["HTTP_CONTENT_ENCODING"] = encoding
    return made


@pytest.mark.parametrize("chunked", [True, False])
@pytest.mark.parametrize("size", [0, 1, 999, 70_000, MIB])
def test_a_body_arrives_whole_with_and_without_a_length(size: int, chunked: bool) -> None:  # noqa: FBT001
    assert bodies.read_body(request(b"x" * size, chunked=chunked), CAPS) == b"x" * size


def test_nothing_is_read_without_a_length_when_the_server_does_not_mark_the_end() -> None:
    made = request(b"x", chunked=True)
    del made.environ["wsgi.input_terminated"]  # type: ignore[attr-defined]
    assert bodies.read_body(made, CAPS) == b""


@pytest.mark.parametrize("chunked", [True, False])
def test_one_byte_over_the_cap_is_too_large(chunked: bool) -> None:  # noqa: FBT001
    with pytest.raises(TooLarge):
        bodies.read_body(request(b"x" * (MIB + 1), chunked=chunked), CAPS)


def test_a_length_over_the_cap_is_refused_before_anything_is_read() -> None:
    made = request(b"", length=MIB + 1)
    made.environ["wsgi.input"] = None  # type: ignore[attr-defined]
    with pytest.raises(TooLarge):
        bodies.read_body(made, CAPS)


@pytest.mark.parametrize("length", [5, 4])
def test_a_body_that_ends_early_is_not_judged(length: int) -> None:
    with pytest.raises(Malformed):
        bodies.read_body(request(b"abc", length=length), CAPS)


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "²"])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    made = request(b"abc")
    made.environ["CONTENT_LENGTH"] = length  # type: ignore[attr-defined]
    with pytest.raises(Malformed):
        bodies.read_body(made, CAPS)


@given(text=st.binary(max_size=300_000), parts=st.integers(1, 3), chunked=st.booleans())
def test_gzip_gives_back_what_went_in(text: bytes, parts: int, chunked: bool) -> None:  # noqa: FBT001
    """Of one member or several; what compresses too well to be real stays below the allowance here."""
    packed = gzip.compress(text) * parts
    if len(packed) <= CAPS.gzip_bytes:
        assert bodies.read_body(request(packed, chunked=chunked, encoding="gzip"), CAPS) == text * parts


@pytest.mark.parametrize(
    "size", [bodies.CHUNK_BYTES - 1, bodies.CHUNK_BYTES, bodies.CHUNK_BYTES + 1, 5 * bodies.CHUNK_BYTES]
)
def test_nothing_stays_behind_inside_zlib_at_the_edges_of_a_piece(size: int) -> None:
    assert bodies.read_body(request(gzip.compress(b"x" * size), encoding="GZIP"), CAPS) == b"x" * size


def test_a_bomb_is_noticed_by_its_ratio() -> None:
    caps = BodyLimits(body_bytes=100 * MIB)
    with pytest.raises(TooLarge, match="200 times"):
        bodies.read_body(request(gzip.compress(bytes(50 * MIB)), encoding="gzip"), caps)


def test_what_inflates_beyond_the_cap_is_too_large() -> None:
    text = bytes(range(256)) * 4100  # compresses well, but within the allowed ratio
    with pytest.raises(TooLarge):
        bodies.read_body(request(gzip.compress(text), encoding="gzip"), BodyLimits(MIB))


def test_a_compressed_body_has_a_cap_of_its_own() -> None:
    noise = zlib.compressobj(0, zlib.DEFLATED, 31)
    packed = noise.compress(b"x" * (MIB // 2)) + noise.flush()
    with pytest.raises(TooLarge):
        bodies.read_body(request(packed, encoding="gzip"), CAPS)


@pytest.mark.parametrize(
    "packed",
    [b"", b"{}", gzip.compress(b"{}")[:-3], gzip.compress(b"{}") + b"more", gzip.compress(b"x" * 99)[:-8] + b"\0" * 8],
    ids=["empty", "plain", "cut-off", "something-after-it", "wrong-checksum"],
)
def test_broken_gzip_is_malformed(packed: bytes) -> None:
    with pytest.raises(Malformed):
        bodies.read_body(request(packed, encoding="gzip"), CAPS)


@given(st.binary(max_size=2000))
def test_no_bytes_called_gzip_are_a_mistake_of_ours(packed: bytes) -> None:
    with suppress(HubError):
        bodies.read_body(request(packed, encoding="gzip"), CAPS)


@pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "gzip, gzip"])
def test_other_encodings_are_refused(encoding: str) -> None:
    with pytest.raises(UnsupportedEncoding):
        bodies.read_body(request(b"{}", encoding=encoding), CAPS)


@pytest.mark.django_db
def test_gzip_and_chunked_events_come_through_the_door(sender: Sender) -> None:
    packed = gzip.compress(body_of(event()))
    answers: list[Any] = [
        sender.post_gzip("/api/v1/lineage", event()),
        sender.post_chunked("/api/v1/lineage", event()),
        sender.post_chunked("/api/v1/lineage", packed, headers={"Content-Encoding": "gzip"}),
    ]
    assert [answer.status for answer in answers] == [201, 201, 201]
    assert [e.value for e in sender.arrived()] == [body_of(event())] * 3


@pytest.mark.django_db
def test_bad_bodies_get_a_clear_answer_each(sender: Sender) -> None:
    bomb = gzip.compress(bytes(20 * MIB))
    packed = {"Content-Encoding": "gzip"}
    answers = [
        sender.post("/api/v1/lineage", b" " * (20 * MIB)),
        sender.post("/api/v1/lineage", bomb, headers=packed),
        sender.post("/api/v1/lineage", b"{}", headers=packed),
        sender.post("/api/v1/lineage", b"{}", headers={"Content-Encoding": "br"}),
        sender.post("/api/v1/lineage", b"\xff"),
        sender.post("/api/v1/lineage", b""),
    ]
    assert [(a.status, a.headers["X-Hub-Reason"]) for a in answers] == [
        (413, "too_large"),
        (413, "too_large"),
        (400, "malformed"),
        (415, "unsupported_encoding"),
        (400, "malformed"),
        (400, "malformed"),
    ]
    assert all("Retry-After" not in a.headers for a in answers)
    assert sender.arrived() == []
