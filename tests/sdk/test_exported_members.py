"""The public names are what `__init__` says, sorted, and each of them says what it is for."""

from __future__ import annotations

import pkgutil
from importlib.resources import files

import pytest

import data_lineage_hub


def test_all_is_complete_and_sorted() -> None:
    public = {name for name in vars(data_lineage_hub) if not name.startswith("_")} - {"annotations"}
    assert public | {"__version__"} == set(data_lineage_hub.__all__)
    assert data_lineage_hub.__all__ == sorted(data_lineage_hub.__all__)


def test_all_modules_are_private() -> None:
    assert all(module.name.startswith("_") for module in pkgutil.iter_modules(data_lineage_hub.__path__))


@pytest.mark.parametrize("name", [name for name in data_lineage_hub.__all__ if name != "__version__"])
def test_a_public_name_says_what_it_is_for(name: str) -> None:
    assert getattr(data_lineage_hub, name).__doc__


def test_its_types_are_shipped() -> None:
    assert files(data_lineage_hub).joinpath("py.typed").is_file()
