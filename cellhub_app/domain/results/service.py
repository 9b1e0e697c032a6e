"""What can be asked of the objects of a project. Columns are read once and kept; what is computed runs in a thread."""

import asyncio
import math
from collections.abc import Sequence
from uuid import UUID

import numpy as np
import numpy.typing as npt
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.metrics import measure as metrics
from cellhub_app.core.naming import names_in_order
from cellhub_app.core.pagination import Cursor
from cellhub_app.domain.access import Permission, Principal, require
from cellhub_app.domain.results import figures, groups, image_measures, repository
from cellhub_app.domain.results.cache import tables
from cellhub_app.domain.results.comparing import comparison
from cellhub_app.domain.results.measures import Measure, measures_of
from cellhub_app.domain.results.paging import cut
from cellhub_app.domain.results.points import narrowed, points_of
from cellhub_app.domain.results.schemas import (
    Asked,
    ComparisonAsked,
    ComparisonView,
    CourseAsked,
    Courses,
    Groups,
    GroupsAsked,
    Histogram,
    HistogramAsked,
    ImageShare,
    ImagesOfObjects,
    MeasureView,
    Overview,
    Points,
    ResultPage,
    ResultRow,
    RowsAsked,
    Scatter,
    ScatterAsked,
    Series,
    Share,
)
from cellhub_app.domain.results.view import ImageFacts, Range, View, images_in_view, places_of, range_of, scale_for, view_of
from cellhub_app.models.annotation import Object

IMAGES_SHOWN = 200
ONE_MOMENT = "There is one moment only: a time course needs several segmented planes, or times in the images' names, such as _t03 or 24h."


async def view(
    session: AsyncSession, principal: Principal, project_id: UUID, asked: Asked, *names: str, permission: Permission = Permission.VIEW
) -> View:
    """The objects that are asked for, with the named measures at hand. Raises ProjectNotFound, NotAllowed, Invalid, ResultsTooMany."""
    await require(session, principal, project_id, permission)
    scene = await tables().scene(project_id)
    in_view = images_in_view(scene, asked)
    scale = scale_for(scene, in_view, asked.unit)
    ranges: list[Range] = [range_of(words) for words in asked.where]
    places = places_of([*names, *(one.name for one in ranges)], scene.channels, scale)
    table = await tables().table(session, project_id, scene, places)
    found = await asyncio.to_thread(view_of, scene, table, scale, in_view, asked)
    return await asyncio.to_thread(narrowed, found, asked)


async def points(session: AsyncSession, principal: Principal, project_id: UUID, asked: Asked, *names: str) -> View:
    """What the figures are of: the objects that are asked for, or the images that hold them. Raises what `view` does."""
    found = await view(session, principal, project_id, asked, *names)
    return found if asked.per == "object" else await asyncio.to_thread(points_of, found, asked, names)


async def overview(session: AsyncSession, principal: Principal, project_id: UUID, asked: Asked) -> Overview:
    """How many objects there are, what they have in common, and what can be asked of them."""
    found = await view(session, principal, project_id, asked)
    return await asyncio.to_thread(_overview, found)


def _overview(found: View) -> Overview:
    per_image = np.bincount(found.image(), minlength=len(found.scene.images))
    classes, counts = np.unique(found.table.columns["class_id"][found.mask], return_counts=True)
    every = found.scene.images
    by_tag = [(tag, place) for place, image in enumerate(every) for tag in image.tags]
    by_condition = [(image.condition, place) for place, image in enumerate(every)]
    has_conditions = any(image.condition for image in every)
    return Overview(
        objects=len(found.rows),
        of=found.table.count,
        images=int(np.count_nonzero(per_image)),
        unit=found.unit,
        unit_note=found.scale.note,
        measures=measures_of(found.scene.channels, found.unit),
        image_measures=image_measures.offered(found.scene.channels, found.unit),
        planes=sum(1 for plane in found.scene.planes if found.in_view[plane.image]),
        classes=[Share(name=str(name), count=count, images=0) for name, count in zip(classes.tolist(), counts.tolist(), strict=True)],
        tags=_shares(by_tag, per_image),
        conditions=_shares(by_condition, per_image) if has_conditions else [],
        times=list(groups.times(found)),
        border=int(np.count_nonzero(found.table.columns["border"][found.mask])),
        is_complete=found.scene.lacking == 0,
    )


def _shares(pairs: Sequence[tuple[str, int]], per_image: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> list[Share]:
    objects: dict[str, int] = {}
    images: dict[str, int] = {}
    for name, place in pairs:
        objects[name] = objects.get(name, 0) + int(per_image[place])
        images[name] = images.get(name, 0) + 1
    return [Share(name=name, count=objects[name], images=images[name]) for name in names_in_order(list(objects))]


async def page(session: AsyncSession, principal: Principal, project_id: UUID, asked: RowsAsked) -> ResultPage:
    """One page of the table of objects. Raises ProjectNotFound, Invalid."""
    by = asked.sort.removeprefix("-")
    found = await view(session, principal, project_id, asked, *([] if by == "image" else [by]))
    measure = None if by == "image" else found.measure(by)
    part = await asyncio.to_thread(cut, found, measure, asked, Cursor.decode(asked.cursor) if asked.cursor else None)
    return ResultPage(
        data=await _rows(session, found, part.rows),
        total=len(found.rows),
        unit=found.unit,
        prev_cursor=part.prev_cursor,
        next_cursor=part.next_cursor,
        has_more=part.next_cursor is not None,
    )


async def _rows(session: AsyncSession, found: View, places: Sequence[int]) -> list[ResultRow]:
    """Rows as they are stored now; an object that went a moment ago is left out."""
    table = found.table
    planes = (np.searchsorted(table.starts, np.asarray(places, np.int64), side="right") - 1).tolist()
    keys = [(found.scene.planes[plane].id, object_id(found, place)) for plane, place in zip(planes, places, strict=True)]
    stored = await repository.objects(session, keys)
    return [_row(found, place, row) for key, place in zip(keys, places, strict=True) if (row := stored.get(key))]


def object_id(found: View, place: int) -> UUID:
    """The id of an object of the table."""
    return UUID(bytes=found.table.columns["id"][place].tobytes())


def _row(found: View, place: int, row: Object) -> ResultRow:
    image = found.scene.images[int(found.table.columns["image"][place])]
    names = metrics.columns(found.scene.channels)[: len(row.measures)]
    px = {name: None if math.isnan(value) else value for name, value in zip(names, row.measures, strict=False)}
    in_um = found.unit == "um" and image.pixel_size_um
    return ResultRow(
        id=row.id,
        image_id=image.id,
        image=image.name,
        frame=int(found.table.columns["frame"][place]),
        condition=image.condition,
        class_id=row.class_id,
        score=row.score,
        doubt=row.doubt,
        on_border=bool(found.table.columns["border"][place]),
        values=metrics.as_um(px, image.pixel_size_um) if in_um and image.pixel_size_um else px,
    )


async def images(session: AsyncSession, principal: Principal, project_id: UUID, asked: Asked) -> ImagesOfObjects:
    """The images that hold the objects, those with most of them first. Raises ProjectNotFound, Invalid."""
    found = await view(session, principal, project_id, asked)
    held = await asyncio.to_thread(_holding, found, asked)
    chosen = np.bincount(found.image(), minlength=len(found.scene.images))
    whole = np.bincount(found.table.image, minlength=len(found.scene.images))
    every = found.scene.images
    first = held[np.argsort(-chosen[held], kind="stable")][:IMAGES_SHOWN]
    data = [_share(every[place], int(chosen[place]), int(whole[place])) for place in first.tolist()]
    return ImagesOfObjects(data=data, total=len(held), objects=len(found.rows))


async def holding(
    session: AsyncSession, principal: Principal, project_id: UUID, asked: Asked, permission: Permission = Permission.VIEW
) -> list[UUID]:
    """The ids of all images that hold the objects, or with `per` image of all images that are asked for. Raises what `view` does."""
    found = await view(session, principal, project_id, asked, permission=permission)
    held = await asyncio.to_thread(_holding, found, asked)
    return [found.scene.images[place].id for place in held.tolist()]


def _holding(found: View, asked: Asked) -> npt.NDArray[np.intp]:
    """Places of images: those with objects in view, or those with a plane in view, which may have none."""
    return np.unique((found if asked.per == "object" else points_of(found, asked, [])).image()).astype(np.intp)


def _share(image: ImageFacts, objects: int, of: int) -> ImageShare:
    return ImageShare(image_id=image.id, name=image.name, outlines_revision=image.outlines_revision, objects=objects, of=of)


def shown(measure: Measure) -> MeasureView:
    """A measure as doors show it."""
    return MeasureView(key=measure.key, name=measure.name, title=measure.title, unit=measure.unit)


def _note(left_out: int) -> str:
    return f"{left_out} further groups are not shown: at most {groups.MOST_GROUPS} fit." if left_out else ""


async def histogram(session: AsyncSession, principal: Principal, project_id: UUID, asked: HistogramAsked) -> Histogram:
    """How a measure is distributed, for each group. Raises ProjectNotFound, Invalid."""
    ranges = [range_of(words).name for words in asked.select]
    found = await points(session, principal, project_id, asked, asked.measure, *ranges)
    return await asyncio.to_thread(_histogram, found, asked)


def _histogram(found: View, asked: HistogramAsked) -> Histogram:
    measure = found.measure(asked.measure)
    values = found.values(measure)
    bins = figures.binned(values, asked.bins)
    grouping = groups.grouped(found, asked.by)
    selected = found.within(asked.select) if asked.select else None
    return Histogram(
        per=asked.per,
        measure=shown(measure),
        edges=bins.edges.tolist(),
        series=[Series(name=name, counts=bins.counts(mask)) for name, mask in zip(grouping.names, grouping.masks, strict=True)],
        selected=None if selected is None else bins.counts(selected),
        selected_count=0 if selected is None else int(np.count_nonzero(selected)),
        spread=figures.spread(values),
        note=_note(grouping.left_out),
    )


async def scatter(session: AsyncSession, principal: Principal, project_id: UUID, asked: ScatterAsked) -> Scatter:
    """Two measures against each other. Raises ProjectNotFound, Invalid."""
    found = await points(session, principal, project_id, asked, asked.x, asked.y)
    return await asyncio.to_thread(_scatter, found, asked)


def _scatter(found: View, asked: ScatterAsked) -> Scatter:
    x, y = found.measure(asked.x), found.measure(asked.y)
    across, up = found.values(x), found.values(y)
    both = np.flatnonzero(np.isfinite(across) & np.isfinite(up))
    ids = found.table.columns["id"][found.rows[both]]
    some = figures.sample(ids, asked.points)
    picked = both[some]
    held, image = np.unique(found.image()[picked], return_inverse=True)
    grouping = groups.grouped(found, asked.by)
    group = np.zeros(len(picked), np.int64)
    for place, mask in enumerate(grouping.masks):
        group[mask[picked]] = place
    points = Points(
        x=across[picked].tolist(),
        y=up[picked].tolist(),
        id=[UUID(bytes=one.tobytes()) for one in ids[some]],
        image=image.tolist(),
        group=group.tolist(),
    )
    sampled = len(both) > len(picked)
    note = f"{len(picked):,} of {len(both):,} {asked.per}s are drawn; the shading counts all of them." if sampled else ""
    return Scatter(
        per=asked.per,
        x=shown(x),
        y=shown(y),
        n=len(both),
        points=points,
        density=figures.density(across, up) if sampled else None,
        groups=grouping.names,
        image_ids=[found.scene.images[place].id for place in held.tolist()],
        pearson=figures.pearson(across, up),
        note=" ".join(part for part in (note, _note(grouping.left_out)) if part),
    )


async def grouped(session: AsyncSession, principal: Principal, project_id: UUID, asked: GroupsAsked) -> Groups:
    """A measure in each group: boxes, violins, replicates and a sample of cells. Raises ProjectNotFound, Invalid."""
    found = await points(session, principal, project_id, asked, asked.measure)
    return await asyncio.to_thread(_groups, found, asked)


def _groups(found: View, asked: GroupsAsked) -> Groups:
    measure = found.measure(asked.measure)
    values = found.values(measure)
    grouping = groups.grouped(found, asked.by)
    named = any(image.replicate for image, is_shown in zip(found.scene.images, found.in_view.tolist(), strict=True) if is_shown)
    return Groups(
        per=asked.per,
        measure=shown(measure),
        by=asked.by,
        groups=[groups.group(found, name, mask, values) for name, mask in zip(grouping.names, grouping.masks, strict=True)],
        unit_of_replicate="replicate" if named else "image",
        note=_note(grouping.left_out),
    )


async def courses(session: AsyncSession, principal: Principal, project_id: UUID, asked: CourseAsked) -> Courses:
    """A measure of each group over time, none where there is one moment only. Raises ProjectNotFound, Invalid."""
    found = await points(session, principal, project_id, asked, asked.measure)
    return await asyncio.to_thread(_courses, found, asked)


def _courses(found: View, asked: CourseAsked) -> Courses:
    known = groups.times(found)
    time = asked.time or next(iter(known), "name")
    measure = found.measure(asked.measure)
    if time not in known:
        return Courses(per=asked.per, measure=shown(measure), by=asked.by, time=time, groups=[], note=ONE_MOMENT)
    values = found.values(measure)
    grouping = groups.grouped(found, asked.by)
    drawn = [groups.course(found, name, mask, values, known[time]) for name, mask in zip(grouping.names, grouping.masks, strict=True)]
    return Courses(per=asked.per, measure=shown(measure), by=asked.by, time=time, groups=drawn, note=_note(grouping.left_out))


async def compared(session: AsyncSession, principal: Principal, project_id: UUID, asked: ComparisonAsked) -> ComparisonView:
    """Groups compared with a test that respects replicates. Raises ProjectNotFound, Invalid."""
    found = await points(session, principal, project_id, asked, asked.measure)
    return await asyncio.to_thread(comparison, found, asked, shown(found.measure(asked.measure)))
