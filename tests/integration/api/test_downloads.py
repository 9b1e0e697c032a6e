"""An export that is downloaded: whole, in parts after a broken connection, and no more once its time is over."""

from datetime import timedelta
from uuid import UUID

import pytest

from cellhub_app.core.ids import new_id, now
from cellhub_app.core.queue import JobStatus
from cellhub_app.core.runtime import Runtime
from cellhub_app.models.export import Export, storage_key
from tests.integration.api.conftest import Person

ZIP = bytes(range(256)) * 4000  # larger than what is sent in one piece


@pytest.fixture
async def download(ada: Person, runtime: Runtime) -> str:
    """The address of a ZIP."""
    project, export_id = await ada.project(), new_id()
    async with runtime.work() as session:
        values = {"status": JobStatus.SUCCEEDED, "bytes": len(ZIP), "expires_at": now() + timedelta(hours=1)}
        session.add(Export(id=export_id, project_id=UUID(project), user_id=ada.id, formats=["csv"], **values))
    await runtime.storage.put(storage_key(export_id), ZIP)
    return f"/api/v1/exports/{export_id}/download"


async def test_a_broken_download_goes_on_where_it_stopped(ada: Person, download: str) -> None:
    whole = await ada.http.get(download)
    assert (whole.status_code, whole.content, whole.headers["accept-ranges"]) == (200, ZIP, "bytes")
    rest = await ada.http.get(download, headers={"Range": "bytes=700000-", "If-Range": whole.headers["etag"]})
    assert (rest.status_code, rest.headers["content-range"]) == (206, f"bytes 700000-{len(ZIP) - 1}/{len(ZIP)}")
    assert whole.content[:700000] + rest.content == ZIP


@pytest.mark.parametrize(
    ("words", "part"),
    [("bytes=0-0", slice(0, 1)), ("bytes=10-19", slice(10, 20)), ("bytes=-5", slice(-5, None)), (f"bytes=5-{10**9}", slice(5, None))],
)
async def test_parts_are_exactly_those_that_were_asked_for(ada: Person, download: str, words: str, part: slice) -> None:
    answer = await ada.http.get(download, headers={"Range": words})
    assert (answer.status_code, answer.content) == (206, ZIP[part])
    assert int(answer.headers["content-length"]) == len(ZIP[part])


@pytest.mark.parametrize(
    "headers", [{"Range": "bytes=5-1"}, {"Range": "pages=1-2"}, {"Range": "bytes=1-2,4-5"}, {"Range": "bytes=1-2", "If-Range": '"other"'}]
)
async def test_what_is_no_part_of_this_file_is_answered_whole(ada: Person, download: str, headers: dict[str, str]) -> None:
    assert len((await ada.http.get(download, headers=headers)).content) == len(ZIP)


async def test_a_part_behind_the_end_is_refused(ada: Person, download: str) -> None:
    answer = await ada.http.get(download, headers={"Range": f"bytes={len(ZIP)}-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(ZIP)}")


async def test_an_expired_link_says_so(ada: Person, download: str, runtime: Runtime) -> None:
    async with runtime.work() as session:
        (await session.get_one(Export, UUID(download.split("/")[4]))).expires_at = now() - timedelta(seconds=1)
    answer = await ada.http.get(download)
    assert (answer.status_code, answer.json()["code"]) == (404, "exportExpired")
