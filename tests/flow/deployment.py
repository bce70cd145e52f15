"""A production-shaped hub out of real processes: granian, carriers, and whatever services the test gives it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg

from backends.eventlog.kafka import KafkaEventLog
from tests.flow.calls import Caller, until
from tests.services.ports import free_port

ROOT = Path(__file__).resolve().parents[2]


def new_database(server_url: str) -> str:
    """Make an empty database on the session's server; return its URL."""
    name = f"hub_{uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))


class Deployment(Caller):
    """`environment` holds the HUB_… variables of the services; `start` adds processes by name, `stop` ends them all."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        super().__init__(free_port())
        self.folder = Path(tempfile.mkdtemp(prefix="hub-flow-"))
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "PYTEST"))
        }
        self.environment |= {
            "HUB_SECRET_KEY": "flow-secret-key-of-more-than-thirty-two-characters",
            "HUB_DATA_DIR": str(self.folder),
            "HUB_KAFKA_REPLICATION_FACTOR": "1",
            "HUB_KAFKA_TOPIC_PREFIX": f"{uuid4().hex[:8]}-",
            **environment,
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def event_log(self) -> KafkaEventLog:
        servers, prefix = (self.environment[f"HUB_KAFKA_{name}"] for name in ("BOOTSTRAP_SERVERS", "TOPIC_PREFIX"))
        return KafkaEventLog(servers, prefix=prefix, replication_factor=1)

    def manage(self, *words: str) -> str:
        """Run a command to its end; return what it printed."""
        ran = subprocess.run(
            [sys.executable, "manage.py", *words],
            check=False,
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        if ran.returncode:
            raise AssertionError(f"manage.py {' '.join(words)} → {ran.returncode}\n{ran.stdout}\n{ran.stderr}")
        return ran.stdout

    def prepare(self) -> None:
        for command in (["migrate", "--verbosity=0"], ["create_topics"], ["apply_telemetry_schema"]):
            self.manage(*command)

    def start_web(self, *, workers: int = 1) -> None:
        self.start(
            "web",
            "-m",
            "granian",
            "--interface",
            "wsgi",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--workers",
            str(workers),
            "--blocking-threads",
            "16",
            "hubsite.wsgi:application",
        )
        until(
            lambda: self.call("GET", "/health/live")[0] == 200,
            within_s=30,
            what="the web server answers\n" + self.log("web"),
        )

    def start_carrier(self, name: str) -> None:
        self.start(name, "manage.py", f"consume_{name}")

    def start(self, name: str, *words: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *words], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )

    def kill(self, name: str) -> None:
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def stop(self) -> dict[str, int]:
        """SIGTERM to all; return their exit statuses."""
        for process in self.processes.values():
            process.terminate()
        ended = {name: process.wait(timeout=20) for name, process in self.processes.items()}
        self.processes.clear()
        return ended

    def log(self, name: str) -> str:
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace")[-4000:] if path.exists() else ""
