"""The demo finds a running hub by the files that `make run` wrote."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hubsite.demo import __main__ as demo
from hubsite.demo import pipeline, target
from hubsite.demo.pipeline import Summary

ENV = "LINEAGE_HUB_ENDPOINT=http://127.0.0.1:8000\nLINEAGE_HUB_NAMESPACE=analytics\nLINEAGE_HUB_API_KEY=dlh_a\nHUB_DEMO_USER=x\n"


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    path = tmp_path / "demo.env"
    path.write_text(ENV)
    return path


def test_the_key_of_the_file_is_enough(env_file: Path) -> None:
    assert target.read(env_file) == target.Target("http://127.0.0.1:8000", {"analytics": "dlh_a"})


def test_the_teams_keys_are_found_beside_it(env_file: Path) -> None:
    known = {"key:analytics": "dlh_a", "key:shop": "dlh_s", "password:demo@example.com": "secret"}
    env_file.with_name("demo.json").write_text(json.dumps(known))
    assert target.read(env_file).keys == {"analytics": "dlh_a", "shop": "dlh_s"}


def test_another_endpoint_goes_before_the_files(env_file: Path) -> None:
    assert target.read(env_file, "http://other").endpoint == "http://other"


def test_keys_do_not_show(env_file: Path) -> None:
    assert "dlh_a" not in repr(target.read(env_file))


@pytest.mark.parametrize("text", [None, "", "LINEAGE_HUB_ENDPOINT=http://x\n"])
def test_a_missing_or_foreign_file_says_what_to_do(
    text: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "demo.env"
    if text is not None:
        path.write_text(text)
    assert demo.main(demo.parser().parse_args(["--env-file", str(path)])) == 1
    assert "make run" in capsys.readouterr().err


@pytest.mark.parametrize(("missing", "status"), [(0, 0), (3, 1)])
def test_the_exit_status_tells_whether_all_arrived(
    missing: int, status: int, env_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = []

    def run(endpoint: str, credentials: object) -> Summary:
        calls.append((endpoint, credentials))
        return Summary(24 - missing, missing, ("job: why",))

    monkeypatch.setattr(pipeline, "run", run)
    assert demo.main(demo.parser().parse_args(["--env-file", str(env_file)])) == status
    assert calls == [("http://127.0.0.1:8000", {"analytics": "dlh_a"})]
    assert "job: why" in capsys.readouterr().out
