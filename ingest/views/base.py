"""What all views of the door share: DRF's view, less what costs time or loses bodies here."""

from __future__ import annotations

from typing import Any, NoReturn

from django.http import HttpRequest, HttpResponse
from rest_framework.views import APIView

from ingest.errors import MethodNotAllowed


class DoorView(APIView):
    """Takes POST only; errors go through DRF's configured handler, bodies past its parsers.

    The request stays Django's own: DRF's wrapper would refer to itself, so that each body waited for the garbage
    collector, and its `data` is empty for chunked bodies.
    """

    http_method_names = ["post"]
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    parser_classes = ()
    renderer_classes = ()

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return request

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Nothing to negotiate: the key is checked on the way in, the answer's type is given by the route."""

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        return response

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> NoReturn:
        raise MethodNotAllowed(f"{request.method} is not taken here. Send a POST.")

    def raise_uncaught_exception(self, exc: Exception) -> NoReturn:
        raise exc


def answer(body: bytes, *, status: int = 200, content_type: str = "application/json") -> HttpResponse:
    """The answer in one piece, with its length: without one the server would chunk it."""
    return HttpResponse(body, status=status, content_type=content_type, headers={"Content-Length": str(len(body))})
