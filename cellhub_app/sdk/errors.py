"""What can go wrong, as the client tells it.

CellHubFailure
├── Unreachable              no answer after every attempt
├── WaitedTooLong            something did not finish in the given time
└── Problem                  the server's application/problem+json
    ├── SignedOut 401        ├── InConflict 409
    ├── Forbidden 403        ├── Rejected 413, 415, 422
    ├── Missing 404          └── Throttled 429
"""

from typing import Any, ClassVar

import httpx


class CellHubFailure(Exception):
    """Something that CellHub or the way to it did not do."""


class Unreachable(CellHubFailure):
    """The server did not answer, or only with failures, in every attempt."""


class WaitedTooLong(CellHubFailure):
    """What was waited for did not finish in time."""


class Problem(CellHubFailure):
    """The server says no, and why: `code` is a stable word, `detail` a sentence, `body` everything it said."""

    statuses: ClassVar[tuple[int, ...]] = ()

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        self.status = status
        self.body = body
        self.code = str(body.get("code", "error"))
        self.detail = str(body.get("detail", f"The server answered {status}."))
        self.request_id = str(body.get("requestId", ""))
        super().__init__(self.detail)


class SignedOut(Problem):
    """Nobody is signed in, or the session ended."""

    statuses = (401,)


class Forbidden(Problem):
    """The caller's role does not allow it."""

    statuses = (403,)


class Missing(Problem):
    """There is no such thing for the caller."""

    statuses = (404,)


class InConflict(Problem):
    """It does not fit the present state."""

    statuses = (409,)


class Rejected(Problem):
    """What was sent is not valid, or too much."""

    statuses = (413, 415, 422)


class Throttled(Problem):
    """Too many requests, also after waiting as the server asked."""

    statuses = (429,)


def problem_of(answer: httpx.Response) -> Problem:
    """The error for an answer that is not a success."""
    try:
        body = answer.json()
    except ValueError:
        body = {}
    kinds = (SignedOut, Forbidden, Missing, InConflict, Rejected, Throttled)
    kind = next((kind for kind in kinds if answer.status_code in kind.statuses), Problem)
    return kind(answer.status_code, body if isinstance(body, dict) else {})
