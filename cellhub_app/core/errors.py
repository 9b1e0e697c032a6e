"""One tree of errors; a door translates each into its own language exactly once.

CellHubError
├── NotSignedIn 401            ├── Conflict 409, Locked 423
├── NotAllowed 403             │   ├── EmailTaken, NameTaken
├── NotFound 404               │   └── PolygonsConflict
│   └── <Subject>NotFound      ├── TooLarge 413
├── Invalid 422                ├── TooManyRequests 429
│   ├── ImageRefused           ├── Unavailable 503
│   ├── ModelUnknown           │   └── CircuitOpen, StorageFull, NoRoom
│   └── SelectionEmpty         └── Stopped
"""

from typing import Any, ClassVar


class CellHubError(Exception):
    """A failure that can be told to a person: `detail` is one plain sentence that says what, why and what to do."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "CellHub could not do this"

    def __init__(self, detail: str | None = None, **context: Any) -> None:
        self.detail = detail or self.title
        self.context = context
        super().__init__(self.detail)


class NotSignedIn(CellHubError):
    """Nobody is signed in, or the session ended."""

    code, status, title = "notSignedIn", 401, "Sign in to continue"


class NotAllowed(CellHubError):
    """The caller is known and may see the thing, but may not do this."""

    code, status, title = "notAllowed", 403, "Your role does not allow this"


class NotFound(CellHubError):
    """There is no such thing, or the caller may not know of it."""

    code, status, title = "notFound", 404, "Not found"


class Conflict(CellHubError):
    """The request does not fit the present state."""

    code, status, title = "conflict", 409, "This conflicts with the present state"


class TooLarge(CellHubError):
    """More bytes or pixels than the limits allow."""

    code, status, title = "tooLarge", 413, "Too large"


class WrongMediaType(CellHubError):
    """The request body is of a kind that this route does not read."""

    code, status, title = "wrongMediaType", 415, "Wrong kind of request"


class Invalid(CellHubError):
    """The request is understood but its values are wrong."""

    code, status, title = "invalid", 422, "Some values are not valid"


class TooManyRequests(CellHubError):
    """A rate limit was met; `retry_after_s` says when to come back."""

    code, status, title = "tooManyRequests", 429, "Too many requests"

    def __init__(self, detail: str | None = None, *, retry_after_s: int = 1) -> None:
        super().__init__(detail, retry_after_s=retry_after_s)
        self.retry_after_s = retry_after_s


class Unavailable(CellHubError):
    """A service that CellHub needs does not answer now."""

    code, status, title = "unavailable", 503, "Not available right now"


class Stopped(CellHubError):
    """What was asked for is not wanted any more; nobody is told."""

    code, status, title = "stopped", 500, "This was stopped"


class Locked(CellHubError):
    """Somebody else works on this very thing now."""

    code, status, title = "locked", 423, "Another request works on this now"


class StorageFull(Unavailable):
    """The file storage takes no more bytes."""

    code, title = "storageFull", "The file storage is full. Ask whoever runs this server to free space."


class CircuitOpen(Unavailable):
    """A service failed so often that it is left alone for a while."""

    code = "circuitOpen"


class ImageRefused(Invalid):
    """A file that is not an image CellHub can read; `reason` is a stable word, `detail` the sentence for people."""

    code, title = "imageRefused", "The file can't be read as an image"

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail, reason=reason)
        self.reason = reason


class ModelUnknown(Invalid):
    """No model of that name is installed."""

    code, title = "modelUnknown", "There is no such model"


class SelectionEmpty(Invalid):
    """Nothing was chosen to work on."""

    code, title = "selectionEmpty", "Choose at least one image"
