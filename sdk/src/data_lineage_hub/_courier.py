"""Brings batches to the hub: renders, posts, waits and tries again, and says in the end what became of each event.

Fed by data_lineage_hub._sender.
Feeds the hub's `POST /api/v1/lineage/batch`, or `/api/v1/lineage` where there is no such route.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from data_lineage_hub import _http, _log
from data_lineage_hub._config import Config
from data_lineage_hub._http import Answer
from data_lineage_hub._ledger import Reason, Receipt
from data_lineage_hub._render import render
from data_lineage_hub._runs import Event

BATCH_PATH = "/api/v1/lineage/batch"
SINGLE_PATH = "/api/v1/lineage"
MAX_BODY_BYTES = 4 << 20
NO_SUCH_ROUTE = {404, 405, 501}
TRY_AGAIN = {0, 408, 425, 429, 500, 502, 503, 504}
TOO_LARGE = 413
FIRST_WAIT_S, LONGEST_WAIT_S = 0.25, 8.0


class Courier:
    def __init__(
        self,
        post: Callable[[Config, str, bytes], Answer] = _http.post,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._post = post
        self._clock = clock
        self._wait = wait
        self._batchless: set[str] = set()  # hubs that take single events only
        self._random = random.Random()  # noqa: S311 -- spreads retries; the program's own generator stays untouched

    def deliver(self, config: Config, events: Sequence[Event]) -> Receipt:
        dropped: Counter[Reason] = Counter()
        rendered = [body for event in events if (body := rendered_or_none(event, dropped))]
        delivered = sum(self._carry(config, part, dropped) for part in parts(rendered))
        return Receipt(delivered, dropped)

    def _carry(self, config: Config, bodies: list[bytes], dropped: Counter[Reason]) -> int:
        """Post until each event is delivered or dropped; return how many were delivered."""
        deadline = self._clock() + config.retry_for_s
        delivered = attempts = 0
        while bodies:
            if config.endpoint in self._batchless and len(bodies) > 1:
                return delivered + sum(self._carry(config, [body], dropped) for body in bodies)
            answer = self._send(config, bodies)
            if answer.status in NO_SUCH_ROUTE and config.endpoint not in self._batchless:
                self._batchless.add(config.endpoint)
                continue
            if answer.status == TOO_LARGE and len(bodies) > 1:
                half = len(bodies) // 2
                return delivered + sum(self._carry(config, part, dropped) for part in (bodies[:half], bodies[half:]))
            count, bodies = sort_out(answer, bodies, dropped)
            delivered += count
            attempts += 1
            if bodies and not self._wait_before(attempts, answer, deadline):
                give_up(config, answer, len(bodies), dropped)
                break
        return delivered

    def _send(self, config: Config, bodies: list[bytes]) -> Answer:
        if config.endpoint in self._batchless:
            return self._post(config, SINGLE_PATH, bodies[0])
        return self._post(config, BATCH_PATH, b"[" + b",".join(bodies) + b"]")

    def _wait_before(self, attempt: int, answer: Answer, deadline: float) -> bool:
        """Wait as long as the hub asks, else with backoff; False when that would go beyond the deadline."""
        backoff_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (attempt - 1)) * self._random.uniform(0.5, 1)
        delay_s = backoff_s if answer.retry_after_s is None else answer.retry_after_s
        if self._clock() + delay_s > deadline:
            return False
        self._wait(delay_s)
        return True


def rendered_or_none(event: Event, dropped: Counter[Reason]) -> bytes | None:
    try:
        return render(event)
    except Exception:  # noqa: BLE001 -- one event that cannot be rendered must not take the others with it
        job_name = event.run.job.name
        _log.warn_once(f"render {job_name}", "An event of %s cannot be rendered.", job_name, trace=True)
        dropped[Reason.INTERNAL] += 1
        return None


def parts(bodies: list[bytes]) -> Iterator[list[bytes]]:
    """Split so that no request grows beyond what a hub takes."""
    part: list[bytes] = []
    size = 0
    for body in bodies:
        if part and size + len(body) > MAX_BODY_BYTES:
            yield part
            part, size = [], 0
        part.append(body)
        size += len(body)
    yield part


def sort_out(answer: Answer, bodies: list[bytes], dropped: Counter[Reason]) -> tuple[int, list[bytes]]:
    """Return how many the hub has taken, and those to send again; the rest is counted as rejected."""
    if answer.status in TRY_AGAIN:
        return 0, bodies
    if answer.status // 100 != 2:  # noqa: PLR2004 -- success
        say_rejected(f"HTTP {answer.status}", len(bodies), problem(answer))
        dropped[Reason.REJECTED] += len(bodies)
        return 0, []
    failed = failures(answer.body, len(bodies))
    again = [bodies[index] for index, failure in failed.items() if failure.get("retriable") is True]
    for failure in failed.values():
        if failure.get("retriable") is not True:
            dropped[Reason.REJECTED] += 1
            say_rejected(str(failure.get("code", "")), 1, f"{failure.get('pointer', '')} {failure.get('reason', '')}")
    return len(bodies) - len(failed), again


def failures(body: Any, size: int) -> dict[int, dict[str, Any]]:
    """`failed_events` of the OpenLineage batch answer by index; a hub that sends none has taken all."""
    listed = body.get("failed_events") if isinstance(body, dict) else None
    known = [failure for failure in listed if isinstance(failure, dict)] if isinstance(listed, list) else []
    return {f["index"]: f for f in known if isinstance(f.get("index"), int) and 0 <= f["index"] < size}


def problem(answer: Answer) -> str:
    if isinstance(answer.body, dict):
        return str(answer.body.get("detail") or answer.body.get("title") or answer.text)
    return answer.text


def say_rejected(code: str, count: int, words: str) -> None:
    _log.warn_once(
        f"rejected {code}", "The hub refused %d lineage event(s): %s %s (said once)", count, code, words.strip()
    )


def give_up(config: Config, answer: Answer, count: int, dropped: Counter[Reason]) -> None:
    dropped[Reason.UNDELIVERABLE] += count
    _log.warn_once(
        "undeliverable", "%d lineage event(s) given up: %s did not take them within %g s: %s %s (said once)",
        count, config.endpoint, config.retry_for_s, answer.status or "", problem(answer),
    )  # fmt: skip
