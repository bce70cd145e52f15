"""One POST to the hub with the standard library: gzip, a timeout, no redirects, proxies as the environment says."""

from __future__ import annotations

import gzip
import http.client
import json
import urllib.error
import urllib.request
from typing import Any, NamedTuple

from data_lineage_hub._config import Config
from data_lineage_hub._version import __version__

MAX_ANSWER_BYTES = 4 << 20


class Answer(NamedTuple):
    """`status` 0 means that nobody answered; `body` is the decoded JSON, or None."""

    status: int
    body: Any
    retry_after_s: float | None = None
    text: str = ""


def build_opener() -> urllib.request.OpenerDirector:
    """Without urllib's error and redirect handlers: a redirected POST becomes a GET, and the events are lost."""
    opener = urllib.request.OpenerDirector()
    for handler in (urllib.request.ProxyHandler(), urllib.request.HTTPHandler(), urllib.request.HTTPSHandler()):
        opener.add_handler(handler)
    return opener


def post(config: Config, path: str, body: bytes) -> Answer:
    request = urllib.request.Request(config.endpoint + path, gzip.compress(body, 6), HEADERS)  # noqa: S310 -- checked by configure
    if config.api_key:
        request.add_header("Authorization", f"Bearer {config.api_key}")
    try:
        with build_opener().open(request, timeout=config.request_timeout_s) as response:
            return read(response)
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        return Answer(0, None, text=f"{type(error).__name__}: {reason}")


HEADERS = {
    "Content-Type": "application/json",
    "Content-Encoding": "gzip",
    "Accept": "application/json",
    "User-Agent": f"data-lineage-hub-sdk/{__version__}",
}


def read(response: http.client.HTTPResponse) -> Answer:
    raw = response.read(MAX_ANSWER_BYTES)
    try:
        body = json.loads(raw)
    except ValueError:
        body = None
    return Answer(
        response.status, body, seconds(response.headers.get("Retry-After")), raw[:500].decode(errors="replace")
    )


def seconds(text: str | None) -> float | None:
    """Retry-After in its usual form; a date is left to the backoff."""
    return float(text) if text and text.strip().isascii() and text.strip().isdigit() else None
