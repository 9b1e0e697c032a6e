"""Making the ZIP of an export: a thread packs, the event loop reads for it, tells how far it is and notices when it is not wanted."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from cellhub_app.core.metrics import measure
from cellhub_app.core.queue import JobStatus
from cellhub_app.core.storage import Storage
from cellhub_app.domain.exports import repository
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry, ProjectEntry
from cellhub_app.domain.exports.measures import measures
from cellhub_app.domain.exports.options import ExportOptions
from cellhub_app.domain.exports.packing import pack
from cellhub_app.domain.exports.service import ExportNotFound, announce
from cellhub_app.domain.exports.source import Source, Work
from cellhub_app.models.export import Export
from cellhub_app.models.project import Project

LOOK_EVERY_S = 0.5
PACKED = 0.95


class ExportUnwanted(Exception):
    """Somebody cancelled the export, or this process is stopping."""


@dataclass
class Pace:
    """How far the packing thread is, and whether it shall stop."""

    total: int
    done: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def progress(self) -> float:
        """From 0 to PACKED; the rest is for closing the files and storing the ZIP."""
        return PACKED * self.done / self.total if self.total else PACKED

    def check(self) -> None:
        """Raises ExportUnwanted once the thread shall stop."""
        if self.stopped.is_set():
            raise ExportUnwanted

    def count(self, images: Iterator[ImageEntry]) -> Iterator[ImageEntry]:
        """The same images, counted as they are done."""
        for image in images:
            yield image
            self.done += 1


@dataclass(frozen=True)
class Plan:
    """An export, and everything of it that is known before the first image."""

    export: Export
    bundle: Bundle
    image_ids: Sequence[UUID]
    options: ExportOptions


async def build(work: Work, storage: Storage, export_id: UUID, target: Path) -> int:
    """Make the ZIP of a running export at `target`; answers its size in bytes.

    Raises ExportUnwanted when it is cancelled meanwhile, ExportNotFound, Unavailable.
    """
    plan = await _plan(work, export_id)
    pace = Pace(len(plan.image_ids))
    groups = plan.options.split.groups(plan.image_ids) if plan.options.split else {}
    source = Source(work, storage, asyncio.get_running_loop(), target.parent, pace.check, plan.options, groups)
    images = pace.count(source.images(plan.image_ids))
    packing = asyncio.create_task(asyncio.to_thread(pack, plan.bundle, images, plan.export.formats, target, pace.check))
    watching = asyncio.create_task(_watch(work, plan.export, pace))
    try:
        await asyncio.wait([packing, watching], return_when=asyncio.FIRST_COMPLETED)
    finally:
        pace.stopped.set()
        watching.cancel()
        watched, packed = await asyncio.gather(watching, packing, return_exceptions=True)
    if isinstance(watched, Exception):
        raise watched
    if isinstance(packed, BaseException):
        raise packed
    return packed


async def _plan(work: Work, export_id: UUID) -> Plan:
    async with work() as session:
        export = await session.get(Export, export_id)
        if export is None:
            raise ExportNotFound
        project = await session.get_one(Project, export.project_id)
        ids = await repository.image_ids(session, project.id, export.image_ids)
        channels, has_um = await repository.extent(session, project.id, export.image_ids)
    options = ExportOptions.model_validate(export.options or {})
    entry = ProjectEntry(project.id, project.name, project.description, project.sample_kind, project.created_at, options.class_names)
    choices = {"units": options.units, "split": options.split, "coco": options.coco, "style": options.outlines}
    return Plan(export, Bundle(entry, measures(channels), measure.VERSION, len(ids), has_um, **choices), ids, options)  # type: ignore[arg-type]


async def _watch(work: Work, export: Export, pace: Pace) -> None:
    """Write the progress down when it changed and look whether the export is still wanted, twice a second."""
    told = -1.0
    while not pace.stopped.is_set():
        async with work() as session:
            progress = pace.progress
            project_id = await repository.set_progress(session, export.id, progress)
            if project_id is None:
                pace.stopped.set()
            elif progress != told:
                announce(session, project_id, export.id, JobStatus.RUNNING, progress)
                told = progress
        await asyncio.sleep(LOOK_EVERY_S)
