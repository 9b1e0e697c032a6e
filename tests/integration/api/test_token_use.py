"""Where personal tokens are used and refused stands in the audit log, and never fills it."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from redis.exceptions import ConnectionError as RedisGone
from sqlalchemy import select, update
from sqlmodel import col

from cellhub_app.core import seldom
from cellhub_app.core.ids import now
from cellhub_app.core.reading import within
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.access import Principal
from cellhub_app.domain.accounts import presence
from cellhub_app.domain.flows import token_use
from cellhub_app.models.audit import Audit
from cellhub_app.models.session import Session
from cellhub_app.models.user import User, UserStatus
from tests.integration.api.conftest import NewClient, Person

AUTH = "/api/v1/auth"


@pytest.fixture
async def token(ada: Person) -> dict[str, Any]:
    made = await ada.http.post(f"{AUTH}/tokens", json={"name": "Fiji", "scopes": ["read"]})
    return made.raise_for_status().json()


def program(new_client: NewClient, token: dict[str, Any], name: str = "fiji/2.9") -> httpx.AsyncClient:
    """A program at an address of its own."""
    http = new_client()
    http.headers.update({"Authorization": f"Bearer {token['token']}", "User-Agent": name})
    return http


async def noted(runtime: Runtime) -> list[Audit]:
    """What the audit log has of tokens, oldest first."""
    acts = select(Audit).where(col(Audit.action).in_(["tokenUse", "tokenRefused"])).order_by(col(Audit.id))
    async with runtime.work() as session:
        return list((await session.execute(acts)).scalars())


async def test_the_first_use_from_each_address_is_noted_with_name_and_whence(
    new_client: NewClient, ada: Person, token: dict[str, Any], runtime: Runtime
) -> None:
    here, there = program(new_client, token), program(new_client, token, "python-httpx")
    for http in (here, here, there, here):
        assert (await http.get("/api/v1/projects")).status_code == 200
    first, second = await noted(runtime)
    assert (first.action, first.user_id, first.resource_type, first.resource_id) == ("tokenUse", ada.id, "session", UUID(token["id"]))
    assert (first.detail, first.user_agent, second.user_agent) == ({"name": "Fiji"}, "fiji/2.9", "python-httpx")
    assert len({first.ip, second.ip}) == 2
    assert token["token"] not in str([act.model_dump() for act in (first, second)])


async def test_hundreds_of_requests_at_once_are_one_line(new_client: NewClient, token: dict[str, Any], runtime: Runtime) -> None:
    http = program(new_client, token)
    answers = await asyncio.gather(*(http.get(f"{AUTH}/me") for _ in range(60)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(await noted(runtime)) == 1


async def test_a_use_in_the_next_hour_is_noted_again_by_one_process_only(
    new_client: NewClient, token: dict[str, Any], runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    http, started = program(new_client, token), seldom.time.time()
    for later_s in (0, 60 * 60, 60 * 60):
        monkeypatch.setattr(seldom.time, "time", lambda later_s=later_s: started + later_s)
        seldom._done.clear()  # as another process begins
        await http.get(f"{AUTH}/me")
    assert len(await noted(runtime)) == 2


@pytest.mark.parametrize("why", ["revoked", "expired", "account", "scope"])
async def test_a_refused_use_is_noted_once_with_the_reason(
    new_client: NewClient, ada: Person, token: dict[str, Any], runtime: Runtime, why: str
) -> None:
    http, row = program(new_client, token), col(Session.id) == UUID(token["id"])
    ends = {
        "revoked": update(Session).where(row).values(revoked_at=now()),
        "expired": update(Session).where(row).values(expires_at=now() - timedelta(seconds=1)),
        "account": update(User).where(col(User.id) == ada.id).values(status=UserStatus.SUSPENDED),
    }
    async with runtime.work() as session:
        if why in ends:
            await session.execute(ends[why])
    answers = [await http.post("/api/v1/projects", json={"name": "x"}) for _ in range(5)]
    never = await new_client().post("/api/v1/projects", json={"name": "x"}, headers={"Authorization": "Bearer cellhub_of-nobody"})
    assert {answer.status_code for answer in answers} == {403 if why == "scope" else 401}
    if why != "scope":
        assert [{**answer.json(), "requestId": ""} for answer in answers[:1]] == [{**never.json(), "requestId": ""}]
    [act] = await noted(runtime)
    assert (act.action, act.user_id, act.resource_id) == ("tokenRefused", ada.id, UUID(token["id"]))
    assert act.detail == {"name": "Fiji", "refused": why, "path": "POST /projects"}


async def test_a_thousand_addresses_of_one_line_are_one_address(ada: Person, token: dict[str, Any], runtime: Runtime) -> None:
    holder = await _holder(runtime, token)
    for last in range(20):
        await token_use.note(runtime, holder, f"2001:db8:0:7::{last:x}", "x")
    await token_use.note(runtime, holder, "2001:db8:0:8::1", "x")
    assert len(await noted(runtime)) == 2


async def test_what_could_not_be_written_is_written_by_the_next(
    token: dict[str, Any], runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = await _holder(runtime, token)
    with monkeypatch.context() as patch:
        patch.setattr(token_use.activity, "record", _fails)
        with pytest.raises(OSError, match="full"):
            await token_use.note(runtime, holder, "192.0.2.1", "x")
    await token_use.note(runtime, holder, "192.0.2.1", "x")
    assert len(await noted(runtime)) == 1


async def test_without_redis_each_process_notes_it_once(token: dict[str, Any], runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object, **__: object) -> None:
        raise RedisGone

    holder = await _holder(runtime, token)
    monkeypatch.setattr(runtime.redis, "set", away)
    for _ in range(3):
        await token_use.note(runtime, holder, "192.0.2.1", "x")
    assert len(await noted(runtime)) == 1


async def _fails(*_: object, **__: object) -> None:
    raise OSError("the disk is full")


async def _holder(runtime: Runtime, token: dict[str, Any]) -> Principal:
    async with runtime.work() as session:
        return (await presence.api_present(within(session), token["token"])).principal
