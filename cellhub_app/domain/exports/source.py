"""Images and objects of an export, read from a thread while the event loop does the talking to database and storage."""

import asyncio
import math
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.storage import Storage
from cellhub_app.domain.exports import repository
from cellhub_app.domain.exports.bundle import Experiment, ImageEntry, ObjectEntry, RevisionEntry
from cellhub_app.domain.exports.names import Stems
from cellhub_app.domain.exports.options import ExportOptions, Group
from cellhub_app.models.annotation import Revision, Segmentation
from cellhub_app.models.condition import ImageCondition
from cellhub_app.models.image import Image, storage_key

IMAGES_AT_ONCE = 32
OBJECTS_AT_ONCE = 2000
CHECK_EVERY_OBJECTS = 100

Work = Callable[[], AbstractAsyncContextManager[AsyncSession]]
Check = Callable[[], None]
Answer = TypeVar("Answer")


@dataclass
class Source:
    """What a packing thread reads through. `folder` takes copies of files that the storage does not keep on this disk."""

    work: Work
    storage: Storage
    loop: asyncio.AbstractEventLoop
    folder: Path
    check: Check
    options: ExportOptions = field(default_factory=ExportOptions)
    groups: Mapping[UUID, Group] = field(default_factory=dict)

    def wait(self, call: Coroutine[Any, Any, Answer]) -> Answer:
        """The answer of a coroutine that runs on the event loop."""
        return asyncio.run_coroutine_threadsafe(call, self.loop).result()

    def images(self, ids: Sequence[UUID]) -> Iterator[ImageEntry]:
        """The images one after the other; those that were deleted meanwhile are left out."""
        stems = Stems()
        remaining = iter(ids)
        while chosen := list(islice(remaining, IMAGES_AT_ONCE)):
            chunk = self.wait(self._chunk(chosen))
            for image in chunk.images:
                frames: Sequence[Segmentation | None] = chunk.segmentations[image.id] or [None]
                for segmentation in frames:
                    yield self._entry(image, segmentation, chunk, stems)

    async def _chunk(self, ids: Sequence[UUID]) -> "Chunk":
        """Some images as they are at one moment, with the objects of those that have few."""
        async with self.work() as session:
            await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            chunk = Chunk(await repository.images(session, ids))
            chunk.experiments.update({row.image_id: _experiment(row) for row in await repository.experiments(session, ids)})
            found = await repository.segmentations(session, ids)
            for segmentation in found:
                chunk.segmentations[segmentation.image_id].append(segmentation)
            for revision in await repository.revisions(session, [row.id for row in found]):
                chunk.revisions[revision.segmentation_id].append(revision)
            self._go_back(chunk)
            small = {key: chunk.revisions[key][-1].number for key in _small(found, chunk)}
            chunk.objects.update({key: [] for key in small})
            is_present = small == {row.id: row.head for row in found if row.id in small}
            rows = repository.present_objects(session, list(small)) if is_present else repository.objects_at(session, small)
            for row in await rows:
                chunk.objects[row.segmentation_id].append(row)
        return chunk

    def _go_back(self, chunk: "Chunk") -> None:
        """Forget what came after the revisions that are wanted; a segmentation that was not there yet is none."""
        for key, revisions in chunk.revisions.items():
            until = self.options.wanted([(row.number, row.kind, row.created_at) for row in revisions])
            chunk.revisions[key] = [row for row in revisions if row.number <= until]
        for image_id, found in chunk.segmentations.items():
            chunk.segmentations[image_id] = [row for row in found if chunk.revisions[row.id]]

    async def _slice(self, segmentation_id: UUID, revision: int, after: UUID | None) -> Sequence[repository.ObjectRow]:
        async with self.work() as session:
            return await repository.objects_after(session, segmentation_id, revision, after, OBJECTS_AT_ONCE, self.options.classes)

    def slices(self, segmentation_id: UUID, revision: int) -> Iterator[Sequence[repository.ObjectRow]]:
        """The objects at a revision, some thousands at a time."""
        after: UUID | None = None
        while rows := self.wait(self._slice(segmentation_id, revision, after)):
            yield rows
            after = rows[-1].id

    def _objects(self, segmentation_id: UUID, chunk: "Chunk") -> "Objects":
        return Objects(self, segmentation_id, chunk.revisions[segmentation_id][-1].number, chunk.objects.get(segmentation_id))

    def _file(self, image_id: UUID, part: str) -> Path:
        return self.wait(self.storage.fetch(storage_key(image_id, part), self.folder / part))

    def _entry(self, image: Image, segmentation: Segmentation | None, chunk: "Chunk", stems: Stems) -> ImageEntry:
        frame = segmentation.frame if segmentation else 0
        name = image.name if frame == 0 else f"{Path(image.name).stem}_frame{frame}{Path(image.name).suffix}"
        revisions = tuple(map(_revision, chunk.revisions[segmentation.id])) if segmentation else ()
        return ImageEntry(
            **{key: getattr(image, key) for key in _SAME},
            stem=stems.take(name),
            frame=frame,
            error=image.error["detail"] if image.error else None,
            tags=tuple(image.tags),
            revisions=revisions,
            objects=self._objects(segmentation.id, chunk) if segmentation else (),
            group=self.groups.get(image.id),
            experiment=chunk.experiments.get(image.id, Experiment()),
            original=partial(self._file, image.id, "original"),
            display=partial(self._file, image.id, "display.webp"),
        )


_SAME = (
    "id", "name", "width", "height", "channels", "bit_depth", "frames", "timepoints", "pixel_size_um", "pixel_size_origin",
    "format", "bytes", "sha256", "status", "segmentation_status", "created_at",
)  # fmt: skip


@dataclass
class Chunk:
    """Some images, and by image or segmentation what belongs to them; segmentations with many objects are not in `objects`."""

    images: Sequence[Image]
    segmentations: dict[UUID, list[Segmentation]] = field(default_factory=lambda: defaultdict(list))
    revisions: dict[UUID, list[Revision]] = field(default_factory=lambda: defaultdict(list))
    objects: dict[UUID, list[repository.ObjectRow]] = field(default_factory=dict)
    experiments: dict[UUID, Experiment] = field(default_factory=dict)


def _small(found: Sequence[Segmentation], chunk: Chunk) -> Iterator[UUID]:
    """Segmentations whose objects together are no more than one slice."""
    room = OBJECTS_AT_ONCE
    for segmentation in found:
        revisions = chunk.revisions[segmentation.id]
        room -= revisions[-1].object_count if revisions else 0
        if revisions and room >= 0:
            yield segmentation.id


class Objects:
    """The objects of one segmentation, to be gone through any number of times: kept when they are few, else read again."""

    def __init__(self, source: Source, segmentation_id: UUID, revision: int, rows: Sequence[repository.ObjectRow] | None) -> None:
        self._source, self._segmentation_id, self._revision = source, segmentation_id, revision
        self._kept = None if rows is None else list(self._numbered(row for row in rows if self._is_wanted(row)))

    def _is_wanted(self, row: repository.ObjectRow) -> bool:
        classes = self._source.options.classes
        return classes is None or row.class_id in classes

    def _numbered(self, rows: Iterable[repository.ObjectRow]) -> Iterator[ObjectEntry]:
        merged = self._source.options.merged
        return (_object(row, number, merged(row.class_id)) for number, row in enumerate(rows, 1))

    def __iter__(self) -> Iterator[ObjectEntry]:
        for place, entry in enumerate(self._entries()):
            if place % CHECK_EVERY_OBJECTS == 0:
                self._source.check()
            yield entry

    def _entries(self) -> Iterator[ObjectEntry]:
        if self._kept is not None:
            yield from self._kept
            return
        yield from self._numbered(chain.from_iterable(self._source.slices(self._segmentation_id, self._revision)))


def _object(row: repository.ObjectRow, number: int, class_id: int) -> ObjectEntry:
    measures = tuple(value if math.isfinite(value) else None for value in row.measures)
    return ObjectEntry(row.id, number, class_id, row.score, row.doubt, row.added_revision, row.geometry, measures)


def _experiment(row: ImageCondition) -> Experiment:
    return Experiment(row.condition, row.replicate, row.plate, row.well)


def _revision(row: Revision) -> RevisionEntry:
    return RevisionEntry(row.number, row.kind, row.model, row.weights_sha256, row.parameters, row.note, row.created_at)
