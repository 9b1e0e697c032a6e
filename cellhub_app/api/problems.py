"""Errors as `application/problem+json` (RFC 9457). Nothing of the inside leaves with them: tracebacks go to the log."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from redis.exceptions import RedisError
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from cellhub_app.api.context import context_of
from cellhub_app.core.errors import CellHubError, Conflict, Invalid, NotFound, NotSignedIn, TooManyRequests, Unavailable, WrongMediaType
from cellhub_app.domain.schema import Schema

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
_CODES = {404: "notFound", 405: "methodNotAllowed", 413: "tooLarge", 415: "wrongMediaType", 400: "badRequest"}
_DETAILS = {
    404: "There is nothing at this address.",
    405: "This address does not know that method.",
    400: "The request could not be read.",
}


class FieldProblem(Schema):
    """What is wrong with one value."""

    field: str
    detail: str
    code: str


class ProblemBody(Schema):
    """A failure: `code` is a stable word, `detail` a sentence for people, `errors` names the fields of a 422."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[FieldProblem] | None = None


_ANSWERS = {
    400: "Not readable",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not there, or not for the caller to know",
    409: "Conflict",
    413: "Too large",
    415: "Wrong kind of request",
    422: "Not valid",
    429: "Too many requests",
    503: "A service does not answer",
}
_REFERENCE = {"schema": {"$ref": f"#/components/schemas/{ProblemBody.__name__}"}}
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": description, "content": {MEDIA_TYPE: _REFERENCE}} for status, description in _ANSWERS.items()
}


def answers(*kinds: type[CellHubError]) -> dict[int | str, dict[str, Any]]:
    """For the document: that some routes may be answered with these, too."""
    return {kind.status: {"description": kind.title, "content": {MEDIA_TYPE: _REFERENCE}} for kind in kinds}


def describe(document: dict[str, Any]) -> None:
    """Put the shape of problems into an OpenAPI document whose routes refer to it."""
    schema = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
    parts = document.setdefault("components", {}).setdefault("schemas", {})
    parts.update(schema.pop("$defs", {}))
    parts[ProblemBody.__name__] = schema


class ProblemResponse(JSONResponse):
    """A JSON answer that says it is a problem."""

    media_type = MEDIA_TYPE


def problem(
    scope: Scope,
    *,
    status: int,
    code: str,
    title: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> ProblemResponse:
    """The answer for one problem, with the request's id so that it can be found in the log."""
    body = {
        **(more or {}),
        "type": f"urn:cellhub:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "requestId": context_of(scope).request_id,
    }
    return ProblemResponse(jsonable_encoder(body), status_code=status, headers={"Cache-Control": "no-store", **(headers or {})})


def of_error(scope: Scope, error: CellHubError) -> ProblemResponse:
    """The answer for one of our own errors. A conflict tells its context, so that the client can resolve it.

    Values that are wrong only together, or for what is stored already, are no single field's: its name is empty.
    """
    headers: dict[str, str] = {}
    if isinstance(error, TooManyRequests):
        headers["Retry-After"] = str(error.retry_after_s)
    elif isinstance(error, Unavailable):
        headers["Retry-After"] = "5"
    elif isinstance(error, NotSignedIn):
        headers["WWW-Authenticate"] = "Bearer"
    more = error.context if isinstance(error, Conflict) else None
    if error.status == Invalid.status:
        more = {"errors": [{"field": "", "detail": error.detail, "code": error.code}]}
    return problem(scope, status=error.status, code=error.code, title=error.title, detail=error.detail, headers=headers, more=more)


def invalid(scope: Scope, errors: Sequence[Any]) -> ProblemResponse:
    """The answer for values that do not fit, naming each field; what was sent is not repeated."""
    fields = [{"field": ".".join(str(part) for part in item["loc"]), "detail": item["msg"], "code": item["type"]} for item in errors]
    first = f"{fields[0]['field']}: {fields[0]['detail']}" if fields else Invalid.title
    return problem(scope, status=422, code=Invalid.code, title=Invalid.title, detail=first, more={"errors": fields})


def unexpected(scope: Scope) -> ProblemResponse:
    """The answer for a failure of ours."""
    detail = "CellHub failed to do this. Try again; if it stays so, tell an admin the request id."
    return problem(scope, status=500, code="internal", title="CellHub failed", detail=detail)


async def _our_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, CellHubError)  # noqa: S101 - registered for it only
    return of_error(request.scope, error)


async def _not_valid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError | ValidationError)  # noqa: S101
    # FastAPI leaves a body that is not called JSON as it came, and then finds that bytes are no values.
    if isinstance(error, RequestValidationError) and isinstance(error.body, bytes) and error.body:
        return of_error(request.scope, WrongMediaType("Send the body as JSON, with Content-Type: application/json."))
    return invalid(request.scope, error.errors())


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    if error.status_code == NotFound.status:
        return of_error(request.scope, NotFound(_DETAILS[404]))
    phrase = HTTPStatus(error.status_code).phrase
    return problem(
        request.scope,
        status=error.status_code,
        code=_CODES.get(error.status_code, "error"),
        title=phrase,
        detail=_DETAILS.get(error.status_code, f"{phrase}."),
        headers=error.headers,
    )


async def _not_storable(request: Request, error: Exception) -> Response:
    log.info("the database refused a value", error=str(error).partition("\n")[0])
    return of_error(request.scope, Invalid("A value holds characters or numbers that can't be stored."))


async def _service_away(request: Request, error: Exception) -> Response:
    log.error("a service does not answer", error=str(error).partition("\n")[0])
    return of_error(request.scope, Unavailable("The database or the queue does not answer. Try again in a moment."))


async def _unexpected(request: Request, error: Exception) -> Response:
    # Logged by the gate, where the framework raises it again after this answer.
    del error
    return unexpected(request.scope)


def install(app: FastAPI) -> None:
    """Make every error of the app leave as a problem."""
    app.add_exception_handler(CellHubError, _our_error)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _http)
    for kind in (DataError, psycopg.DataError):
        app.add_exception_handler(kind, _not_storable)
    for kind in (OperationalError, InterfaceError, PoolTimeout, psycopg.OperationalError, psycopg.InterfaceError, RedisError):
        app.add_exception_handler(kind, _service_away)
    app.add_exception_handler(Exception, _unexpected)
