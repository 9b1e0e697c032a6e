"""Presence: who may see an image sees who else looks at it, within a moment, and nobody else is seen."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlalchemy import update

from cellhub_app.core.ids import new_id
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.access import Principal
from cellhub_app.domain.presence import repository, service
from cellhub_app.domain.presence.schemas import Attention, Here
from cellhub_app.domain.presence.service import ImageNotFound
from cellhub_app.domain.projects import service as projects
from cellhub_app.models.project import ProjectRole
from cellhub_app.models.user import User, UserStatus
from tests.fixtures import rows


@dataclass(frozen=True)
class Scene:
    """An image of ada's that vera may see too, and stan may not."""

    runtime: Runtime
    project_id: UUID
    image_id: UUID
    ada: Principal
    vera: Principal
    stan: Principal

    async def attend(self, who: Principal, object_id: UUID | None = None, *, is_editing: bool = False, tab: UUID | None = None) -> UUID:
        tab_id, attention = tab or uuid4(), Attention(object_id=object_id, is_editing=is_editing)
        async with self.runtime.work() as session:
            await service.attend(session, self.runtime.redis, who, self.image_id, tab_id, attention)
        return tab_id

    async def here(self, who: Principal | None = None) -> list[Here]:
        async with self.runtime.work() as session:
            return await service.here(session, self.runtime.redis, who or self.ada, self.image_id)

    async def names(self) -> list[str]:
        return [one.name for one in await self.here()]


@pytest_asyncio.fixture(loop_scope="session")
async def scene(runtime: Runtime) -> Scene:
    async with runtime.work() as session:
        ada, vera, stan = [await rows.person(session, name) for name in ("ada", "vera", "stan")]
        project_id = await rows.project(session, ada, v=(vera, ProjectRole.VIEWER))
        (image_id,) = await rows.images(session, project_id, ["a.tif"])
    return Scene(runtime, project_id, image_id, ada, vera, stan)


async def test_who_comes_is_seen_and_who_goes_is_not(scene: Scene) -> None:
    await scene.attend(scene.ada)
    tab = await scene.attend(scene.vera)
    assert await scene.names() == ["Ada", "Vera"]
    async with scene.runtime.work() as session:
        await service.leave(session, scene.runtime.redis, scene.vera, scene.image_id, tab)
    assert await scene.names() == ["Ada"]


async def test_of_several_tabs_the_one_that_edits_counts(scene: Scene) -> None:
    edited = new_id()
    await scene.attend(scene.vera, edited, is_editing=True)
    await scene.attend(scene.vera, new_id())
    assert [one.attention for one in await scene.here()] == [Attention(object_id=edited, is_editing=True)]


async def test_who_falls_silent_fades(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    await scene.attend(scene.vera)
    later = service.time.time() + repository.FADES_AFTER_S + 1
    monkeypatch.setattr(service.time, "time", lambda: later)
    assert await scene.names() == []
    await scene.attend(scene.ada)
    assert len(await repository.beats(scene.runtime.redis, scene.image_id)) == 1


async def test_strangers_see_nobody_and_are_not_seen(scene: Scene) -> None:
    await scene.attend(scene.vera)
    with pytest.raises(ImageNotFound):
        await scene.attend(scene.stan)
    with pytest.raises(ImageNotFound):
        await scene.here(scene.stan)
    assert await scene.names() == ["Vera"]


async def test_a_removed_member_vanishes_at_once(scene: Scene) -> None:
    await scene.attend(scene.vera)
    async with scene.runtime.work() as session:
        await projects.remove_member(session, scene.ada, scene.project_id, scene.vera.user_id)
    assert await scene.names() == []


async def test_a_suspended_person_vanishes_at_once(scene: Scene) -> None:
    await scene.attend(scene.vera)
    async with scene.runtime.work() as session:
        await session.execute(update(User).where(User.id == scene.vera.user_id).values(status=UserStatus.SUSPENDED))
    assert await scene.names() == []


async def test_nobody_speaks_for_a_tab_of_somebody_else(scene: Scene) -> None:
    tab = await scene.attend(scene.vera)
    async with scene.runtime.work() as session:
        await service.leave(session, scene.runtime.redis, scene.ada, scene.image_id, tab)
    assert await scene.names() == ["Vera"]
