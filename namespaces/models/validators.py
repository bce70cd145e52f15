"""Rules for the values of a namespace that neither a type nor a column can express."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ValidationError

NOTIFICATIONS = ("pipeline_failures", "data_quality_alerts")
MAX_PROPERTIES_BYTES = 16_384
MAX_INDEXED_BYTES = 2_600  # a row of PostgreSQL's B-tree ends at 2,704


def default_notifications() -> dict[str, bool]:
    return dict.fromkeys(NOTIFICATIONS, True)


def validate_storable(value: Any) -> None:
    """Refuse what PostgreSQL cannot keep in text: NUL and halves of surrogate pairs."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValidationError("Half a surrogate pair is no character.", code="surrogate") from None
    if "\0" in text or "\\u0000" in text:
        raise ValidationError("The character NUL is not allowed.", code="nul")


def validate_indexable(value: str) -> None:
    validate_storable(value)
    if len(value.encode()) > MAX_INDEXED_BYTES:
        raise ValidationError(f"At most {MAX_INDEXED_BYTES} bytes of UTF-8.", code="too_long")


def validate_properties(value: Any) -> None:
    if not isinstance(value, dict):
        raise ValidationError("Properties are a JSON object.", code="type")
    validate_storable(value)
    if len(json.dumps(value)) > MAX_PROPERTIES_BYTES:
        raise ValidationError(f"Properties take at most {MAX_PROPERTIES_BYTES} bytes.", code="too_large")


def validate_notifications(value: Any) -> None:
    if not isinstance(value, dict) or any(
        name not in NOTIFICATIONS or not isinstance(on, bool) for name, on in value.items()
    ):
        raise ValidationError(f"An object of true and false: {', '.join(NOTIFICATIONS)}.", code="choice")
