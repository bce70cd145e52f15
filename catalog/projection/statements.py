"""What was said of a thing, and when: of each subject the newest statement counts, whatever the order of arrival.

Statements are JSON, {subject: [event time, value]}, and rest beside what people read. They are why a late event cannot
undo a newer one, why reading a dataset without a facet erases nothing, and why the same event twice is the same as once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

Statements: TypeAlias = Mapping[str, list[Any]]


def said(values: Mapping[str, Any], at: datetime) -> dict[str, list[Any]]:
    """Statements of one moment. `at` is in UTC, so that the texts sort as the times do."""
    return {subject: [at.isoformat(timespec="microseconds"), value] for subject, value in values.items()}


def newest(many: Iterable[Statements]) -> dict[str, list[Any]]:
    """One out of several. Of two at the same moment the greater text wins: any rule will do that knows no order."""
    kept: dict[str, list[Any]] = {}
    for statements in many:
        for subject, statement in statements.items():
            if subject not in kept or weight(statement) > weight(kept[subject]):
                kept[subject] = statement
    return kept


def weight(statement: list[Any]) -> tuple[str, str]:
    at, value = statement
    return at, json.dumps(value, sort_keys=True)


def value_of(statements: Statements, subject: str, default: Any) -> Any:
    return statements[subject][1] if subject in statements else default
