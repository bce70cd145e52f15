"""`make test-pipeline`: runs the demo pipeline against a running hub."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hubsite.demo import pipeline, target
from hubsite.demo.target import NoTarget


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m hubsite.demo", description=__doc__)
    add_arguments(made)
    return made


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--env-file", type=Path, default=Path(".hub/demo.env"), help="written by `make run`")
    parser.add_argument("--endpoint", default="", help="another address than the file's, e.g. http://127.0.0.1:8000")


def main(options: argparse.Namespace) -> int:
    """Return the exit status: 1 when an event did not arrive."""
    try:
        found = target.read(options.env_file, options.endpoint)
    except NoTarget as error:
        print(error, file=sys.stderr)
        return 1
    summary = pipeline.run(found.endpoint, found.keys)
    for failure in summary.failures:
        print(f"failed, as it should: {failure}")
    print(f"{summary.delivered} lineage events delivered to {found.endpoint}, {summary.missing} missing")
    return 1 if summary.missing else 0


if __name__ == "__main__":
    sys.exit(main(parser().parse_args()))
