"""The SDK against the real API, over a line that can be made to break."""

import asyncio
import hashlib
import threading
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text, update
from sqlmodel import col

from cellhub_app.core.runtime import Runtime
from cellhub_app.core.security import make_access_token
from cellhub_app.models.image import Image as ImageRow
from cellhub_app.sdk import uploading
from cellhub_app.sdk.client import CellHub
from cellhub_app.sdk.errors import Forbidden, Missing, Rejected, SignedOut, Unreachable, WaitedTooLong
from cellhub_app.sdk.types import Batch
from tests.fixtures import rows
from tests.integration.api.conftest import PASSWORD, Person
from tests.integration.api.sdk import Line, do, files, once
from tests.integration.api.test_second_factor import turn_on


async def test_a_wrong_password_and_a_missing_sign_in_are_told(hub: CellHub, ada: Person) -> None:
    with pytest.raises(SignedOut, match="not right"):
        await do(hub.sign_in, ada.email, "wrong password")
    with pytest.raises(SignedOut):
        await do(hub.create_project, "P")


async def test_a_personal_token_signs_without_a_session_and_is_never_renewed(hub: CellHub, ada: Person, line: Line) -> None:
    made = (await ada.http.post("/api/v1/auth/tokens", json={"name": "cluster", "scopes": ["read"]})).raise_for_status().json()
    hub._connection.use_token(made["token"])
    assert await do(lambda: list(hub.projects())) == []
    with pytest.raises(Forbidden, match="no scope"):
        await do(hub.create_project, "P")
    await do(hub.sign_out)
    assert await do(lambda: list(hub.projects())) == []
    await ada.http.delete(f"/api/v1/auth/tokens/{made['id']}")
    with pytest.raises(SignedOut):
        await do(lambda: list(hub.projects()))
    assert not [request for request in line.carried if "refresh" in request or "logout" in request]


async def test_a_second_factor_is_told_and_its_code_lets_in(hub: CellHub, ada: Person) -> None:
    _, recovery = await turn_on(ada)
    with pytest.raises(SignedOut) as asked:
        await do(hub.sign_in, ada.email, PASSWORD)
    assert asked.value.code == "secondFactorNeeded"
    await do(hub.sign_in, ada.email, PASSWORD, recovery[0])
    assert await do(lambda: list(hub.projects())) == []


async def test_projects_are_made_listed_and_deleted(hub: CellHub, project_id: UUID) -> None:
    project = await do(hub.project, project_id)
    assert (project.name, project.sample_kind, project.pixel_size_um, project.role) == ("Plate 7", "cells", 0.5, "owner")
    assert [found.id for found in await do(lambda: list(hub.projects("plate")))] == [project_id]
    await do(hub.delete_project, project_id)
    with pytest.raises(Missing):
        await do(hub.project, project_id)


async def test_every_file_arrives_once_in_groups_and_progress_is_told(hub: CellHub, project_id: UUID, tmp_path: Path) -> None:
    told: list[int] = []
    done = await do(hub.upload, project_id, [*files(tmp_path, 45), _empty(tmp_path)], lambda sent, _: told.append(sent))
    assert told == [21, 41, 46]
    assert [(image.name, image.bytes) for image in done.accepted] == [(f"{index:03}.png", index + 1) for index in range(45)]
    assert [refusal.code for refusal in done.refused] == ["refused"]
    assert len(await do(lambda: list(hub.images(project_id)))) == 45


def _empty(folder: Path) -> Path:
    path = folder / "empty.tif"
    path.write_bytes(b"")
    return path


@pytest.mark.parametrize("kind", ["lost", "answer lost"])
async def test_an_upload_over_a_broken_line_takes_each_file_once(
    hub: CellHub, line: Line, project_id: UUID, tmp_path: Path, kind: str
) -> None:
    line.fault = once("/images", kind)
    done = await do(hub.upload, project_id, files(tmp_path, 3))
    assert [image.name for image in done.accepted] == ["000.png", "001.png", "002.png"]
    assert len(await do(lambda: list(hub.images(project_id)))) == 3


async def test_an_upload_that_was_broken_off_goes_on_where_it_was(
    hub: CellHub, line: Line, project_id: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = files(tmp_path, 45)
    posts = iter(["", ""])
    line.fault = lambda request: next(posts, "lost") if request.url.path.endswith("/images") else ""
    with pytest.raises(Unreachable):
        await do(hub.upload, project_id, paths)
    line.fault = lambda _: ""
    line.carried.clear()
    done = await do(hub.upload, project_id, paths)
    assert (done.already_sent, len(done.accepted), done.refused, done.duplicates) == (40, 5, [], [])
    assert sum(word.startswith(f"POST /api/v1/projects/{project_id}/images") for word in line.carried) == 1
    again = await do(hub.upload, project_id, paths)
    assert (len(again.accepted), len(again.duplicates)) == (0, 45)
    assert again.duplicates[0].detail == "Didn't add 000.png: it is already here as 000.png."


@pytest.mark.parametrize("kind", ["lost", "answer lost"])
async def test_a_large_file_goes_on_after_a_broken_line(
    hub: CellHub, line: Line, project_id: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(uploading, "RESUMABLE_FROM_BYTES", 1000)
    monkeypatch.setattr(uploading, "PIECE_BYTES", 1000)
    path = tmp_path / "slide.tif"
    path.write_bytes(bytes(range(256)) * 14)
    copy = tmp_path / "slide again.tif"
    copy.write_bytes(path.read_bytes())
    patches = iter(["", kind, "", kind])
    line.fault = lambda request: next(patches, "") if request.method == "PATCH" else ""
    done = await do(hub.upload, project_id, [path, copy])
    [image] = done.accepted
    assert (image.bytes, image.sha256) == (3584, hashlib.sha256(path.read_bytes()).hexdigest())
    assert [(refusal.name, refusal.detail) for refusal in done.duplicates] == [("slide again.tif", "Already here as slide.tif.")]


async def test_what_changes_something_is_not_sent_twice(hub: CellHub, line: Line, project_id: UUID) -> None:
    line.fault = once("/projects", "answer lost")
    with pytest.raises(Unreachable):
        await do(hub.create_project, "Once")
    assert [project.name for project in await do(lambda: list(hub.projects("Once")))] == ["Once"]


async def test_reading_survives_a_broken_line_but_not_for_ever(hub: CellHub, line: Line, project_id: UUID) -> None:
    line.fault = once(str(project_id), "lost")
    assert (await do(hub.project, project_id)).id == project_id
    line.fault = lambda _: "lost"
    with pytest.raises(Unreachable):
        await do(hub.project, project_id)


async def test_an_ended_access_token_is_renewed_once_for_many_threads(
    hub: CellHub, line: Line, project_id: UUID, ada: Person, runtime: Runtime
) -> None:
    tokens = hub._connection._tokens
    assert tokens is not None
    stale, _ = make_access_token("a key that is not the server's, 32 characters", project_id, ada.id)
    hub._connection._tokens = tokens.model_copy(update={"access_token": stale})
    start = threading.Barrier(4)

    def look() -> UUID:
        start.wait(10)
        return hub.project(project_id).id

    assert set(await asyncio.gather(*(do(look) for _ in range(4)))) == {project_id}
    assert sum(word.startswith("POST /api/v1/auth/refresh") for word in line.carried) == 1


async def test_a_session_that_was_ended_elsewhere_is_signed_out(hub: CellHub, project_id: UUID, runtime: Runtime) -> None:
    await do(hub.sign_out)
    with pytest.raises(SignedOut):
        await do(hub.project, project_id)


async def test_problems_have_the_servers_words(hub: CellHub, project_id: UUID, ada: Person, bob: Person) -> None:
    with pytest.raises(Rejected) as caught:
        await do(hub.segment, project_id, "unet")
    assert (caught.value.code, caught.value.status) == ("selectionEmpty", 422)
    assert len(caught.value.request_id) == 32
    foreign = await bob.project()
    await bob.share(foreign, ada, "viewer")
    with pytest.raises(Forbidden):
        await do(hub.delete_project, UUID(foreign))


async def test_a_batch_is_waited_for(hub: CellHub, project_id: UUID, ada: Person, tmp_path: Path) -> None:
    await do(hub.upload, project_id, files(tmp_path, 2))
    batch = await do(hub.segment, project_id, "classical", threshold=0.4)
    assert (batch.counts.queued, batch.parameters["threshold"], batch.is_final) == (2, 0.4, False)
    with pytest.raises(WaitedTooLong):
        await do(hub.wait_for_batch, batch.id, timeout_s=0.05)
    seen: list[Batch] = []
    waiting = asyncio.create_task(do(hub.wait_for_batch, batch.id, timeout_s=30, on_change=seen.append))
    await ada.http.post(f"/api/v1/batches/{batch.id}/cancel")
    assert ((await waiting).status, seen[-1].counts.cancelled) == ("cancelled", 2)


async def test_planes_of_stacks_are_named(hub: CellHub, project_id: UUID, ada: Person, tmp_path: Path) -> None:
    await do(hub.upload, project_id, files(tmp_path, 1))
    for frames, told in (("first", None), ("all", "all"), ((3, 1, 3), [1, 3])):
        batch = await do(hub.segment, project_id, "classical", frames=frames)
        assert (await ada.http.get(f"/api/v1/batches/{batch.id}")).json()["parameters"].get("frames") == told


async def test_poor_pictures_are_left_out(hub: CellHub, project_id: UUID, runtime: Runtime, tmp_path: Path) -> None:
    uploaded = await do(hub.upload, project_id, files(tmp_path, 2))
    async with runtime.work() as session:
        await session.execute(update(ImageRow).where(col(ImageRow.id) == uploaded.accepted[0].id).values(flaws=["blurred"]))
    assert [image.flaws for image in await do(lambda: list(hub.images(project_id, flaw="any")))] == [["blurred"]]
    batch = await do(hub.segment, project_id, "classical", leave_out=["empty", "blurred"])
    assert batch.counts.queued == 1
    with pytest.raises(Rejected):
        await do(hub.segment, project_id, "classical", leave_out=["ugly"])
    poor = [uploaded.accepted[0].id]
    with pytest.raises(Rejected, match="every chosen one that could be read looks blurred, and such pictures are left out"):
        await do(hub.segment, project_id, "classical", poor, leave_out=["blurred"])


async def test_polygons_and_measures_are_read(hub: CellHub, project_id: UUID, runtime: Runtime, ada: Person, tmp_path: Path) -> None:
    [image] = (await do(hub.upload, project_id, files(tmp_path, 1))).accepted
    async with runtime.work() as session:
        facts = {"status": "ready", "width": 50, "height": 50, "channels": 1, "pixel_size_um": 0.5}
        await session.execute(update(ImageRow).where(col(ImageRow.id) == image.id).values(**facts))
    ring = [[10, 10], [14, 10], [14, 14], [10, 14], [10, 10]]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    edit = {"editId": str(project_id), "baseRevision": 0, "added": [{"id": str(project_id), "feature": feature}]}
    (await ada.http.patch(f"/api/v1/images/{image.id}/polygons", json=edit)).raise_for_status()
    assert (await do(hub.polygons, image.id))["features"][0]["properties"]["areaPx"] == 16
    measures = await do(hub.measurements, image.id)
    assert (measures.revision, measures.data[0].px["area_px2"]) == (1, 16)
    assert [row.id for row in await do(lambda: list(hub.project_measurements(project_id)))] == [project_id]


async def test_models_lead_with_the_projects_default(hub: CellHub, project_id: UUID) -> None:
    models = await do(hub.models, project_id)
    assert "cells" in models[0].sample_kinds


async def test_models_are_compared_and_waited_for(hub: CellHub, project_id: UUID, runtime: Runtime) -> None:
    async with runtime.work() as session:
        images = await rows.images(session, project_id, ["a.png", "b.png"])
    begun = await do(hub.compare, project_id, images, ["unet", "classical"])
    assert (begun.status, begun.image_ids, [one.model for one in begun.standings]) == ("queued", images, ["unet", "classical"])
    async with runtime.work() as session:
        await session.execute(text("update trial set status = 'succeeded', object_count = 3, seconds = 1"))
    ended = await do(hub.wait_for_face_off, begun.id)
    assert (ended.is_final, [one.objects for one in ended.standings]) == (True, [6, 6])


async def test_a_preview_of_nothing_is_told_as_what_it_is(hub: CellHub, project_id: UUID) -> None:
    with pytest.raises(Missing):
        await do(hub.preview, project_id, "unet", threshold=0.4)


async def test_conditions_go_in_by_names_and_come_out_as_a_table(hub: CellHub, project_id: UUID, tmp_path: Path) -> None:
    for name in ("P1_A01_1.png", "P1_B02_1.png"):
        (tmp_path / name).write_bytes(name.encode())
    await do(hub.upload, project_id, [tmp_path / name for name in ("P1_A01_1.png", "P1_B02_1.png")])
    seen = await do(hub.preview_conditions, project_id, template="{plate}_{well}_{field}")
    assert (seen.placed, seen.layout, seen.rows[0].replicate) == (2, 6, "P1 A01")
    assert await do(hub.set_conditions, project_id, template="{plate}_{well}_{field}") == 2
    assert await do(hub.set_conditions, project_id, wells=[{"plate": "P1", "well": "B02", "condition": "taxol"}]) == 1
    found = await do(hub.conditions, project_id)
    assert [(each.condition, each.images, each.replicates) for each in found.conditions] == [("taxol", 1, 1)]
    table = await do(hub.conditions_csv, project_id)
    await do((tmp_path / "conditions.csv").write_text, table)
    assert await do(hub.set_conditions, project_id, csv=tmp_path / "conditions.csv") == 2
