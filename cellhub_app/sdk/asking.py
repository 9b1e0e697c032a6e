"""Asking a server: one answer, or a list page by page."""

from collections.abc import Iterator
from typing import Any

from cellhub_app.sdk.connection import Connection

PAGE = 200


class Asking:
    """What the parts of `CellHub` are built on."""

    _connection: Connection

    def _json(self, method: str, path: str, **options: Any) -> Any:
        answer = self._connection.request(method, path, **options)
        return answer.json() if answer.content else None

    def _pages(self, path: str, **query: str | int | None) -> Iterator[dict[str, Any]]:
        params = {name: value for name, value in query.items() if value is not None} | {"limit": PAGE}
        while True:
            page = self._json("GET", path, params=params)
            yield from page["data"]
            if not page["hasMore"]:
                return
            params["cursor"] = page["nextCursor"]
