"""What a clock asks for, as Celery tasks: thin, the work is in the rooms below."""

from __future__ import annotations

from celery import shared_task

from namespaces import usage


@shared_task(name="governance.flush_usage")  # type: ignore[untyped-decorator]
def flush_usage() -> int:
    """Write the counted usage into the database; the number of rows written."""
    return usage.flush()
