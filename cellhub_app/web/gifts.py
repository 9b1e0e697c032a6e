"""Telling somebody, on whatever page they are, that a project was given to them."""

from dataclasses import dataclass
from uuid import UUID

from cellhub_app.core.errors import NotFound
from cellhub_app.core.events import Event, EventType
from cellhub_app.domain.projects import service as projects
from cellhub_app.web import routes
from cellhub_app.web.guard import Call
from cellhub_app.web.i18n import t
from cellhub_app.web.live import News


@dataclass(frozen=True)
class Gift:
    """What is said of a project that is somebody's from now on."""

    title: str
    detail: str
    link: tuple[str, str]


async def gifts(call: Call, news: News) -> list[Gift]:
    """The projects that were given to the caller just now."""
    found = []
    for event in news.events:
        if event.type is EventType.PROJECT_CHANGED and event.data.get("givenTo") == str(call.principal.user_id) and event.project_id:
            found.append(await _gift(call, event, event.project_id))
    return [gift for gift in found if gift is not None]


async def _gift(call: Call, event: Event, project_id: UUID) -> Gift | None:
    try:
        project = await projects.get(call.session, call.principal, project_id)
    except NotFound:
        return None
    people = await projects.members(call.session, call.principal, project_id)
    giver = next((member.name for member in people if str(member.user_id) == event.data.get("givenBy")), t("An admin"))
    return Gift(t("“{name}” is yours now", name=project.name), t("{giver} gave it to you.", giver=giver), _open(project_id))


def _open(project_id: UUID) -> tuple[str, str]:
    return routes.project(project_id), t("Open the project")
