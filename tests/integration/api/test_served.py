"""What people upload never runs in anybody's browser, whatever it is and whatever it is called."""

from uuid import UUID

import httpx
import pytest
from sqlalchemy import update
from sqlmodel import col

from cellhub_app.core.runtime import Runtime
from cellhub_app.models.image import Image, storage_key
from tests.fixtures import rows
from tests.integration.api.conftest import Person

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


@pytest.mark.parametrize(("name", "content"), [("a.svg", SVG), ("b.html", HTML), ("c.png", HTML)])
async def test_nothing_of_a_file_is_served_before_it_was_read(ada: Person, name: str, content: bytes) -> None:
    project_id = await ada.project()
    files = [("files", (name, content, "image/svg+xml"))]
    answer = (await ada.http.post(f"/api/v1/projects/{project_id}/images", files=files)).json()
    for image in answer["accepted"]:
        for part in ("file", "display", "thumbnail", "overlay"):
            refused = await ada.http.get(f"/api/v1/images/{image['id']}/{part}")
            assert refused.status_code in {404, 409}
            assert b"<script>" not in refused.content
            assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["x.svg", "x.html", "../../x.png", 'a"; filename="b.exe', "a\u202egnp.exe", "CON"])
async def test_a_file_is_saved_and_never_shown(ada: Person, runtime: Runtime, name: str) -> None:
    project_id = await ada.project()
    async with runtime.work() as session:
        [image_id] = await rows.images(session, UUID(project_id), ["ready.png"])
        await session.execute(update(Image).where(col(Image.id) == image_id).values(name=name))
    await runtime.storage.put(storage_key(image_id, "original"), SVG)
    answer = await ada.http.get(f"/api/v1/images/{image_id}/file")
    assert answer.content == SVG
    assert_harmless(answer)


def assert_harmless(answer: httpx.Response) -> None:
    """A browser saves it under a plain name, guesses nothing, and would run nothing of it."""
    headers = answer.headers
    assert headers["content-type"] == "application/octet-stream"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("sandbox")
    plain = headers["content-disposition"].partition('filename="')[2].partition('"')[0]
    assert headers["content-disposition"].startswith("attachment; ")
    assert headers["content-disposition"].count("filename=") == 1
    assert plain.isascii()
    assert not {"/", "\\", ":", "\n"} & set(plain)


async def test_the_outlines_of_before_are_shown_until_those_of_an_edit_are_drawn(ada: Person, runtime: Runtime) -> None:
    project_id = await ada.project()
    async with runtime.work() as session:
        [image] = await rows.images(session, UUID(project_id), ["a.png"], revision=4, outlines_revision=2)
    for number in (1, 2):
        await runtime.storage.put(storage_key(image, f"overlay-{number}.webp"), f"{number}".encode())
    met = [await ada.http.get(f"/api/v1/images/{image}/overlay{asked}") for asked in ("", "?revision=4", "?revision=2", "?revision=1")]
    assert [answer.content for answer in met] == [b"2", b"2", b"2", b"1"]
    assert ["immutable" in answer.headers["cache-control"] for answer in met] == [False, False, True, True]
    assert (await ada.http.get(f"/api/v1/images/{image}/overlay?revision=5")).status_code == 404
