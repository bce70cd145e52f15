"""The admin's door and its Content-Security-Policy: its theme needs what portal pages must not have."""

from __future__ import annotations

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

# The theme's bundled Alpine evaluates expressions and sets styles in attributes.
LOOSER = {
    "script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
}


class AdminPolicyMiddleware:
    """Loosens the policy for /admin/ alone; django-csp reads it from the response."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if request.path.startswith("/admin/"):
            response._csp_update = LOOSER  # type: ignore[attr-defined]  # noqa: SLF001 -- what its decorator sets, too
        return response


@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """The admin's first page; for whoever may not see it the login itself, without a redirect in between."""
    if admin.site.has_permission(request):
        return admin.site.index(request)
    return admin.site.login(request)
