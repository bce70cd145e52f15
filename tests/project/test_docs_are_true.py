"""The reference and the code say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from hubsite.codes import CODES
from hubsite.env import VARIABLES
from ingest import errors as door_errors
from ingest.codes import Odd, Reject
from namespaces import claims, errors
from namespaces.audit import Action

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
    assert {row.split()[0] for row in rows("Commands")} == ours


def test_the_reference_has_the_error_codes_with_status_and_meaning() -> None:
    documented = rows("Error codes")
    assert set(documented) == set(CODES)
    for name, code in CODES.items():
        assert documented[name] == f"| `{name}` | {code.status} | {code.meaning} |"


def test_every_code_of_an_error_class_is_in_the_list() -> None:
    classes = [c for module in (errors, claims, door_errors) for c in vars(module).values() if isinstance(c, type)]
    codes = {c.code for c in classes if issubclass(c, errors.HubError) and c is not errors.HubError}
    assert codes <= set(CODES)


def test_every_code_that_a_raise_gives_and_every_reason_of_the_door_is_in_the_list() -> None:
    raised = re.compile(r"(?:Forbidden|Conflict|Invalid|NotFound|HubError)\((?:[^()]|\([^()]*\))*code=\"([a-z_]+)\"")
    sources = [
        path.read_text()
        for room in ("namespaces", "catalog", "ingest", "hubsite")
        for path in (ROOT / room).rglob("*.py")
    ]
    given = {code for source in sources for code in raised.findall(source)}
    assert "insufficient_scope" in given
    assert given | {str(reason) for reason in Reject} <= set(CODES)


def test_every_audit_action_is_in_the_reference() -> None:
    assert set(rows("Audit actions")) == {action.value for action in Action}


def test_every_warning_of_the_door_is_in_the_reference() -> None:
    assert set(rows("Warnings")) == {str(odd) for odd in Odd}


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
