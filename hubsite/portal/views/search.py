"""Search: where is it? Filters stand in the address."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from catalog.search import search as search_catalog
from hubsite.portal.pages import page
from namespaces.requests import ActorRequest

KINDS = ("dataset", "job", "run")


@page
def search(request: ActorRequest) -> HttpResponse:
    q = request.GET.get("q", "").strip()
    kinds = [kind for kind in request.GET.getlist("kind") if kind in KINDS]
    namespaces = [name for name in request.GET.getlist("namespace") if name]
    hits = search_catalog(request.actor, q, kinds=kinds, namespaces=namespaces) if q else []
    return render(
        request,
        "pages/search.html",
        {"q": q, "hits": hits, "kinds": KINDS, "chosen_kinds": kinds, "chosen_namespaces": namespaces},
    )
