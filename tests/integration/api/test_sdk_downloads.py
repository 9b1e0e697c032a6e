"""Exports that the SDK downloads, over a line that can be made to break."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col

from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.exports import service as exports
from cellhub_app.models.export import Export as ExportRow
from cellhub_app.models.export import storage_key
from cellhub_app.sdk.client import CellHub
from cellhub_app.sdk.errors import InConflict, Unreachable
from tests.integration.api.sdk import Line, do, files, once


async def ready_export(hub: CellHub, project_id: UUID, runtime: Runtime, content: bytes) -> UUID:
    """An export whose ZIP is there."""
    export = await do(hub.export, project_id, ["coco"])
    await runtime.storage.put(storage_key(export.id), content)
    async with runtime.work() as session:
        await session.execute(update(ExportRow).where(col(ExportRow.id) == export.id).values(status="succeeded"))
        await exports.mark_ready(session, project_id, export.id, len(content))
    return export.id


CONTENT = bytes(range(256)) * 10_000


async def test_an_export_is_downloaded_whole_or_not_at_all(
    hub: CellHub, line: Line, project_id: UUID, runtime: Runtime, tmp_path: Path
) -> None:
    await do(hub.upload, project_id, files(tmp_path, 1))
    target = tmp_path / "plate.zip"
    with pytest.raises(InConflict):
        await do(hub.download, (await do(hub.export, project_id, ["coco"])).id, target)
    export_id = await ready_export(hub, project_id, runtime, CONTENT)
    line.fault = lambda request: "cut" if request.url.path.endswith("/download") else ""
    with pytest.raises(Unreachable):
        await do(hub.download, export_id, target)
    assert await do(lambda: [path.name for path in tmp_path.iterdir()]) == ["000.png"]
    line.fault = lambda _: ""
    assert (await do(hub.wait_for_export, export_id)).status == "succeeded"
    assert (await do(hub.download, export_id, target)).read_bytes() == CONTENT


async def test_a_download_goes_on_where_the_line_broke(
    hub: CellHub, line: Line, project_id: UUID, runtime: Runtime, tmp_path: Path
) -> None:
    await do(hub.upload, project_id, files(tmp_path, 1))
    export_id = await ready_export(hub, project_id, runtime, CONTENT)
    line.fault, told = once("/download", "cut"), list[tuple[int, int]]()
    target = await do(hub.download, export_id, tmp_path / "plate.zip", on_progress=lambda done, whole: told.append((done, whole)))
    assert target.read_bytes() == CONTENT
    assert [call.split()[-1] for call in line.carried if "/download" in call] == ["200", "206"]
    assert told[-1] == (len(CONTENT), len(CONTENT))


async def test_another_run_goes_on_with_what_was_kept(hub: CellHub, line: Line, project_id: UUID, runtime: Runtime, tmp_path: Path) -> None:
    await do(hub.upload, project_id, files(tmp_path, 1))
    export_id = await ready_export(hub, project_id, runtime, CONTENT)
    target = tmp_path / "plate.zip"
    line.fault = lambda request: "lost" if "range" in request.headers else "cut" if request.url.path.endswith("/download") else ""
    with pytest.raises(Unreachable):
        await do(hub.download, export_id, target, keep_part=True)
    [part] = await do(lambda: list(tmp_path.glob("*.part")))
    assert await do(part.read_bytes) == CONTENT[: len(CONTENT) // 2]
    line.fault = lambda _: ""
    line.carried.clear()
    assert (await do(hub.download, export_id, target, keep_part=True)).read_bytes() == CONTENT
    assert [call.split()[-1] for call in line.carried] == ["206"]
    assert await do(lambda: list(tmp_path.glob("*.part"))) == []


async def test_a_part_that_is_longer_than_the_file_begins_anew(hub: CellHub, project_id: UUID, runtime: Runtime, tmp_path: Path) -> None:
    await do(hub.upload, project_id, files(tmp_path, 1))
    export_id = await ready_export(hub, project_id, runtime, CONTENT)
    await do((tmp_path / f"plate.zip.{export_id}.part").write_bytes, CONTENT * 2)
    assert (await do(hub.download, export_id, tmp_path / "plate.zip")).read_bytes() == CONTENT
