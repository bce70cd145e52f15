"""Bodies through the servers that the hub runs under: chunked gzip, as Java clients send it, arrives whole."""

from __future__ import annotations

import gzip
import http.client
import random
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from tests.services.ports import free_port, is_open
from tests.services.process import Process

ROOT = Path(__file__).resolve().parents[2]
APPLICATION = "tests.ingest.echo:application"


def command(server: str, port: int) -> list[str]:
    if server == "granian":
        place = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
        return [sys.executable, "-m", "granian", *place, APPLICATION]
    return [sys.executable, "-m", "waitress", f"--listen=127.0.0.1:{port}", APPLICATION]


@pytest.fixture(scope="module", params=["granian", "waitress"])
def port(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    log = tmp_path_factory.mktemp("server") / "server.log"
    server = Process(command(request.param, port), log=log, environment={"PYTHONPATH": str(ROOT)})
    server.start()
    server.wait_until(lambda: is_open(port), within_s=60)
    yield port
    server.stop()


def told(port: int, body: bytes, *, chunked: bool, encoding: str = "identity") -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    pieces = (body[i : i + 10_000] for i in range(0, len(body), 10_000))
    headers = {"Content-Encoding": encoding}
    connection.request("POST", "/", pieces if chunked else body, headers, encode_chunked=chunked)
    answer = connection.getresponse().read().decode()
    connection.close()
    return answer


@pytest.mark.parametrize("size", [0, 1, 300_000, 3_000_000])
@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_arrives_whole(port: int, size: int, chunked: bool) -> None:  # noqa: FBT001
    body = random.Random(size).randbytes(size)
    packed = gzip.compress(body)
    assert told(port, body, chunked=chunked) == sha256(body).hexdigest()
    assert told(port, packed, chunked=chunked, encoding="gzip") == sha256(body).hexdigest()


def test_a_chunked_body_over_the_cap_is_refused(port: int) -> None:
    assert told(port, gzip.compress(bytes(20 * 1024 * 1024)), chunked=True, encoding="gzip") == "too_large"
