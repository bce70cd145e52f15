"""Importing and decorating costs next to nothing: whatever is heavy is loaded by the sender thread, at the first event."""

from __future__ import annotations

import pytest

from tests.sdk.programs import run_program

HEAVY = ("openlineage", "attr", "requests", "httpx", "httpx2", "http.client", "urllib.request", "ssl", "asyncio", "json",
         "email", "django", "opentelemetry", "multiprocessing", "socket")  # fmt: skip
LOADED = f"import sys; print(sorted(set(sys.modules) & {set(HEAVY)!r}))"


@pytest.mark.parametrize(
    "use",
    [
        "import data_lineage_hub",
        "import data_lineage_hub as d; d.configure(hub_endpoint='http://127.0.0.1:9')",
        "import data_lineage_hub as d; d.lineage_track('job', inputs=['a'])(print)",
        "import data_lineage_hub as d; d.lineage_track('job', inputs=['a'])(print)()",
    ],
    ids=["import", "configure", "decorate", "call without a hub"],
)
def test_nothing_heavy_is_loaded_by(use: str) -> None:
    result = run_program(f"{use}\n{LOADED}")
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "[]"


def test_no_thread_is_started_before_the_first_event() -> None:
    result = run_program("""
        import threading, data_lineage_hub as d
        d.configure(hub_endpoint="http://127.0.0.1:9", exit_timeout_s=0)
        f = d.lineage_track("job")(lambda: None)
        print(threading.active_count())
    """)
    assert result.stdout == "1\n"
