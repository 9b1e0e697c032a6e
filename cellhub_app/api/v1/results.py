"""The objects of a whole project: a table, figures, and changes of all that were chosen."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from cellhub_app.api.deps import Look, Recorded, Signed, Work
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.flows import sweep as flow
from cellhub_app.domain.flows.holding import tag_images
from cellhub_app.domain.results import service as results
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
    ImagesOfObjects,
    Overview,
    ResultPage,
    RowsAsked,
    Scatter,
    ScatterAsked,
    Sweep,
    Swept,
    TagChange,
    Tagged,
)

router = APIRouter(prefix="/projects/{project_id}/results", tags=["results"])


@router.get("", response_model=Overview)
async def results_overview(project_id: UUID, query: Annotated[Asked, Query()], session: Look, principal: Signed) -> Overview:
    """How many objects match, which measures, classes, tags and conditions there are, and whether values are in pixels or micrometres."""
    return await results.overview(session, principal, project_id, query)


@router.get("/objects", response_model=ResultPage)
async def results_objects(project_id: UUID, query: Annotated[RowsAsked, Query()], session: Look, principal: Signed) -> ResultPage:
    """One page of the objects that match, in any order, by cursor or from a rank on."""
    return await results.page(session, principal, project_id, query)


@router.get("/images", response_model=ImagesOfObjects)
async def results_images(project_id: UUID, query: Annotated[Asked, Query()], session: Look, principal: Signed) -> ImagesOfObjects:
    """The images that hold the objects that match."""
    return await results.images(session, principal, project_id, query)


@router.get("/histogram", response_model=Histogram)
async def results_histogram(project_id: UUID, query: Annotated[HistogramAsked, Query()], session: Look, principal: Signed) -> Histogram:
    """The distribution of a measure, for each group, with what is selected counted apart."""
    return await results.histogram(session, principal, project_id, query)


@router.get("/scatter", response_model=Scatter)
async def results_scatter(project_id: UUID, query: Annotated[ScatterAsked, Query()], session: Look, principal: Signed) -> Scatter:
    """Two measures against each other: all objects, or always the same sample of them with the density of all."""
    return await results.scatter(session, principal, project_id, query)


@router.get("/groups", response_model=Groups)
async def results_groups(project_id: UUID, query: Annotated[GroupsAsked, Query()], session: Look, principal: Signed) -> Groups:
    """A measure by condition, tag, class or image: quartiles, densities, replicates, a sample of objects."""
    return await results.grouped(session, principal, project_id, query)


@router.get("/course", response_model=Courses)
async def results_course(project_id: UUID, query: Annotated[CourseAsked, Query()], session: Look, principal: Signed) -> Courses:
    """A measure over time: by plane, or by the time in the images' names."""
    return await results.courses(session, principal, project_id, query)


@router.get("/comparison", response_model=ComparisonView)
async def results_comparison(
    project_id: UUID, query: Annotated[ComparisonAsked, Query()], session: Look, principal: Signed
) -> ComparisonView:
    """Groups compared: test, effect size, confidence interval, and what a reader should know of it."""
    return await results.compared(session, principal, project_id, query)


@router.post("/changes", response_model=Swept)
async def change_results(project_id: UUID, change: Sweep, session: Work, principal: Signed, record: Recorded) -> Swept:
    """Delete every object that matches, or give it a class: one revision in each image, and one id that takes all of it back."""
    done = await flow.sweep(session, principal, project_id, change)
    told = {"what": change.what, "change": str(done.change_id), "images": done.images, "objects": done.objects}
    await record(Action.POLYGONS_EDIT, "project", project_id, **told)
    return done


@router.post("/changes/{change_id}/undo", response_model=Swept)
async def undo_change_of_results(project_id: UUID, change_id: UUID, session: Work, principal: Signed, record: Recorded) -> Swept:
    """Take a change of the caller's own back, where its objects are still as it left them."""
    done = await flow.take_back(session, principal, project_id, change_id)
    told = {"what": "undo", "change": str(done.change_id), "undoes": str(change_id), "images": done.images, "objects": done.objects}
    await record(Action.POLYGONS_EDIT, "project", project_id, **told)
    return done


@router.post("/tags", response_model=Tagged)
async def tag_images_of_results(project_id: UUID, change: TagChange, session: Work, principal: Signed, record: Recorded) -> Tagged:
    """Put a tag on every image that holds the objects that match, or take it off those that are named."""
    done = await tag_images(session, principal, project_id, change)
    await record(Action.IMAGE_UPDATE, "project", project_id, changed=["tags"], tag=done.tag, images=done.changed, removed=change.remove)
    return done
