"""Turns events into the catalog's tables: `apply` is the one way in."""

from catalog.projection.applying import apply
from catalog.projection.errors import Unprojectable

__all__ = ["Unprojectable", "apply"]
