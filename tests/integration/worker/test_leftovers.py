"""What uploads leave behind is cleared once nobody can ask for it any more."""

import os
import time
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from cellhub_app.core.ids import new_id
from cellhub_app.domain.uploads import service as uploads
from cellhub_app.domain.uploads.schemas import FileOffer, NewUploadSession
from cellhub_app.models.image import incoming_key
from ml_worker.tasks.leftovers import clear_incoming, clear_partial, clear_scratch, forget_uploads
from tests.integration.worker.conftest import Lab


def _age(lab: Lab, key: str, hours: int) -> None:
    path = Path(urlsplit(lab.runtime.settings.storage_location).path) / key
    os.utime(path, (time.time() - hours * 3600,) * 2)


async def test_old_bytes_without_an_image_that_waits_for_them_are_removed(lab: Lab) -> None:
    images = await lab.upload([("waits.png", b"waits"), ("failed.png", b"failed")])
    await lab.column("update image set status = 'failed' where name = 'failed.png' returning 1")
    orphan, young = new_id(), new_id()
    for image in (orphan, young):
        await lab.runtime.storage.put(incoming_key(image), b"nobody's")
    half_written = [f"{incoming_key(young)}.{part}" for part in ("aa", "bb")]
    await lab.runtime.storage.put_many([(key, b"half") for key in half_written])
    for key in (incoming_key(orphan), *map(incoming_key, images.values()), *half_written):
        _age(lab, key, 25)
    await clear_incoming(lab.runtime)
    assert not any([await lab.runtime.storage.exists(key) for key in half_written])
    there = [image for image in (orphan, young, *images.values()) if await lab.runtime.storage.exists(incoming_key(image))]
    assert there == [young, images["waits.png"]]


async def test_large_files_to_which_nothing_was_added_for_a_day_are_removed(lab: Lab) -> None:
    folder = lab.runtime.settings.partial_folder
    folder.mkdir(parents=True, exist_ok=True)
    for name, hours in (("old", 25), ("young", 23)):
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (time.time() - hours * 3600,) * 2)
    await clear_partial(lab.runtime)
    assert [path.name for path in folder.iterdir() if path.name in {"old", "young"}] == ["young"]


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_copies_that_a_killed_worker_left_a_day_ago_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for name, hours in (("cellhub-segment-old", 25), ("cellhub-trial-old", 25), ("cellhub-segment-young", 23), ("cellhub-test-old", 25)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "original").write_bytes(b"copy")
        os.utime(tmp_path / name, (time.time() - hours * 3600,) * 2)
    await clear_scratch()
    assert _names(tmp_path) == ["cellhub-segment-young", "cellhub-test-old"]


async def _session(lab: Lab, began_hours_ago: int, ended_hours_ago: int | None) -> UUID:
    async with lab.runtime.work() as session:
        made = await uploads.begin(session, lab.who, lab.project_id, NewUploadSession(files=[FileOffer(name="a.png", size=1)]), 1)
    change = "update upload_session set created_at = now() - make_interval(hours => :began) where id = :id returning 1"
    await lab.column(change, began=began_hours_ago, id=made.id)
    if ended_hours_ago is not None:
        change = "update upload_session set finished_at = now() - make_interval(hours => :ended) where id = :id returning 1"
        await lab.column(change, ended=ended_hours_ago, id=made.id)
    return made.id


async def test_sessions_are_forgotten_a_day_after_their_end_or_a_week_after_their_beginning(lab: Lab) -> None:
    kept = [await _session(lab, 1, None), await _session(lab, 160, None), await _session(lab, 30, 23), await _session(lab, 1, 1)]
    for began, ended in ((169, None), (30, 25), (169, 1)):
        await _session(lab, began, ended)
    await forget_uploads(lab.runtime)
    assert await lab.column("select id from upload_session order by id") == sorted(kept)
    assert await lab.column("select session_id from upload_file order by session_id") == sorted(kept)
