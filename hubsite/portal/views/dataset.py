"""Dataset: can I trust it, and who uses it?"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from catalog import overview
from catalog.models import Dataset
from hubsite.portal.pages import page
from namespaces.errors import NotFound
from namespaces.requests import ActorRequest

LATEST = 20


@page
def dataset(request: ActorRequest, uuid: UUID) -> HttpResponse:
    found = Dataset.objects.visible_to(request.actor).select_related("owner").filter(pk=uuid).first()
    if found is None:
        raise NotFound("There is no such dataset that you can see.")
    return render(
        request,
        "pages/dataset.html",
        {
            "dataset": found,
            "namespace": found.owner,
            "hop": overview.neighbours(request.actor, found.node_id),
            "runs": overview.latest_runs(request.actor, dataset=found, limit=LATEST),
        },
    )
