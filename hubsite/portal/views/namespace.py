"""Namespace: is my team well? One page with tabs; the keys' tab also issues and revokes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from hubsite.portal.pages import page
from hubsite.portal.snippets import snippets
from hubsite.portal.tabs import TABS, tabs_for
from namespaces import services
from namespaces.errors import Invalid, NotFound
from namespaces.models import ApiKey
from namespaces.permissions import namespace_for
from namespaces.requests import ActorRequest


@page
@never_cache
def namespace(request: ActorRequest, name: str, tab: str = "overview") -> HttpResponse:
    found = namespace_for(request.actor, name)
    if tab not in TABS:
        raise NotFound("A namespace has no such tab.")
    namespace_for(request.actor, name, role=TABS[tab].role)
    context = {
        "namespace": found,
        "tabs": tabs_for(request.actor, found),
        "tab": TABS[tab],
        **TABS[tab].content(request, found),
    }
    return render(request, f"pages/namespace/{tab}.html", context)


@page
@never_cache
@require_POST
def issue_key(request: ActorRequest, name: str) -> HttpResponse:
    """The token is in this answer and nowhere else, so there is no redirect after this POST."""
    found = namespace_for(request.actor, name, role="admin")
    try:
        issued = services.issue_key(
            request.actor,
            namespace=found,
            name=request.POST.get("name", "").strip(),
            scopes=request.POST.getlist("scopes"),
            expires_at=end_of(request.POST.get("expires", "")),
        )
    except Invalid as error:
        messages.error(request, " ".join([error.detail, *(place.message for place in error.errors)]))
        return redirect("namespace", name=name, tab="keys")
    context = {
        "namespace": found,
        "tabs": tabs_for(request.actor, found),
        "tab": TABS["keys"],
        "key": issued.key,
        "token": issued.token,
        "snippets": snippets(request, found.name, issued.token),
    }
    return render(request, "pages/namespace/key_issued.html", context, status=201)


@page
@require_POST
def revoke_key(request: ActorRequest, name: str, pk: int) -> HttpResponse:
    found = namespace_for(request.actor, name, role="admin")
    key = ApiKey.objects.filter(pk=pk, namespace=found).first()
    if key is None:
        raise NotFound("There is no such key in this namespace.")
    services.revoke_key(request.actor, key=key)
    messages.success(request, f"The key {key.name!r} is revoked. What still sends with it is refused from now on.")
    return redirect("namespace", name=name, tab="keys")


def end_of(day: str) -> datetime | None:
    """The last moment of a day in UTC; None for no day."""
    if not day:
        return None
    try:
        return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(tzinfo=UTC))
    except ValueError:
        raise Invalid("The day of expiry must look like 2027-01-31.") from None
