"""Pages of long lists: asked for by one model of the query string, answered without building a model of every row."""

from typing import Any

from pydantic import Field
from pydantic_core import to_json
from starlette.responses import Response

from cellhub_app.core.limits import PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX
from cellhub_app.core.pagination import Page, PageRequest
from cellhub_app.domain.schema import Schema


class PageQuery(Schema):
    """Which page of a list; routes add their filters to it."""

    limit: int = Field(default=PAGE_SIZE_DEFAULT, ge=1, le=PAGE_SIZE_MAX, description="rows a page")
    cursor: str | None = Field(default=None, max_length=1000, description="`nextCursor` or `prevCursor` of another page")

    @property
    def page(self) -> PageRequest:
        """The page that is asked for. Raises Invalid for a cursor that is not one of ours."""
        return PageRequest.of(self.limit, self.cursor)


def page_answer(found: Page[dict[str, Any]]) -> Response:
    """The page as JSON, in the shape of PageView; its rows are plain values under the words of the API."""
    body = {"data": found.data, "nextCursor": found.next_cursor, "prevCursor": found.prev_cursor, "hasMore": found.has_more}
    return Response(to_json(body), media_type="application/json")
