"""The import task: have the files read in the guarded process, land what they hold image by image, write the report."""

import asyncio
import base64
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import structlog

from cellhub_app.core.errors import ImageRefused
from cellhub_app.core.ids import new_id
from cellhub_app.core.limits import IMPORT_TIME_LIMIT_S
from cellhub_app.core.metrics import measure
from cellhub_app.core.queue import JobStatus
from cellhub_app.core.runtime import Runtime, emit
from cellhub_app.domain.annotations import service as annotations
from cellhub_app.domain.annotations.schemas import Brought, NewObject
from cellhub_app.domain.exports.bundle import OBJECT_NAMES
from cellhub_app.domain.imports import repository
from cellhub_app.domain.imports.classes import Classes
from cellhub_app.domain.imports.findings import KnownImage
from cellhub_app.domain.jobs import work
from cellhub_app.domain.jobs.claiming import Claimed
from cellhub_app.domain.jobs.leases import Finished
from cellhub_app.domain.jobs.news import Subject, job_event
from cellhub_app.models.annotation_import import AnnotationImport, file_key
from ml_worker.tasks.outage import insist
from ml_worker.tasks.outlining import draw_outlines
from ml_worker.tasks.reader_pool import ReaderPool

log = structlog.get_logger(__name__)

Place = tuple[UUID, int]


@dataclass
class _Harvest:
    """What the files hold: where the lines about each frame of an image are, and a report for each file."""

    places: dict[Place, list[tuple[Path, int]]] = field(default_factory=lambda: defaultdict(list))
    reports: list[dict[str, Any]] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)

    def take(self, path: Path, report: dict[str, Any]) -> None:
        """Note where each line of a file begins."""
        self.reports.append(report)
        self.formats.append(report["format"])
        with path.open("rb") as lines:
            offset = 0
            for line in lines:
                entry = json.loads(line)
                self.places[UUID(entry["image"]), entry["frame"]].append((path, offset))
                offset += len(line)

    def rows(self, place: Place) -> Iterator[dict[str, Any]]:
        """The objects of one frame, from all files."""
        for path, offset in self.places[place]:
            with path.open("rb") as lines:
                lines.seek(offset)
                yield from json.loads(lines.readline())["objects"]


class BringIn:
    """`work` is what the work loop calls for each job of kind import."""

    def __init__(self, runtime: Runtime, pool: ReaderPool) -> None:
        self._runtime, self._pool = runtime, pool

    async def work(self, job: Claimed) -> None:
        """Read and land one import; a file that can't be read fails it with one sentence before anything has changed."""
        started = time.monotonic()
        async with self._runtime.work() as session:
            row = await repository.of_job(session, job.id)
            known = await repository.known_images(session, job.project_id)
            kind = await repository.sample_kind(session, job.project_id)
        folder = self._runtime.settings.home / "tmp"
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix="import-", dir=folder) as name:
            try:
                harvest = await self._read(row, known, Path(name))
            except ImageRefused as refusal:
                async with self._runtime.work() as session:
                    await work.fail(session, job, refusal.reason, refusal.detail, retry=False)
                return
            classes = Classes(OBJECT_NAMES.get(kind, "object"))
            objects = 0
            for place in harvest.places:
                objects += await self._land(job, row, harvest, place, classes)
        report = {"images": len(harvest.places), "objects": objects, "classes": classes.ids, "files": harvest.reports}
        await insist(partial(self._finish, job, row, harvest.formats, report, time.monotonic() - started), "finish an import")
        await self._runtime.storage.delete(*(file_key(row.id, number) for number in range(len(row.files))))
        log.info("annotations imported", import_id=str(row.id), images=len(harvest.places), objects=objects)

    async def _read(self, row: AnnotationImport, known: Sequence[KnownImage], folder: Path) -> _Harvest:
        images = folder / "images.json"
        images.write_text(json.dumps([[str(one.id), one.name, one.width, one.height, one.planes] for one in known]), encoding="utf-8")
        harvest = _Harvest()
        for number, file in enumerate(row.files):
            path, found = folder / f"{number}.file", folder / f"{number}.found"
            await self._fetch(file_key(row.id, number), path)
            task = {"path": str(path), "name": file["name"], "annotations": row.format, "images": str(images), "found": str(found)}
            answer = await self._pool.ask(task, IMPORT_TIME_LIMIT_S)
            await asyncio.to_thread(harvest.take, found, answer["report"])
            path.unlink()
        return harvest

    async def _fetch(self, key: str, path: Path) -> None:
        with path.open("wb") as out:
            async for piece in await self._runtime.storage.stream(key):
                await asyncio.to_thread(out.write, piece)

    async def _land(self, job: Claimed, row: AnnotationImport, harvest: _Harvest, place: Place, classes: Classes) -> int:
        """Store the objects of one frame and the picture of their outlines; answers how many there are."""
        image_id, frame = place
        objects = await asyncio.to_thread(lambda: [_object(entry, classes) for entry in harvest.rows(place)])
        note = ", ".join(file["name"] for file in row.files)[:4000]
        brought = Brought(image_id, frame, objects, job.id, job.user_id, note, replaces=row.mode == "replace")
        number = await insist(partial(self._store, brought), "store what was imported")
        if number is not None and frame == 0:
            await draw_outlines(self._runtime, image_id)
        return len(objects)

    async def _store(self, brought: Brought) -> int | None:
        async with self._runtime.work() as session:
            return await annotations.bring(session, brought)

    async def _finish(self, job: Claimed, row: AnnotationImport, formats: Sequence[str], report: dict[str, object], seconds: float) -> None:
        async with self._runtime.work() as session:
            if await work.finish(session, [Finished(job, {"import": seconds})]):
                same = len(set(formats)) == 1
                await repository.set_report(session, row.id, formats[0] if same else row.format, report)
                emit(session, job_event(Subject.of(job), JobStatus.SUCCEEDED))


def _object(entry: dict[str, Any], classes: Classes) -> NewObject:
    outline, bounds = base64.b64decode(entry["outline"]), entry["bounds"]
    return NewObject(
        new_id(),
        outline,
        entry["area"],
        bounds,
        entry["measures"],
        measure.VERSION,
        score=entry["score"],
        class_id=classes.id_of(entry["class"]),
    )
