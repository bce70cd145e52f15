"""A WSGI application that says what the door would read of a request: run by real servers in a test."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest

from ingest.bodies import read_body
from ingest.limits import LINEAGE
from namespaces.errors import HubError

settings.configure()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The body's digest, or the decision's code."""
    try:
        told = sha256(read_body(WSGIRequest(environ), LINEAGE)).hexdigest()
    except HubError as error:
        told = error.code
    body = told.encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
