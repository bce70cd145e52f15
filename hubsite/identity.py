"""Who asks: turns a session or a bearer key into the actor that every service and query takes first."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from namespaces import keys, people
from namespaces.actors import NOBODY, Actor
from namespaces.requests import token_of


def actor_of(request: HttpRequest) -> Actor:
    """The key's actor when there is a key (raises Unauthenticated for a bad one), else the person's, else nobody."""
    request_id = getattr(request, "request_id", "")
    if token := token_of(request):
        return keys.authenticate(token).actor_for(request_id)
    if request.user.is_authenticated:
        return people.actor_of(request.user, request_id=request_id)
    return NOBODY


class ActorMiddleware:
    """Sets `request.actor`, found when first asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: actor_of(request))  # type: ignore[attr-defined]
        return self._get_response(request)
