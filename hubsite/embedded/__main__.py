"""`make run`: the whole product on one machine, from an empty folder to a page with data in it.

Nothing of Django may be imported before PostgreSQL runs and the `HUB_…` variables are set.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from types import FrameType

from hubsite.embedded.data import Busy, DataFolder
from hubsite.embedded.postgres import Postgres
from hubsite.embedded.progress import Progress

HOST = "127.0.0.1"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data", type=Path, default=Path(".hub"))
    parser.add_argument("--demo", type=int, choices=[0, 1], default=1, help="1: demo namespaces, people and a pipeline")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    folder = DataFolder(options.data)
    stopping = listen_for_signals()
    progress = Progress(steps=6 if options.demo else 4)
    try:
        folder.lock()
        sock = claim_port(options.port)
    except (Busy, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    with progress.step("Starting PostgreSQL"):
        postgres = Postgres(folder.path / "postgres")
    try:
        configure(folder, postgres.url, options.port)
        from hubsite.embedded.session import Session  # noqa: PLC0415 -- needs the settings that were just made

        return Session(folder, sock, progress).run(stopping, demo=bool(options.demo))
    finally:
        postgres.stop()
        folder.release()


def claim_port(port: int) -> socket.socket:
    """Take the port before anything else starts, so that a taken one costs no waiting."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((HOST, port))
    except OSError as error:
        sock.close()
        raise OSError(
            f"Port {port} cannot be used: {error.strerror}. Choose another: make run PORT={port + 1}"
        ) from None
    return sock


def listen_for_signals() -> threading.Event:
    """SIGTERM and Ctrl-C ask for an orderly end; asking twice changes nothing."""
    stopping = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    return stopping


def configure(folder: DataFolder, database_url: str, port: int) -> None:
    """Set what an embedded hub needs; whatever the environment says of other adapters does not count here."""
    for name in ("KAFKA_BOOTSTRAP_SERVERS", "CLICKHOUSE_URL", "REDIS_URL"):
        os.environ.pop(f"HUB_{name}", None)
    os.environ |= folder.secrets()
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "hubsite.settings",
        "HUB_DATABASE_URL": database_url,
        "HUB_DATA_DIR": str(folder.path),
        "HUB_PUBLIC_URL": f"http://{HOST}:{port}",
    }
    os.environ.setdefault("HUB_LOG_LEVEL", "WARNING")
    import django  # noqa: PLC0415

    django.setup()


if __name__ == "__main__":
    sys.exit(main())
