"""What the discovery routes take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import AfterValidator

from catalog.graph import MAX_DEPTH
from catalog.models import Dataset, EdgeKind, Job, Run, RunState
from catalog.projection.facets import text

Storable = Annotated[str, AfterValidator(text)]  # the database takes no NUL
Kind = Literal["dataset", "job", "run"]


class ListQuery(Schema):
    limit: int = Field(50, ge=1, le=100)
    cursor: str = Field("", max_length=10_000, description="`next` of the page before.")
    namespace: Storable = Field("", max_length=1024, description="A hub namespace, or one of OpenLineage's.")
    q: Storable = Field("", max_length=200, description="Part of the name; of a run: of its job's name, or its run id.")


class GraphQuery(Schema):
    node: str = Field(max_length=5_100, description="dataset:{namespace}:{name} or job:{namespace}:{name}")
    depth: int = Field(2, ge=0, description=f"How many arrows away at most; never more than {MAX_DEPTH}.")
    direction: Literal["both", "upstream", "downstream"] = "both"


class SearchQuery(Schema):
    q: Storable = Field(max_length=200)
    kind: list[Kind] = Field([], description="Of these kinds only.")
    namespace: list[Storable] = Field([], description="Of these namespaces only, the hub's or OpenLineage's.")
    limit: int = Field(50, ge=1, le=100)


class NodeOut(Schema):
    """`node` is the id in the graph; `owner` the hub namespace; `namespace` OpenLineage's."""

    id: UUID
    node: str
    namespace: str
    name: str
    owner: str
    description: str
    tags: list[dict[str, str]]
    first_seen_at: datetime
    last_seen_at: datetime

    @staticmethod
    def resolve_node(row: Dataset | Job) -> str:
        return row.node_id

    @staticmethod
    def resolve_owner(row: Dataset | Job) -> str:
        return str(row.owner.name)


class ColumnOut(Schema):
    name: str
    type: str
    description: str


class DatasetOut(NodeOut):
    fields: list[ColumnOut]
    source: str
    written_at: datetime | None


class JobOut(NodeOut):
    job_type: dict[str, str]
    source_url: str


class JobDetail(JobOut):
    sql: str


class RunOut(Schema):
    """`job` is the job's node id; `parent_job` the one that the parent facet names, whether it exists or not."""

    id: UUID
    run_id: str
    job: str
    job_id: UUID
    owner: str
    state: RunState
    state_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    nominal_start_at: datetime | None
    nominal_end_at: datetime | None
    parent_run_id: str
    parent_job: str
    error_message: str
    producer: str
    first_event_at: datetime
    last_event_at: datetime

    @staticmethod
    def resolve_job(row: Run) -> str:
        return str(row.job.node_id)

    @staticmethod
    def resolve_owner(row: Run) -> str:
        return str(row.owner.name)


class RunDatasetOut(Schema):
    """A dataset that the run named, as a node of the graph; another namespace's is restricted."""

    node: str
    namespace: str
    name: str
    restricted: bool
    statistics: dict[str, Any]


class RunEventOut(Schema):
    event_id: str
    event_type: str
    event_time: datetime
    received_at: datetime


class RunDetail(RunOut):
    """`events` are the newest first. The route sets what is shown, because that depends on who asks."""

    error_trace: str
    inputs: list[RunDatasetOut]
    outputs: list[RunDatasetOut]
    events: list[RunEventOut]

    @staticmethod
    def resolve_inputs(row: Any) -> Any:
        return row.shown_inputs

    @staticmethod
    def resolve_outputs(row: Any) -> Any:
        return row.shown_outputs

    @staticmethod
    def resolve_events(row: Any) -> Any:
        return row.shown_events


class DatasetPage(Schema):
    items: list[DatasetOut]
    next: str | None


class JobPage(Schema):
    items: list[JobOut]
    next: str | None


class RunPage(Schema):
    items: list[RunOut]
    next: str | None


class GraphNodeOut(Schema):
    """A restricted node has an opaque id and its kind, and nothing else."""

    id: str
    kind: Literal["dataset", "job"]
    namespace: str
    name: str
    owner: str
    uuid: UUID | None
    restricted: bool


class GraphEdgeOut(Schema):
    """In the direction in which data flows."""

    source: str = Field(serialization_alias="from")
    target: str = Field(serialization_alias="to")
    kind: EdgeKind


class GraphOut(Schema):
    nodes: list[GraphNodeOut]
    edges: list[GraphEdgeOut]
    truncated: bool


class HitOut(Schema):
    kind: Kind
    id: str
    uuid: UUID
    namespace: str
    name: str
    owner: str
    description: str
    last_seen_at: datetime
    uses: int


class HitList(Schema):
    items: list[HitOut]
