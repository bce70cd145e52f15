"""The reference and the code say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from hubsite.env import VARIABLES
from namespaces import errors

ROOT = Path(__file__).resolve().parents[2]
OURS = {"hubsite", "namespaces", "consumers", "catalog", "ingest", "governance"}
REFERENCE = (ROOT / "docs" / "reference.md").read_text()


def section(title: str) -> str:
    return REFERENCE.split(f"## {title}\n")[1].split("\n## ")[0]


def rows(title: str) -> dict[str, str]:
    """First column (without backticks) → the whole row."""
    return {m[1]: m[0] for m in re.finditer(r"^\| `([^`]+)`.*$", section(title), re.MULTILINE)}


def test_every_setting_is_in_the_reference_with_its_default_and_meaning() -> None:
    documented = rows("Settings")
    assert set(documented) == set(VARIABLES)
    for name, variable in VARIABLES.items():
        assert variable.meaning in documented[name], name
        assert not variable.default or f"`{variable.default}`" in documented[name], name


def test_every_command_is_in_the_reference() -> None:
    ours = {name for name, app in get_commands().items() if app in OURS}
    assert {name.split()[0] for name in rows("Commands")} == ours


def test_every_error_code_is_in_the_reference() -> None:
    classes = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.HubError)]
    assert {c.code for c in classes if c is not errors.HubError} <= set(rows("Error codes"))


def test_every_process_of_the_procfile_is_a_command_of_ours() -> None:
    commands = re.findall(r"manage\.py (\w+)", (ROOT / "deploy" / "Procfile").read_text())
    assert commands
    assert set(commands) <= set(get_commands())


@pytest.mark.parametrize(
    "name", ["README.md", "CONTRIBUTING.md", "SECURITY.md", *[f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md")]]
)
def test_links_between_documents_lead_somewhere(name: str) -> None:
    page = ROOT / name
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), f"{name} links to {target}"


def test_every_word_of_the_makefile_has_its_line_of_help() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = set(re.findall(r"^\.PHONY: (\S+)$", makefile, re.MULTILINE))
    assert phony == set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
