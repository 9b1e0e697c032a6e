"""Images and objects of an export, read from a thread while the event loop does the talking to database and storage."""

import asyncio
import math
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.storage import Storage
from cellhub_app.domain.exports import repository
from cellhub_app.domain.exports.bundle import ImageEntry, ObjectEntry, RevisionEntry
from cellhub_app.domain.exports.names import Stems
from cellhub_app.models.annotation import Revision, Segmentation
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
            found = await repository.segmentations(session, ids)
            for segmentation in found:
                chunk.segmentations[segmentation.image_id].append(segmentation)
            for revision in await repository.revisions(session, [row.id for row in found]):
                chunk.revisions[revision.segmentation_id].append(revision)
            small = list(_small(found, chunk))
            chunk.objects.update({key: [] for key in small})
            for row in await repository.present_objects(session, small):
                chunk.objects[row.segmentation_id].append(row)
        return chunk

    async def _slice(self, segmentation_id: UUID, revision: int, after: UUID | None) -> Sequence[repository.ObjectRow]:
        async with self.work() as session:
            return await repository.objects_after(session, segmentation_id, revision, after, OBJECTS_AT_ONCE)

    def slices(self, segmentation_id: UUID, revision: int) -> Iterator[Sequence[repository.ObjectRow]]:
        """The objects at a revision, some thousands at a time."""
        after: UUID | None = None
        while rows := self.wait(self._slice(segmentation_id, revision, after)):
            yield rows
            after = rows[-1].id

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
            objects=Objects(self, segmentation, chunk.objects.get(segmentation.id)) if segmentation else (),
            original=partial(self._file, image.id, "original"),
            display=partial(self._file, image.id, "display.webp"),
        )


_SAME = (
    "id", "name", "width", "height", "channels", "bit_depth", "frames", "pixel_size_um", "pixel_size_origin",
    "format", "bytes", "sha256", "status", "segmentation_status", "created_at",
)  # fmt: skip


@dataclass
class Chunk:
    """Some images, and by image or segmentation what belongs to them; segmentations with many objects are not in `objects`."""

    images: Sequence[Image]
    segmentations: dict[UUID, list[Segmentation]] = field(default_factory=lambda: defaultdict(list))
    revisions: dict[UUID, list[Revision]] = field(default_factory=lambda: defaultdict(list))
    objects: dict[UUID, list[repository.ObjectRow]] = field(default_factory=dict)


def _small(found: Sequence[Segmentation], chunk: Chunk) -> Iterator[UUID]:
    """Segmentations whose objects together are no more than one slice."""
    room = OBJECTS_AT_ONCE
    for segmentation in found:
        room -= chunk.revisions[segmentation.id][-1].object_count
        if room >= 0:
            yield segmentation.id


class Objects:
    """The objects of one segmentation, to be gone through any number of times: kept when they are few, else read again."""

    def __init__(self, source: Source, segmentation: Segmentation, rows: Sequence[repository.ObjectRow] | None) -> None:
        self._source, self._segmentation = source, segmentation
        self._kept = None if rows is None else [_object(row, number) for number, row in enumerate(rows, 1)]

    def __iter__(self) -> Iterator[ObjectEntry]:
        for place, entry in enumerate(self._entries()):
            if place % CHECK_EVERY_OBJECTS == 0:
                self._source.check()
            yield entry

    def _entries(self) -> Iterator[ObjectEntry]:
        if self._kept is not None:
            yield from self._kept
            return
        number = 0
        for rows in self._source.slices(self._segmentation.id, self._segmentation.head):
            for row in rows:
                number += 1
                yield _object(row, number)


def _object(row: repository.ObjectRow, number: int) -> ObjectEntry:
    measures = tuple(value if math.isfinite(value) else None for value in row.measures)
    return ObjectEntry(row.id, number, row.class_id, row.score, row.doubt, row.added_revision, row.geometry, measures)


def _revision(row: Revision) -> RevisionEntry:
    return RevisionEntry(row.number, row.kind, row.model, row.weights_sha256, row.parameters, row.note, row.created_at)
