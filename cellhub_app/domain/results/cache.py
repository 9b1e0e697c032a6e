"""The columns of projects that somebody looks at, within a bound of memory; what was used longest ago goes first."""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from functools import lru_cache
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import Invalid
from cellhub_app.core.reading import read
from cellhub_app.core.settings import get_settings
from cellhub_app.domain.results import repository
from cellhub_app.domain.results.columns import Columns, Plane, Version, from_rows, joined, placed, with_measures
from cellhub_app.domain.results.measures import usual_places
from cellhub_app.domain.results.view import Scene, scene_of

PLANES_AT_ONCE = 250
MOST_OBJECTS = 5_000_000
SCENES_KEPT = 8


class ResultsTooMany(Invalid):
    """A project has more objects than its charts can read at once."""

    code, title = "resultsTooMany", "This project has too many objects for its charts"


class Tables:
    """Columns by project; one reader a project, others wait for what it reads."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._known: OrderedDict[UUID, Columns] = OrderedDict()
        self._scenes: OrderedDict[UUID, tuple[tuple[object, ...], Scene]] = OrderedDict()
        self._reading: defaultdict[UUID, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def scene(self, project_id: UUID) -> Scene:
        """The segmented images of a project as they are now; built anew only when something about them is different."""
        mark = await repository.mark(read, project_id)
        known = self._scenes.get(project_id)
        if known is None or known[0] != mark:
            rows, lacking = await repository.planes(read, project_id), await repository.lacking(read, project_id)
            known = mark, await asyncio.to_thread(scene_of, rows, lacking)
            self._scenes[project_id] = known
        self._scenes.move_to_end(project_id)
        while len(self._scenes) > SCENES_KEPT:
            self._scenes.popitem(last=False)
        return known[1]

    async def table(self, session: AsyncSession, project_id: UUID, scene: Scene, places: Sequence[int]) -> Columns:
        """The objects of a scene with at least these measures. Raises ResultsTooMany."""
        async with self._reading[project_id]:
            known = self._known.get(project_id)
            planes = scene.planes
            table = await _current(session, scene, known, places)
            if missing := table.missing(places):
                more = await _read(session, planes, missing)
                widened = await asyncio.to_thread(with_measures, table, more)
                table = widened or await _read(session, planes, [*table.measures, *missing])
            self._keep(project_id, table)
            return table

    def _keep(self, project_id: UUID, table: Columns) -> None:
        self._known[project_id] = table
        self._known.move_to_end(project_id)
        while len(self._known) > 1 and sum(one.bytes for one in self._known.values()) > self._limit:
            gone, _ = self._known.popitem(last=False)
            self._reading.pop(gone, None)


async def _current(session: AsyncSession, scene: Scene, known: Columns | None, places: Sequence[int]) -> Columns:
    """The table as it is now: planes that are as they were are taken over. A first reading takes along what is mostly asked for next."""
    planes = scene.planes
    if known is None:
        return await _read(session, planes, list(dict.fromkeys((*usual_places(), *places))))
    if known.versions is scene.versions:
        return known
    if known.versions == scene.versions:
        return await asyncio.to_thread(placed, known, planes, scene.versions)
    have = set(known.versions)
    new = [plane for plane in planes if Version(plane.id, plane.head, plane.lacking) not in have]
    fresh = await _read(session, new, list(known.measures))
    return await asyncio.to_thread(joined, (known, fresh), planes)


async def _read(session: AsyncSession, planes: Sequence[Plane], places: Sequence[int]) -> Columns:
    """Freshly read planes, a few hundred at a time, so that no statement takes long."""
    parts: list[Columns] = []
    objects = 0
    for first in range(0, len(planes), PLANES_AT_ONCE):
        some = planes[first : first + PLANES_AT_ONCE]
        found = await repository.rows(session, [plane.id for plane in some], places)
        parts.append(from_rows(some, found or repository.no_rows(places), places))
        objects += parts[-1].count
        if objects > MOST_OBJECTS:
            raise ResultsTooMany(f"Charts read up to {MOST_OBJECTS:,} objects. Divide the project, or export the measurements.")
    if not parts:
        return from_rows([], repository.no_rows(places), places)
    return parts[0] if len(parts) == 1 else await asyncio.to_thread(joined, parts, planes)


@lru_cache(maxsize=1)
def tables() -> Tables:
    """Those of this process."""
    return Tables(get_settings().results_cache_mb * 2**20)
