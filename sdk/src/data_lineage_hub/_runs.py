"""What travels from the caller's thread to the sender thread: small values, rendered only there."""

from __future__ import annotations

import os
from random import Random
from traceback import TracebackException
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from data_lineage_hub._config import Config

if TYPE_CHECKING:
    from openlineage.client.event_v2 import Dataset

DatasetSpec: TypeAlias = "str | dict[str, Any] | Dataset"
EventType: TypeAlias = Literal["START", "COMPLETE", "FAIL", "ABORT"]


class Job:
    """What a decorator says about its function; compared by identity, so that rendering can be remembered."""

    __slots__ = ("description", "inputs", "name", "outputs")

    def __init__(
        self, name: str, inputs: tuple[DatasetSpec, ...], outputs: tuple[DatasetSpec, ...], description: str | None
    ) -> None:
        self.name = name
        self.inputs = inputs
        self.outputs = outputs
        self.description = description


class RunRef(NamedTuple):
    """Names a run to the runs below it."""

    run_id: str
    job_namespace: str
    job_name: str


class Run:
    """One execution of a job. Upwards it holds names only, so a run that is over keeps no other run alive."""

    __slots__ = ("config", "job", "outer", "parent", "ref", "root")

    def __init__(self, job: Job, config: Config, time_ns: int, outer: Run | None) -> None:
        self.job = job
        self.config = config
        self.ref = RunRef(new_run_id(time_ns), config.namespace, job.name)
        self.outer = outer
        self.parent = outer.ref if outer else None
        self.root: RunRef = outer.root if outer else self.ref


class Event(NamedTuple):
    type: EventType
    time_ns: int
    run: Run
    error: TracebackException | None = None


# Our own, seeded by the system: the program's `random` may be seeded by it, and must not be moved on by us.
_random = Random()  # noqa: S311 -- ids have to differ, not to be secret
os.register_at_fork(after_in_child=_random.seed)


def new_run_id(time_ns: int) -> str:
    """A UUIDv7 of this moment."""
    bits = (time_ns // 1_000_000) << 80 | _random.getrandbits(80)
    bits = bits & ~(0xF000 << 64) & ~(0xC000 << 48) | 0x7000 << 64 | 0x8000 << 48
    text = f"{bits:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
