"""Settings come from a closed list of variables; a typing error is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from hubsite import env


def test_an_unknown_variable_is_refused_by_name() -> None:
    with pytest.raises(env.UnknownVariable, match="HUB_KAFKA_BOOTSTRAP_SERVER"):
        env.check_names({"HUB_KAFKA_BOOTSTRAP_SERVER": "kafka:9092"})


def test_known_variables_their_files_and_foreign_ones_pass() -> None:
    env.check_names(
        {"HUB_SECRET_KEY_FILE": "/run/secret", "HUB_DEBUG": "1", "HOME": "/root", "HUB_TEST_MARQUEZ_URL": "x"}
    )


def test_a_value_may_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from-the-file\n")
    assert env.text("HUB_SECRET_KEY", {"HUB_SECRET_KEY_FILE": str(secret)}) == "from-the-file"


def test_an_empty_variable_means_its_default() -> None:
    assert env.text("HUB_DATA_DIR", {"HUB_DATA_DIR": ""}) == ".hub"


def test_a_number_that_is_none_says_which_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_APPEND_TIMEOUT_S", "soon")
    with pytest.raises(ValueError, match="HUB_APPEND_TIMEOUT_S must be a number"):
        env.number("HUB_APPEND_TIMEOUT_S")


def test_lists_and_pairs_are_split_at_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_ALLOWED_HOSTS", "a, b,,c")
    monkeypatch.setenv("HUB_KAFKA_OPTIONS", "security.protocol=SASL_SSL, sasl.jaas.config=a=b")
    assert env.words("HUB_ALLOWED_HOSTS") == ["a", "b", "c"]
    assert env.options("HUB_KAFKA_OPTIONS") == {"security.protocol": "SASL_SSL", "sasl.jaas.config": "a=b"}
