"""The tables of the catalog: one file per concept."""

from catalog.models.datasets import Dataset
from catalog.models.edges import Edge, EdgeKind
from catalog.models.jobs import Job
from catalog.models.runs import TERMINAL, Run, RunEvent, RunInput, RunOutput, RunState

__all__ = ["TERMINAL", "Dataset", "Edge", "EdgeKind", "Job", "Run", "RunEvent", "RunInput", "RunOutput", "RunState"]
