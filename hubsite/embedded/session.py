"""One life of an embedded hub: prepare, start, tell how to use it, wait, stop."""

from __future__ import annotations

import json
import socket
import threading
import time
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from backends.eventlog import event_log
from backends.eventlog.topics import TOPICS
from backends.telemetry import telemetry_store
from hubsite import health
from hubsite.demo import pipeline
from hubsite.demo.seed import Demo, seed
from hubsite.embedded.data import DataFolder
from hubsite.embedded.process import HubProcess
from hubsite.embedded.progress import Progress

POLL_S = 0.2
READY_TIMEOUT_S = 60.0


class NotReady(Exception):
    """The hub started, but cannot serve; the text is for the terminal."""


class Session:
    def __init__(self, folder: DataFolder, sock: socket.socket, progress: Progress) -> None:
        self._folder = folder
        self._progress = progress
        self._hub = HubProcess(sock)

    def run(self, stopping: threading.Event, *, demo: bool) -> int:
        """Return the exit status: 0 after an orderly stop, 1 when a part of the hub ended by itself."""
        with self._progress.step("Preparing database, log and telemetry store"):
            self.prepare()
        people = self.seed() if demo else None
        with self._progress.step("Starting web server, carriers and clock"):
            self._hub.start()
        try:
            with self._progress.step("Waiting until everything answers"):
                self.await_ready(stopping)
            if people:
                self.welcome(people)
            if people and not stopping.is_set():
                self.run_pipeline(people)
            print(f"\nData Lineage Hub is ready: {settings.HUB_PUBLIC_URL}   (Ctrl-C stops it)", flush=True)
            return self.wait(stopping)
        finally:
            self._hub.stop()

    def prepare(self) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        event_log.get().create_topics(TOPICS)
        telemetry_store.get().apply_schema()

    def seed(self) -> Demo:
        """Demo namespaces, people and keys; tokens and passwords are kept in the folder, for they are shown once."""
        with self._progress.step("Making demo namespaces, people and keys"):
            demo = seed(self._folder.read_json("demo.json"))
            self._folder.write_private("demo.json", json.dumps(demo.known, indent=1))
            return demo

    def await_ready(self, stopping: threading.Event) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_S
        while not health.is_ready():
            if stopping.is_set():
                return
            if time.monotonic() > deadline:
                raise NotReady(f"Not ready after {READY_TIMEOUT_S:.0f} s: {health.components()}")
            stopping.wait(POLL_S)

    def run_pipeline(self, demo: Demo) -> None:
        """Once per data folder, and again only when it was interrupted."""
        ran = self._folder.path / "demo.ran"
        if ran.exists():
            return
        with self._progress.step("Running the demo pipeline through the SDK"):
            summary = pipeline.run(settings.HUB_PUBLIC_URL, demo.keys)
        if not summary.missing:
            ran.touch()

    def wait(self, stopping: threading.Event) -> int:
        while not stopping.wait(POLL_S):
            if self._hub.failed:
                print("A part of the hub ended by itself; its log is above. Stopping.", flush=True)
                return 1
        print("Stopping: finishing requests and batches …", flush=True)
        return 0

    def welcome(self, demo: Demo) -> None:
        """Write demo.env and print what a newcomer does next."""
        env_file = self._folder.write_private("demo.env", demo_env(demo))
        print(WELCOME.format(url=settings.HUB_PUBLIC_URL, demo=demo, env=shown(env_file)), flush=True)


def shown(path: Path) -> str:
    """The path as one would type it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def demo_env(demo: Demo) -> str:
    values = {
        "LINEAGE_HUB_ENDPOINT": settings.HUB_PUBLIC_URL,
        "LINEAGE_HUB_NAMESPACE": demo.namespace,
        "LINEAGE_HUB_API_KEY": demo.key,
        "HUB_DEMO_USER": demo.user,
        "HUB_DEMO_PASSWORD": demo.password,
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())


WELCOME = """
  Open      {url}
  Sign in   {demo.user}   password {demo.password}
  Send      set -a; . {env}; set +a
            curl -sS $LINEAGE_HUB_ENDPOINT/api/v1/lineage -H "Authorization: Bearer $LINEAGE_HUB_API_KEY" \\
              -H 'Content-Type: application/json' -d '{{"eventType": "COMPLETE", "eventTime": "2026-01-01T00:00:00Z",
              "run": {{"runId": "019b76da-a800-7000-8000-000000000001"}}, "job": {{"namespace": "default", "name": "hello"}},
              "inputs": [{{"namespace": "file", "name": "a.csv"}}], "outputs": [{{"namespace": "file", "name": "b.csv"}}]}}'
"""
