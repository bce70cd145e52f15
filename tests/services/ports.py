"""Ports for services of a test session."""

from __future__ import annotations

import contextlib
import random
import socket
import time


def free_port() -> int:
    """Find a port that nobody listens on.

    It lies below the range from which the kernel takes ports for outgoing connections, so that a service that is
    stopped and started again finds its port still free.
    """
    choose = random.SystemRandom()
    while True:
        port = choose.randrange(15_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(port: int, *, within_s: float) -> None:
    """Wait until somebody listens, whoever started it."""
    deadline = time.monotonic() + within_s
    while not is_open(port):
        if time.monotonic() > deadline:
            raise RuntimeError(f"Nobody listens on port {port} after {within_s:.0f} s.")
        time.sleep(0.05)
