"""Where to send and as whom: code goes before the environment, the environment before defaults."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from data_lineage_hub import _log

# The hub's own names first; the last ones are those of any stock OpenLineage client.
ENVIRONMENT: Mapping[str, tuple[str, ...]] = {
    "endpoint": ("LINEAGE_HUB_ENDPOINT", "LINEAGE_HUB_HUB_ENDPOINT", "OPENLINEAGE_URL"),
    "api_key": ("LINEAGE_HUB_API_KEY", "OPENLINEAGE_API_KEY"),
    "namespace": ("LINEAGE_HUB_NAMESPACE", "LINEAGE_NAMESPACE"),
}


@dataclass(frozen=True)
class Config:
    """What one event is sent with. An empty `endpoint` means: nothing is configured, events are dropped and counted."""

    endpoint: str = ""
    api_key: str = field(default="", repr=False)
    namespace: str = "default"  # the hub turns this into the namespace of the key
    dataset_namespace: str = "default"
    max_queue: int = 10_000
    batch_age_s: float = 1.0
    request_timeout_s: float = 5.0
    retry_for_s: float = 60.0
    exit_timeout_s: float = 2.0


_current: Config | None = None


def configure(
    *,
    hub_endpoint: str | None = None,
    namespace: str | None = None,
    api_key: str | None = None,
    dataset_namespace: str | None = None,
    max_queue: int = Config.max_queue,
    batch_age_s: float = Config.batch_age_s,
    request_timeout_s: float = Config.request_timeout_s,
    retry_for_s: float = Config.retry_for_s,
    exit_timeout_s: float = Config.exit_timeout_s,
) -> None:
    """Say where the hub is and who sends. What is left out comes from the environment.

    `hub_endpoint` is the hub's bare address (`https://hub`), `namespace` is where jobs belong, `dataset_namespace`
    (default: the same) is where datasets named by a plain word belong. `max_queue` bounds the events that wait;
    one batch is sent `batch_age_s` after its first event at the latest, and given up after `retry_for_s`.
    At the interpreter's exit the program waits `exit_timeout_s` at most for what is left. May be called again: events
    that wait already go to where they were meant to go.
    """
    global _current  # noqa: PLW0603 -- one configuration per process is the promise of this function
    endpoint = checked_endpoint(hub_endpoint or from_environment("endpoint"))
    job_namespace = namespace or from_environment("namespace") or "default"
    _current = Config(
        endpoint=endpoint,
        api_key=(api_key or from_environment("api_key")).strip(),
        namespace=job_namespace,
        dataset_namespace=dataset_namespace or job_namespace,
        max_queue=max_queue,
        batch_age_s=batch_age_s,
        request_timeout_s=request_timeout_s,
        retry_for_s=retry_for_s,
        exit_timeout_s=exit_timeout_s,
    )
    _log.forget()


def current() -> Config:
    """The configuration that counts now; read from the environment at the first use if nobody has called `configure`."""
    if _current is None:
        configure()
    return _current or Config()


def from_environment(field_name: str, environ: Mapping[str, str] = os.environ) -> str:
    return next((value for name in ENVIRONMENT[field_name] if (value := environ.get(name, "").strip())), "")


def checked_endpoint(text: str) -> str:
    """The address without a closing slash; empty, with a warning, when it is none."""
    endpoint = text.strip().rstrip("/")
    if endpoint and not endpoint.startswith(("http://", "https://")):
        _log.log.warning("The hub's address must start with http:// or https://, but is %r: no lineage is sent.", text)
        return ""
    return endpoint
