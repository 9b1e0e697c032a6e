"""What somebody without an account can do with a share link, over HTTP."""

from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from cellhub_app.core.ids import now
from cellhub_app.core.runtime import Runtime
from cellhub_app.models.audit import Audit
from cellhub_app.models.image import storage_key
from tests.fixtures import rows
from tests.integration.api.conftest import NewClient, Person

API = "/api/v1"
PASSWORD = "blue plates only"


@pytest.fixture
async def project_id(ada: Person, runtime: Runtime) -> str:
    """A project with one picture that was read."""
    project_id = await ada.project("Unheard-of")
    async with runtime.work() as session:
        [image_id] = await rows.images(session, UUID(project_id), ["a.png"])
    await runtime.storage.put(storage_key(image_id, "thumbnail.webp"), b"webp")
    return project_id


async def share(ada: Person, project_id: str, **values: object) -> dict[str, str]:
    body = {"expiresAt": (now() + timedelta(days=7)).isoformat(), **values}
    return (await ada.http.post(f"{API}/projects/{project_id}/share-links", json=body)).raise_for_status().json()


def token_of(link: dict[str, str]) -> str:
    return link["url"].partition("#")[2]


async def enter(http: httpx.AsyncClient, link: dict[str, str], **values: object) -> str:
    """Open the link; below which address it is looked at."""
    answer = (await http.post(f"{API}/shared", json={"token": token_of(link), **values})).raise_for_status()
    return f"{API}/shared/{answer.json()['linkId']}"


async def test_a_link_shows_the_project_and_no_person(ada: Person, project_id: str, new_client: NewClient) -> None:
    link, http = await share(ada, project_id), new_client()
    shared = await enter(http, link)
    answer = await http.get(shared)
    assert (answer.json()["id"], answer.json()["name"]) == (project_id, "Unheard-of")
    page = await http.get(f"{shared}/projects/{project_id}/images")
    [image] = page.json()["data"]
    thumbnail = await http.get(f"{shared}/images/{image['id']}/thumbnail")
    assert thumbnail.content == b"webp"
    assert thumbnail.headers["cache-control"] == "private, no-cache"
    parts = [(await http.get(f"{shared}/images/{image['id']}{part}")) for part in ("", "/polygons", "/measurements")]
    assert [part.status_code for part in parts] == [200] * 3
    told = "".join(part.text for part in (answer, page, *parts)).lower()
    assert not [word for word in ("ada", "example.org", str(ada.id)) if word in told]


async def test_the_cookie_is_closed_to_scripts_and_goes_only_where_visitors_may(
    ada: Person, project_id: str, new_client: NewClient
) -> None:
    link = await share(ada, project_id)
    answer = await new_client().post(f"{API}/shared", json={"token": token_of(link)})
    cookies = answer.headers.get_list("set-cookie")
    assert {cookie.partition("Path=")[2].partition(";")[0] for cookie in cookies} == {f"{API}/shared/{link['id']}", "/_event"}
    assert all("HttpOnly" in cookie and "SameSite=lax" in cookie for cookie in cookies)
    assert token_of(link) not in answer.text + str(cookies)


async def test_nothing_of_another_project_and_nothing_of_the_trash_is_there(
    ada: Person, project_id: str, new_client: NewClient, runtime: Runtime
) -> None:
    http = new_client()
    shared = await enter(http, await share(ada, project_id))
    other = await ada.project("Other")
    async with runtime.work() as session:
        [hidden] = await rows.images(session, UUID(other), ["b.png"], revision=1)
        [gone] = await rows.images(session, UUID(project_id), ["c.png"], revision=1, deleted_at=now())
    parts = ("", "/thumbnail", "/display", "/overlay", "/polygons", "/measurements")
    met = {(await http.get(f"{shared}/images/{image_id}{part}")).status_code for image_id in (hidden, gone, uuid4()) for part in parts}
    assert met == {404}
    assert (await http.get(f"{shared}/projects/{other}/images")).status_code == 404
    assert (await http.get(f"{shared}/projects/{project_id}/images", params={"trashed": True})).status_code == 403
    assert (await http.get(f"{API}/projects/{project_id}/images")).status_code == 401


async def test_a_revoked_link_is_out_at_the_next_request(ada: Person, project_id: str, new_client: NewClient) -> None:
    link, http = await share(ada, project_id), new_client()
    shared = await enter(http, link)
    assert (await ada.http.delete(f"{API}/projects/{project_id}/share-links/{link['id']}")).status_code == 204
    answers = [await http.get(shared), await http.get(f"{API}/shared/{uuid4()}"), await new_client().get(shared)]
    assert {(answer.status_code, answer.json()["code"], answer.json()["detail"]) for answer in answers} == {
        (401, "shareLinkClosed", "This link is not open")
    }
    assert (await http.post(f"{API}/shared", json={"token": token_of(link)})).status_code == 401
    assert (await ada.http.get(f"{API}/projects/{project_id}/share-links")).json() == []


async def test_a_form_is_led_on_or_back_and_never_to_another_site(ada: Person, project_id: str, new_client: NewClient) -> None:
    link, http, image = await share(ada, project_id, password=PASSWORD), new_client(), uuid4()

    async def send(**fields: str) -> str:
        answer = await http.post(f"{API}/shared", data={"token": token_of(link), **fields})
        assert answer.status_code == 303
        return answer.headers["location"]

    assert await send() == f"/s?error=sharePasswordNeeded#{token_of(link)}"
    assert (await send(password="wrong")).startswith("/s?error=shareRefused#")
    assert await send(password=PASSWORD, image="") == f"/s/{link['id']}"
    assert await send(password=PASSWORD, image=str(image)) == f"/s/{link['id']}/images/{image}"
    assert (await send(password=PASSWORD, image="//evil.example/x")).startswith("/s?error=invalid")
    foreign = await http.post(f"{API}/shared", data={"token": token_of(link)}, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403


async def test_making_first_opening_and_revoking_are_in_the_audit_log(
    ada: Person, project_id: str, new_client: NewClient, runtime: Runtime
) -> None:
    link = await share(ada, project_id)
    for _ in range(2):
        await enter(new_client(), link)
    await ada.http.delete(f"{API}/projects/{project_id}/share-links/{link['id']}")
    async with runtime.work() as session:
        acts = (await session.execute(select(Audit).where(Audit.action.startswith("share")).order_by(Audit.id))).scalars().all()  # type: ignore[attr-defined]
    assert [(act.action, act.user_id) for act in acts] == [("shareCreate", ada.id), ("shareOpen", None), ("shareRevoke", ada.id)]
    assert {act.detail["linkId"] for act in acts} == {link["id"]}
    assert token_of(link) not in "".join(str(act.detail) for act in acts)
