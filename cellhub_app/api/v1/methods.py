"""The methods paragraph of a project."""

from uuid import UUID

from fastapi import APIRouter

from cellhub_app.api.deps import Look, Signed
from cellhub_app.core.statistics.choosing import Test
from cellhub_app.core.statistics.groups import Unit
from cellhub_app.domain.flows.describe import describe
from cellhub_app.domain.methods.schemas import MethodsView

router = APIRouter(tags=["results"])


@router.get("/projects/{project_id}/methods", response_model=MethodsView)
async def show_methods(
    project_id: UUID, session: Look, principal: Signed, test: Test | None = None, unit: Unit = "replicate"
) -> MethodsView:
    """Models, weights, parameters, share of objects edited by hand, conditions, software, and the test if named: ready to paste."""
    return await describe(session, principal, project_id, test=test, unit=unit)
