"""Runs small programs with the SDK in an interpreter of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "sdk" / "src"


def run_program(code: str, timeout_s: float = 60, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run `code`; warnings are errors in it, as they are in the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LINEAGE_", "OPENLINEAGE_"))}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code)],
        env=kept | {"PYTHONPATH": str(SOURCE), "NO_PROXY": "127.0.0.1"} | environ,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
