"""The closed list of `HUB_…` variables: each with its default and meaning; an unknown one is refused at start.

`docs/reference.md` shows this list; a test holds the two together.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Variable:
    default: str
    meaning: str


VARIABLES: Mapping[str, Variable] = {
    "HUB_SECRET_KEY": Variable("", "Signs sessions. At least 32 random characters; required outside of debug."),
    "HUB_KEY_PEPPER": Variable(
        "", "Secret of the API keys' HMAC; changing it ends every key. Default: HUB_SECRET_KEY."
    ),
    "HUB_DEBUG": Variable("false", "Django's debug pages. Never in production."),
    "HUB_ALLOWED_HOSTS": Variable("localhost,127.0.0.1,[::1]", "Host names that the hub answers to, by comma."),
    "HUB_TRUSTED_ORIGINS": Variable("", "Origins allowed to post forms, e.g. https://hub.example.com, by comma."),
    "HUB_PUBLIC_URL": Variable(
        "", "The address that people use, for snippets and links. Default: that of the request."
    ),
    "HUB_DATA_DIR": Variable(".hub", "Folder of the embedded event log and telemetry store."),
    "HUB_DATABASE_URL": Variable("", "PostgreSQL, e.g. postgres://hub:secret@db:5432/hub. Required."),
    "HUB_KAFKA_BOOTSTRAP_SERVERS": Variable("", "Kafka brokers, e.g. kafka:9092. Empty: the embedded log."),
    "HUB_KAFKA_TOPIC_PREFIX": Variable("", "Put before each topic and group name, for a cluster shared with others."),
    "HUB_KAFKA_REPLICATION_FACTOR": Variable("3", "Copies of each partition that create_topics asks for."),
    "HUB_KAFKA_OPTIONS": Variable(
        "", "More librdkafka settings, name=value by comma, e.g. security.protocol=SASL_SSL."
    ),
    "HUB_CLICKHOUSE_URL": Variable("", "ClickHouse, native protocol: clickhouse://user:pw@host:9000. Empty: embedded."),
    "HUB_MARQUEZ_URL": Variable("", "Marquez's API, e.g. http://marquez:5000. Empty: the hub's own catalog only."),
    "HUB_MARQUEZ_ADMIN_URL": Variable("", "Marquez's admin port, tells outage from poison: http://marquez:5001."),
    "HUB_MARQUEZ_WEB_URL": Variable("", "Marquez's web page, linked for platform administrators."),
    "HUB_GRAFANA_URL": Variable("", "Grafana, linked from the portal."),
    "HUB_REDIS_URL": Variable("", "Redis: cache, counters, Celery. Empty: in the process."),
    "HUB_APPEND_TIMEOUT_S": Variable("0.8", "How long the door waits for the log before it answers 503."),
    "HUB_TELEMETRY_BATCH_COUNT": Variable("10000", "Envelopes after which telemetry is inserted, at the latest."),
    "HUB_TELEMETRY_BATCH_MIB": Variable("8", "MiB after which telemetry is inserted, at the latest."),
    "HUB_TELEMETRY_BATCH_AGE_S": Variable("1", "Seconds after which telemetry is inserted, at the latest."),
    "HUB_LOG_LEVEL": Variable("INFO", "DEBUG, INFO, WARNING or ERROR."),
}


class UnknownVariable(Exception):
    """A `HUB_…` variable that nobody reads: a typing error that would otherwise pass unseen."""


def check_names(environ: Mapping[str, str]) -> None:
    # HUB_TEST_ and HUB_DEMO_ belong to tests and to the demo's people.
    unknown = sorted(
        name
        for name in environ
        if name.startswith("HUB_")
        and name.removesuffix("_FILE") not in VARIABLES
        and not name.startswith(("HUB_TEST_", "HUB_DEMO_"))
    )
    if unknown:
        raise UnknownVariable(f"{', '.join(unknown)}: no such setting. docs/reference.md lists all of them.")


def text(name: str, environ: Mapping[str, str] = os.environ) -> str:
    """Read one variable; `<NAME>_FILE` may name a file that holds it (for secrets)."""
    variable = VARIABLES[name]
    if path := environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    return environ.get(name, "") or variable.default


def flag(name: str) -> bool:
    return text(name).lower() in {"1", "true", "yes", "on"}


def number(name: str) -> float:
    try:
        return float(text(name))
    except ValueError:
        raise ValueError(f"{name} must be a number, but is {text(name)!r}.") from None


def words(name: str) -> list[str]:
    return [word.strip() for word in text(name).split(",") if word.strip()]


def options(name: str) -> dict[str, str]:
    return dict(word.split("=", 1) for word in words(name))
