"""What to paste for the first event: four ways to send, filled in with the hub's address, the namespace and the key."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

KEY = "$LINEAGE_HUB_API_KEY"


@dataclass(frozen=True, slots=True)
class Snippet:
    name: str
    hint: str
    text: str


CURL = """\
curl -sS {url}/api/v1/lineage \\
  -H "Authorization: Bearer {key}" -H "Content-Type: application/json" \\
  -d '{{"eventType": "COMPLETE", "eventTime": "'$(date -u +%FT%TZ)'",
       "run": {{"runId": "'$(cat /proc/sys/kernel/random/uuid)'"}},
       "job": {{"namespace": "{namespace}", "name": "hello"}},
       "inputs": [{{"namespace": "{namespace}", "name": "raw"}}],
       "outputs": [{{"namespace": "{namespace}", "name": "clean"}}],
       "producer": "https://curl.se",
       "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"}}'"""
SDK = """\
from data_lineage_hub import configure, lineage_track

configure(hub_endpoint="{url}", namespace="{namespace}", api_key="{key}")

@lineage_track(job_name="hello", inputs=["raw"], outputs=["clean"])
def hello():
    ...

hello()"""
OPENLINEAGE = """\
export OPENLINEAGE_URL={url}
export OPENLINEAGE_API_KEY={key}
export OPENLINEAGE_NAMESPACE={namespace}"""
OTLP = """\
export OTEL_EXPORTER_OTLP_ENDPOINT={url}
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
export OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer%20{key}\""""
WAYS = (
    ("curl", "one event by hand", CURL),
    ("Python", "a decorator around your function", SDK),
    ("dbt, Airflow, Spark", "any stock OpenLineage integration", OPENLINEAGE),
    ("OpenTelemetry", "traces and metrics by OTLP", OTLP),
)


def public_url(request: HttpRequest) -> str:
    """The address people use: as configured, else as asked."""
    return settings.HUB_PUBLIC_URL or f"{request.scheme}://{request.get_host()}"


def snippets(request: HttpRequest, namespace: str, key: str = KEY) -> list[Snippet]:
    url = public_url(request)
    return [Snippet(name, hint, text.format(url=url, namespace=namespace, key=key)) for name, hint, text in WAYS]
