"""Home: what needs me? For a first visit: what is this, and how does it begin?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.cache import never_cache

from catalog import overview
from hubsite.portal.pages import page
from hubsite.portal.snippets import snippets
from namespaces import usage
from namespaces.models import Namespace
from namespaces.permissions import namespace_for
from namespaces.requests import ActorRequest

MOST_CARDS = 24
LATEST = 12


@dataclass(frozen=True, slots=True)
class Card:
    namespace: Namespace
    accepted: int
    failed: int
    last_event_at: datetime | None


def home(request: ActorRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return render(request, "pages/welcome.html")
    return mine(request)


@page
@never_cache
def mine(request: ActorRequest) -> HttpResponse:
    cards = cards_of(request)
    silent = silent_of(cards)
    return render(
        request,
        "pages/home.html",
        {
            "cards": cards,
            "runs": overview.latest_runs(request.actor, limit=LATEST),
            "silent": silent,
            "may_issue": silent is not None and request.actor.has_role(silent.pk, "admin"),
            "snippets": snippets(request, silent.name) if silent else (),
        },
    )


def silent_of(cards: Sequence[Card]) -> Namespace | None:
    """The first namespace, when nothing has come into any: then the page shows how to begin."""
    if not cards or any(card.last_event_at for card in cards) or overview.has_events(cards[0].namespace.pk):
        return None
    return cards[0].namespace


def cards_of(request: ActorRequest) -> list[Card]:
    namespaces = list(Namespace.objects.visible_to(request.actor)[:MOST_CARDS])
    today = usage.today([n.pk for n in namespaces])
    failed, last = overview.failed_today(request.actor), overview.last_event_at(request.actor)
    return [
        Card(
            namespace=namespace,
            accepted=today[namespace.pk].accepted if namespace.pk in today else 0,
            failed=failed.get(namespace.pk, 0),
            last_event_at=last.get(namespace.pk),
        )
        for namespace in namespaces
    ]


@page
@never_cache
def first_event(request: ActorRequest, name: str) -> HttpResponse:
    """Asked every two seconds by the line that waits."""
    namespace = namespace_for(request.actor, name)
    return JsonResponse({"arrived": overview.has_events(namespace.pk)})


def favicon(request: HttpRequest) -> HttpResponse:
    """Where browsers look for the icon when a page, like the administration's, names none."""
    return redirect(static("hub/icon.svg"))
