"""Runs a command with a PostgreSQL of its own: `python -m tests.services.with_postgres <command> …`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from tests.services.postgres import Postgres


def main(command: list[str]) -> int:
    if not command:
        print(__doc__)
        return 2
    postgres = Postgres()
    try:
        postgres.start()
        with tempfile.TemporaryDirectory(prefix="hub-test-data-") as folder:
            environment = {
                "HUB_SECRET_KEY": "check-secret-key-of-more-than-thirty-two-characters",
                "HUB_DATA_DIR": folder,
                "HUB_DATABASE_URL": postgres.url,
            }
            return subprocess.run(command, env=os.environ | environment, check=False).returncode
    finally:
        postgres.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
