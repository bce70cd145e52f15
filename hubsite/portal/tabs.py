"""The tabs of a namespace's page: each asks for its own data only, and for the role that may see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils import timezone

from catalog import overview
from catalog.models import Dataset, Job, Run, RunState
from hubsite.portal.snippets import snippets
from namespaces import usage
from namespaces.actors import Actor
from namespaces.models import ApiKey, AuditEntry, Claim, Namespace, Role, Scope, Usage
from namespaces.requests import ActorRequest

PAGE = 50
DAYS = 30
LATEST = 10
Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tab:
    """`content` makes what the template `pages/namespace/<name>.html` shows."""

    name: str
    title: str
    content: Callable[[ActorRequest, Namespace], Content]
    role: str = field(default="reader")


def overview_tab(request: ActorRequest, namespace: Namespace) -> Content:
    mine = Run.objects.visible_to(request.actor).filter(owner=namespace).select_related("job", "owner")
    today = usage.today([namespace.pk])
    silent = namespace if not overview.has_events(namespace.pk) else None
    return {
        "silent": silent,
        "may_issue": request.actor.has_role(namespace.pk, "admin"),
        "snippets": snippets(request, namespace.name) if silent else (),
        "today": today.get(namespace.pk),
        "failed_today": overview.failed_today(request.actor).get(namespace.pk, 0),
        "last_event_at": overview.last_event_at(request.actor).get(namespace.pk),
        "latest": mine[:LATEST],
        "failures": mine.filter(state=RunState.FAIL)[:LATEST],
        "claims": Claim.objects.filter(namespace=namespace)[:PAGE],
    }


def paged(request: ActorRequest, rows: Any) -> Content:
    """One page of rows; `?page=` counts from 1. One row more is asked for, to know whether there is a next page."""
    asked = request.GET.get("page", "1")
    number = max(1, int(asked)) if asked.isdecimal() and len(asked) < 7 else 1  # noqa: PLR2004 -- a sane number
    begin = (number - 1) * PAGE
    found = list(rows[begin : begin + PAGE + 1])
    following = number + 1 if len(found) > PAGE else None
    query = request.GET.copy()
    query.pop("page", None)
    keep = f"{query.urlencode()}&" if query else ""
    return {"rows": found[:PAGE], "page": number, "previous": number - 1, "following": following, "query": keep}


def named(request: ActorRequest) -> Q:
    """The filter box above a list."""
    wanted = request.GET.get("name", "").strip()
    return Q(name__icontains=wanted) | Q(namespace__icontains=wanted) if wanted else Q()


def jobs(request: ActorRequest, namespace: Namespace) -> Content:
    rows = Job.objects.visible_to(request.actor).filter(named(request), owner=namespace)
    return {**paged(request, rows.order_by("-last_seen_at", "id")), "name": request.GET.get("name", "")}


def datasets(request: ActorRequest, namespace: Namespace) -> Content:
    rows = Dataset.objects.visible_to(request.actor).filter(named(request), owner=namespace)
    return {**paged(request, rows.order_by("-last_seen_at", "id")), "name": request.GET.get("name", "")}


def runs(request: ActorRequest, namespace: Namespace) -> Content:
    rows = Run.objects.visible_to(request.actor).filter(owner=namespace).select_related("job", "owner")
    state = request.GET.get("state", "")
    if state in RunState.values:
        rows = rows.filter(state=state)
    return {**paged(request, rows), "state": state, "states": RunState.choices}


def keys(request: ActorRequest, namespace: Namespace) -> Content:
    return {
        "keys": ApiKey.objects.filter(namespace=namespace),
        "scopes": Scope.choices,
        "now": timezone.now(),
        "may_issue": request.actor.has_role(namespace.pk, "admin"),
    }


def members(request: ActorRequest, namespace: Namespace) -> Content:
    return {"members": namespace.memberships.all(), "roles": Role.choices}


def usage_tab(request: ActorRequest, namespace: Namespace) -> Content:
    days = list(Usage.objects.filter(namespace=namespace)[:DAYS])
    return {"days": days, "today": usage.today([namespace.pk]).get(namespace.pk)}


def settings(request: ActorRequest, namespace: Namespace) -> Content:
    return {}


def audit(request: ActorRequest, namespace: Namespace) -> Content:
    return paged(request, AuditEntry.objects.filter(namespace=namespace.name))


TABS: Mapping[str, Tab] = {
    tab.name: tab
    for tab in (
        Tab("overview", "Overview", overview_tab),
        Tab("jobs", "Jobs", jobs),
        Tab("datasets", "Datasets", datasets),
        Tab("runs", "Runs", runs),
        Tab("keys", "Keys", keys, role="admin"),
        Tab("members", "Members", members),
        Tab("usage", "Usage", usage_tab),
        Tab("settings", "Settings", settings),
        Tab("audit", "Audit", audit, role="admin"),
    )
}


def tabs_for(actor: Actor, namespace: Namespace) -> list[Tab]:
    """Those that the actor may open: a link that leads to a refusal helps nobody."""
    return [tab for tab in TABS.values() if actor.has_role(namespace.pk, tab.role)]
