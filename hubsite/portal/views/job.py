"""Job: does it run well?"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from catalog import overview
from catalog.models import Job
from hubsite.portal.pages import page
from hubsite.portal.strip import HEIGHT, strip, success_rate
from namespaces.errors import NotFound
from namespaces.requests import ActorRequest

IN_STRIP, IN_TABLE = 60, 15


@page
def job(request: ActorRequest, uuid: UUID) -> HttpResponse:
    found = Job.objects.visible_to(request.actor).select_related("owner").filter(pk=uuid).first()
    if found is None:
        raise NotFound("There is no such job that you can see.")
    runs = overview.latest_runs(request.actor, job=found, limit=IN_STRIP)
    return render(
        request,
        "pages/job.html",
        {
            "job": found,
            "namespace": found.owner,
            "hop": overview.neighbours(request.actor, found.node_id),
            "strip": strip(runs),
            "strip_height": HEIGHT,
            "success_rate": success_rate(runs),
            "runs": runs[:IN_TABLE],
            "run_count": len(runs),
        },
    )
