"""Choosing images by the objects that they hold: what the results show, as a filter of images."""

from urllib.parse import parse_qs
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import Invalid
from cellhub_app.core.runtime import get_runtime
from cellhub_app.domain.access import Permission, Principal, Viewer
from cellhub_app.domain.images import tagging
from cellhub_app.domain.images.schemas import ImageFilters
from cellhub_app.domain.results import service as results
from cellhub_app.domain.results.image_measures import title_of
from cellhub_app.domain.results.schemas import Asked, TagChange, Tagged
from cellhub_app.domain.results.view import range_of

_ONE = ("border", "unit", "per")


def asked_of(holding: str) -> Asked:
    """`where=area_px2:100..500&condition=control` as what is asked of objects. Raises Invalid."""
    named = parse_qs(holding, keep_blank_values=True)
    try:
        return Asked.model_validate({name: values[0] if name in _ONE else values for name, values in named.items()})
    except ValidationError as error:
        raise Invalid("This address asks for objects in a way that nothing understands; select them in the results again.") from error


async def resolved(session: AsyncSession, principal: Principal, project_id: UUID, filters: ImageFilters) -> ImageFilters:
    """The filters with the images that hold what they ask for. Raises ProjectNotFound, Invalid, ResultsTooMany."""
    if not filters.holding:
        return filters
    return filters.held_by(await results.holding(session, principal, project_id, asked_of(filters.holding)))


async def looked_up(principal: Viewer, project_id: UUID, filters: ImageFilters) -> ImageFilters:
    """The same for doors that have no session. Visitors have no results to choose by. Raises what `resolved` does."""
    if not filters.holding or not isinstance(principal, Principal):
        return filters
    async with get_runtime().work() as session:
        return await resolved(session, principal, project_id, filters)


async def tag_images(session: AsyncSession, principal: Principal, project_id: UUID, change: TagChange) -> Tagged:
    """Put a tag on the images that hold the objects, or take it off; which images are different now. Raises Invalid, NotAllowed,
    SelectionEmpty, ProjectNotFound."""
    ids = change.image_ids
    if ids is None:
        ids = await results.holding(session, principal, project_id, change.objects, Permission.EDIT)
    changed = await tagging.change(session, principal, project_id, ids, change.tag, off=change.remove)
    return Tagged(tag=tagging.clean(change.tag), changed=len(changed), image_ids=changed)


def words_of(asked: Asked) -> str:
    """What is asked of objects, for people: `Area 100 to 500 px², control`."""
    parts = [_range_words(words) for words in asked.where]
    parts += [name or "no condition" for name in asked.condition]
    parts += [f"tag {tag}" for tag in asked.tag] + [f"class {number}" for number in asked.class_id]
    if asked.border:
        parts.append("on the border" if asked.border == "touching" else "not on the border")
    return ", ".join(parts)


def _range_words(words: str) -> str:
    name, low, high = range_of(words)
    title, unit = title_of(name)
    ends = [f"from {low:.4g}" if high == float("inf") else f"up to {high:.4g}" if low == -float("inf") else f"{low:.4g} to {high:.4g}"]
    return " ".join(filter(None, [title, *ends, unit]))
