"""The two ways a backend can fail; who calls decides by the class and never by the text."""


class BackendError(Exception):
    """Base of both; `detail` says in one line what happened and fits a log, a page and a header."""

    def __init__(self, component: str, detail: str) -> None:
        super().__init__(f"{component}: {detail}")
        self.component = component
        self.detail = detail


class BackendUnavailable(BackendError):
    """The component is away, overloaded or misconfigured: the same call may succeed later. Never a reason to discard."""


class BackendRefused(BackendError):
    """The component looked at this very input and will never take it: a reason to dead-letter. `code` is stable."""

    def __init__(self, component: str, detail: str, *, code: str = "refused") -> None:
        super().__init__(component, detail)
        self.code = code
