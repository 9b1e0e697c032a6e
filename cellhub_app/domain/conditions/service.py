"""What can be done with conditions: read the experiment, look at what a change would do, and change it."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import Invalid
from cellhub_app.core.events import Event, EventType
from cellhub_app.core.naming import names_in_order
from cellhub_app.core.runtime import emit
from cellhub_app.domain.access import Permission, Principal, require
from cellhub_app.domain.conditions import repository, table
from cellhub_app.domain.conditions.patterns import Place, guesses, place_of
from cellhub_app.domain.conditions.schemas import (
    MOST_IMAGES_NAMED,
    ConditionsChange,
    ConditionsChanged,
    ConditionsLook,
    ConditionsPreview,
    ConditionsView,
    ConditionView,
    Guess,
    NamedPlace,
    Painted,
    Placed,
    PlateView,
    WellView,
)
from cellhub_app.domain.conditions.wells import Well, label_of, layout_for, well_named
from cellhub_app.models.condition import well_name

TEMPLATE_TIME_S = 10.0
ROWS_SHOWN, NAMES_SHOWN, LOOKED_AT = 100, 20, 200


async def overview(session: AsyncSession, principal: Principal, project_id: UUID) -> ConditionsView:
    """Plates, conditions and what is still without. Raises ProjectNotFound."""
    await require(session, principal, project_id, Permission.VIEW)
    total, with_condition, with_well = await repository.counts(session, project_id)
    some = [name for _, name in await repository.names(session, project_id, LOOKED_AT)]
    return ConditionsView(
        images=total,
        without_condition=total - with_condition,
        without_well=total - with_well,
        plates=_plates(await repository.wells(session, project_id)),
        conditions=await _conditions(session, project_id),
        guesses=[Guess(origin=origin, template=template, fits=fits) for origin, template, fits in guesses(some)],
    )


async def replicates(session: AsyncSession, principal: Principal, project_id: UUID) -> list[ConditionView]:
    """The conditions with their images and replicates, controls first. Raises ProjectNotFound."""
    await require(session, principal, project_id, Permission.VIEW)
    return await _conditions(session, project_id)


async def _conditions(session: AsyncSession, project_id: UUID) -> list[ConditionView]:
    known = {name: (images, units) for name, images, units in await repository.conditions(session, project_id)}
    return [ConditionView(condition=name, images=known[name][0], replicates=known[name][1]) for name in names_in_order(known)]


async def as_csv(session: AsyncSession, principal: Principal, project_id: UUID) -> str:
    """Every image with its place, as the table that `change` takes. Raises ProjectNotFound."""
    await require(session, principal, project_id, Permission.VIEW)
    found = await repository.rows(session, project_id)
    return table.written(
        (name, plate or "", table.cell_of(row, column), what or "", who or "") for name, plate, row, column, what, who in found
    )


async def preview(session: AsyncSession, principal: Principal, project_id: UUID, change: ConditionsLook) -> ConditionsPreview:
    """What a template or a table would do. Raises ProjectNotFound, NotAllowed, Invalid for what can't be read."""
    await require(session, principal, project_id, Permission.EDIT)
    images = [(image_id, name) for image_id, name in await repository.names(session, project_id)]
    places, unknown, problems = await asyncio.to_thread(_read, change, images)
    unplaced = [(image_id, name) for image_id, name in images if image_id not in places]
    listed = unplaced if change.unplaced else [(image_id, name) for image_id, name in images if image_id in places]
    wells = {place.well for place in places.values() if place.well}
    return ConditionsPreview(
        images=len(images),
        placed=len(places),
        rows=[_named(image_id, name, places.get(image_id, Place())) for image_id, name in listed[change.at : change.at + ROWS_SHOWN]],
        unplaced=[name for _, name in unplaced[:NAMES_SHOWN]],
        unknown=unknown[:NAMES_SHOWN],
        unknown_count=len(unknown),
        problems=problems[: table.PROBLEMS_TOLD],
        problem_count=len(problems),
        layout=layout_for(wells),
    )


async def change(session: AsyncSession, principal: Principal, project_id: UUID, wanted: ConditionsChange) -> ConditionsChanged:
    """Place images; those that the change says nothing about stay as they are. Raises ProjectNotFound, NotAllowed, Invalid."""
    await require(session, principal, project_id, Permission.EDIT)
    before: list[Placed] | None = None
    if wanted.wells is not None:
        painted = [(each.plate, *_well(each.well)) for each in wanted.wells]
        before = await _before(session, await repository.in_wells(session, project_id, painted)) if wanted.with_before else None
        changed = await _paint(session, project_id, wanted.wells)
    else:
        images = [(image_id, name) for image_id, name in await repository.names(session, project_id)]
        places, _, _ = await asyncio.to_thread(_read, wanted, images)
        before = await _before(session, [*places]) if wanted.with_before else None
        await repository.put(session, [_row(project_id, image_id, place) for image_id, place in places.items()])
        changed = len(places)
    _tell(session, project_id)
    return ConditionsChanged(changed=changed, before=before)


async def _before(session: AsyncSession, ids: Sequence[UUID]) -> list[Placed] | None:
    """Where these images are, as a change that brings them back there takes it; None where they are more than one change may name."""
    if len(ids) > MOST_IMAGES_NAMED:
        return None
    known = {row[0]: row[1:] for row in await repository.places(session, ids)}
    return [_placed(image_id, *known.get(image_id, ("", None, None, "", ""))) for image_id in ids]


def _placed(image_id: UUID, plate: str, row: int | None, column: int | None, condition: str, replicate: str) -> Placed:
    return Placed(image_id=image_id, plate=plate, well=table.cell_of(row, column), condition=condition, replicate=replicate)


async def clear(session: AsyncSession, principal: Principal, project_id: UUID) -> ConditionsChanged:
    """Forget which image belongs where. Raises ProjectNotFound, NotAllowed."""
    await require(session, principal, project_id, Permission.EDIT)
    gone = await repository.clear(session, project_id)
    _tell(session, project_id)
    return ConditionsChanged(changed=gone)


def _tell(session: AsyncSession, project_id: UUID) -> None:
    emit(session, Event(EventType.PROJECT_CHANGED, project_id, data={"conditions": True}))


async def _paint(session: AsyncSession, project_id: UUID, painted: Sequence[Painted]) -> int:
    by_condition: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for each in painted:
        by_condition[each.condition].append((each.plate, *_well(each.well)))
    return sum([await repository.paint(session, project_id, condition, places) for condition, places in by_condition.items()])


def _read(change: ConditionsChange, images: Sequence[tuple[UUID, str]]) -> tuple[dict[UUID, Place], list[str], list[str]]:
    """The places of images, names that no image has, and what was wrong."""
    corrected = _of_images(change.images or [], {image_id for image_id, _ in images})
    if change.template is not None:
        return _of_template(change.template, images) | corrected, [], []
    if change.csv is not None:
        read = table.read(change.csv)
        known = {name for _, name in images}
        places = {image_id: read.places[name] for image_id, name in images if name in read.places}
        return places | corrected, [name for name in read.places if name not in known], list(read.problems)
    if change.images is not None:
        return corrected, [], []
    raise Invalid("A preview is of a template, a table or images; painted wells change nothing else.")


def _of_template(template: str, images: Sequence[tuple[UUID, str]]) -> dict[UUID, Place]:
    """One name takes little; a hundred thousand that almost fit three open parts would keep a core for an hour."""
    until = time.monotonic() + TEMPLATE_TIME_S
    places = {}
    for image_id, name in images:
        if place := place_of(name, template):
            places[image_id] = place
        if time.monotonic() > until:
            raise Invalid(
                "These names take too long to read by this template; write more of what stands between its parts, or send a table."
            )
    return places


def _of_images(placed: Sequence[Placed], known: set[UUID]) -> dict[UUID, Place]:
    """Images of other projects are not known here, and stay what they are."""
    places = {}
    for each in placed:
        well = _well(each.well) if each.well else None
        if each.image_id in known:
            places[each.image_id] = Place(each.plate, well, each.condition, each.replicate or label_of(each.plate, well))
    return places


def _well(name: str) -> Well:
    if (well := well_named(name)) is None:
        raise Invalid(f"“{name}” is no well; wells are named A01 to P24.")
    return well


def _row(project_id: UUID, image_id: UUID, place: Place) -> dict[str, object]:
    row, column = place.well or (None, None)
    where: Mapping[str, object] = {"plate": place.plate, "well_row": row, "well_column": column}
    return {"image_id": image_id, "project_id": project_id, **where, "condition": place.condition, "replicate": place.replicate}


def _named(image_id: UUID, name: str, place: Place) -> NamedPlace:
    well = well_name(*place.well) if place.well else ""
    return NamedPlace(image_id=image_id, name=name, plate=place.plate, well=well, condition=place.condition, replicate=place.replicate)


def _plates(rows: Sequence[tuple[str, int, int, str, int]]) -> list[PlateView]:
    plates: dict[str, dict[Well, list[tuple[str, int]]]] = defaultdict(lambda: defaultdict(list))
    for plate, row, column, condition, images in rows:
        plates[plate][row, column].append((condition, images))
    return [
        PlateView(
            plate=plate,
            layout=layout_for({*wells}),
            wells=[
                WellView(well=well_name(*well), conditions=[name for name, _ in has if name], images=sum(images for _, images in has))
                for well, has in wells.items()
            ],
        )
        for plate, wells in plates.items()
    ]
