"""The decorator: a run per call, with its start and its end, around a function that notices nothing of it.

Fed by the functions of the user.
Feeds data_lineage_hub._sender, through data_lineage_hub._emit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, TypeVar, cast

from data_lineage_hub import _context, _emit, _wrappers
from data_lineage_hub._runs import DatasetSpec, Job

F = TypeVar("F", bound=Callable[..., Any])


class lineage_track:  # noqa: N801 -- reads as the decorator that it is
    """Send START when the function is entered, COMPLETE, FAIL or ABORT when it is left.

    Works on functions, coroutine functions, generators and async generators, and as `with lineage_track("job") as run_id`.
    A dataset is a name (`"raw_orders"`, `"s3://bucket/orders"`), a dict (`{"type", "name", "format", "namespace",
    "schema"}`) or a Dataset of openlineage-python; README.md says how they are named. FAIL carries the exception and
    its traceback; KeyboardInterrupt, SystemExit and cancellation end in ABORT. A generator that its consumer leaves
    early has completed.
    """

    def __init__(
        self,
        job_name: str | None = None,
        inputs: Iterable[DatasetSpec] | DatasetSpec = (),
        outputs: Iterable[DatasetSpec] | DatasetSpec = (),
        *,
        description: str | None = None,
    ) -> None:
        self._is_named = job_name is not None
        self._job = Job(job_name or "unnamed", listed(inputs), listed(outputs), description)

    def __call__(self, function: F) -> F:
        if not self._is_named:
            self._job.name = f"{function.__module__}.{function.__qualname__}"
        return cast("F", _wrappers.wrap(function, self._job))

    def __enter__(self) -> str | None:
        _emit.begin(self._job)
        return _context.current_run_id()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        run = _context.current()
        if run and run.job is self._job:
            _emit.end(run, error)


def listed(datasets: Iterable[DatasetSpec] | DatasetSpec) -> tuple[DatasetSpec, ...]:
    """A single dataset counts as a list of one: a string must not fall into its letters."""
    if isinstance(datasets, str | dict) or not isinstance(datasets, Iterable):
        return (datasets,)
    return tuple(datasets)
