"""What every page has in common: somebody signed in, and a decision of the domain answered by a page that explains it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse

from backends.errors import BackendError
from hubsite.portal.views import errors
from namespaces.errors import HubError
from namespaces.requests import ActorRequest

View = Callable[..., HttpResponse]


def page(view: View) -> View:
    """A stranger's 404 and a member's 403 are pages, too: as the API answers them, in the portal's shape."""

    @login_required
    @wraps(view)
    def explained(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (HubError, BackendError) as error:
            return errors.explain(request, error)

    return explained
