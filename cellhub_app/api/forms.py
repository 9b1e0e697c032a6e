"""Bodies that may come from a plain HTML form as well as from a script, and the answers that fit each."""

import json
import re
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.responses import RedirectResponse

from cellhub_app.core.errors import Invalid, WrongMediaType
from cellhub_app.domain.schema import Schema

FORM = "application/x-www-form-urlencoded"
FORM_ANSWER: dict[int | str, dict[str, Any]] = {303: {"description": "To a form: where to go on"}}
_FIELDS_MAX = 20
_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")


class Fields:
    """The named values of a form or a JSON object."""

    def __init__(self, values: dict[str, Any], *, is_form: bool) -> None:
        self.values = values
        self.is_form = is_form

    def read(self, kind: type[Schema]) -> Any:
        """The values as a `kind`. Raises Invalid for a form, RequestValidationError for JSON."""
        try:
            return kind.model_validate(self.values)
        except ValidationError as error:
            if self.is_form:
                raise Invalid("Fill in every field.") from error
            raise RequestValidationError([{**item, "loc": ("body", *item["loc"])} for item in error.errors()]) from error

    @property
    def next_path(self) -> str:
        """Where a form wants to go afterwards: a path of ours, or the dashboard."""
        return safe_path(str(self.values.get("next", "")))

    @property
    def onward(self) -> str:
        """The same for a query, empty for the dashboard."""
        return self.next_path.removeprefix("/") and self.next_path


async def read_fields(request: Request) -> Fields:
    """The body's values. Raises WrongMediaType, Invalid."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == FORM:
        async with request.form(max_fields=_FIELDS_MAX) as form:
            return Fields({name: value for name, value in form.items() if isinstance(value, str)}, is_form=True)
    if kind != "application/json":
        raise WrongMediaType(f"Send application/json or {FORM}.")
    try:
        values = json.loads(await request.body())
    except ValueError as error:
        raise Invalid("The body is not JSON.") from error
    if not isinstance(values, dict):
        raise Invalid("The body must be a JSON object.")
    return Fields(values, is_form=False)


def described(kind: type[Schema]) -> dict[str, Any]:
    """The body in the OpenAPI document."""
    schema = kind.model_json_schema()
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}, FORM: {"schema": schema}}}}


def safe_path(wanted: str) -> str:
    """The path if it stays on this site, else the dashboard's: another site must not be reached through our sign-in."""
    parts = urlsplit(wanted) if not _CONTROL.search(wanted) else urlsplit("")
    stays = wanted.startswith("/") and not wanted.startswith("//") and not parts.scheme and not parts.netloc
    return wanted if stays and parts.path else "/"


def go_to(path: str, *, fragment: str = "", **query: str) -> RedirectResponse:
    """Send a form on to a page of ours, with the query's non-empty values; a fragment stays in the browser."""
    words = {name: value for name, value in query.items() if value}
    address = f"{path}?{urlencode(words)}" if words else path
    address += f"#{quote(fragment)}" if fragment else ""
    return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})
