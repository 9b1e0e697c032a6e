"""Conditions, plates and replicates of a project's images."""

from uuid import UUID

from fastapi import APIRouter, Response

from cellhub_app.api.deps import Look, Recorded, Signed, Work
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.conditions import service as conditions
from cellhub_app.domain.conditions.schemas import ConditionsChange, ConditionsChanged, ConditionsLook, ConditionsPreview, ConditionsView

router = APIRouter(prefix="/projects/{project_id}/conditions", tags=["results"])


@router.get("", response_model=ConditionsView)
async def show_conditions(project_id: UUID, session: Look, principal: Signed) -> ConditionsView:
    """Plates and their wells, conditions with their replicates, images without, and templates that fit the images' names."""
    return await conditions.overview(session, principal, project_id)


@router.get("/table.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
async def conditions_table(project_id: UUID, session: Look, principal: Signed) -> Response:
    """Every image with plate, well, condition and replicate, as the table that a change takes."""
    text = await conditions.as_csv(session, principal, project_id)
    return Response(text, media_type="text/csv", headers={"Content-Disposition": 'attachment; filename="conditions.csv"'})


@router.post("/preview", response_model=ConditionsPreview)
async def preview_conditions(project_id: UUID, change: ConditionsLook, session: Look, principal: Signed) -> ConditionsPreview:
    """What a template of file names (`{plate}_{well}_{field}`) or a CSV table would say of the images; nothing is changed."""
    return await conditions.preview(session, principal, project_id, change)


@router.put("", response_model=ConditionsChanged, response_model_exclude_none=True)
async def change_conditions(
    project_id: UUID, change: ConditionsChange, session: Work, principal: Signed, record: Recorded
) -> ConditionsChanged:
    """Place images by a template, a CSV table, painted wells or one by one; others stay as they are."""
    done = await conditions.change(session, principal, project_id, change)
    await record(Action.PROJECT_UPDATE, "project", project_id, changed=["conditions"], images=done.changed)
    return done


@router.delete("", response_model=ConditionsChanged, response_model_exclude_none=True)
async def clear_conditions(project_id: UUID, session: Work, principal: Signed, record: Recorded) -> ConditionsChanged:
    """Forget which image belongs where."""
    done = await conditions.clear(session, principal, project_id)
    await record(Action.PROJECT_UPDATE, "project", project_id, changed=["conditions"], images=done.changed)
    return done
