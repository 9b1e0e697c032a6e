import httpx
import pytest

from tests.integration.api.conftest import PASSWORD, NewClient, Person

SESSION = "/api/v1/auth/session"
FORM = {"email": "ada@example.org", "password": PASSWORD}


def _cookie(answer: httpx.Response) -> str:
    return answer.headers["set-cookie"]


async def test_a_form_goes_on_to_where_it_wanted_with_a_cookie_that_scripts_cannot_read(client: httpx.AsyncClient, ada: Person) -> None:
    answer = await client.post(SESSION, data=FORM | {"next": "/projects/1?tab=exports"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/projects/1?tab=exports")
    cookie = _cookie(answer)
    assert cookie.startswith("cellhub_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert (await client.get("/api/v1/auth/me")).json()["email"] == ada.email


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", ""])
async def test_signing_in_never_leads_to_another_site(client: httpx.AsyncClient, ada: Person, wanted: str) -> None:
    answer = await client.post(SESSION, data=FORM | {"next": wanted})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_json_gets_no_content(client: httpx.AsyncClient, ada: Person) -> None:
    answer = await client.post(SESSION, json=FORM)
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await client.get("/api/v1/auth/me")).status_code == 200


async def test_a_form_that_fails_comes_back_with_the_reason_and_without_a_cookie(client: httpx.AsyncClient, ada: Person) -> None:
    answer = await client.post(SESSION, data=FORM | {"password": "wrong password", "next": "/projects/1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?error=signInRefused&next=%2Fprojects%2F1")
    assert "set-cookie" not in answer.headers
    incomplete = await client.post(SESSION, data={"email": "ada@example.org"})
    assert incomplete.headers["location"] == "/sign-in?error=invalid"


async def test_json_that_fails_gets_a_problem(client: httpx.AsyncClient, ada: Person) -> None:
    refused = await client.post(SESSION, json=FORM | {"password": "wrong password"})
    assert (refused.status_code, refused.json()["code"]) == (401, "signInRefused")
    incomplete = await client.post(SESSION, json={"email": "ada@example.org"})
    assert (incomplete.status_code, incomplete.json()["errors"][0]["field"]) == (422, "body.password")
    other = await client.post(SESSION, content=b"<x/>", headers={"Content-Type": "text/xml"})
    assert (other.status_code, other.json()["code"]) == (415, "wrongMediaType")


async def test_a_cookie_alone_may_read_but_not_change(client: httpx.AsyncClient, ada: Person) -> None:
    await client.post(SESSION, data=FORM)
    own = str(client.base_url)
    assert (await client.get("/api/v1/projects")).status_code == 200
    for headers, status in (({}, 403), ({"Origin": "https://evil.example"}, 403), ({"Origin": "null"}, 403), ({"Origin": own}, 201)):
        answer = await client.post("/api/v1/projects", json={"name": "P"}, headers=headers)
        assert answer.status_code == status, headers
    assert len((await client.get("/api/v1/projects")).json()["data"]) == 1


async def test_signing_out_works_in_every_tab_at_once_and_also_a_second_time(
    client: httpx.AsyncClient, new_client: NewClient, ada: Person
) -> None:
    await client.post(SESSION, data=FORM)
    tab = new_client()
    tab.cookies.set("cellhub_session", client.cookies["cellhub_session"])
    own = {"Origin": str(client.base_url)}
    answer = await client.delete(SESSION, headers=own)
    assert answer.status_code == 204
    assert "Max-Age=0" in _cookie(answer)
    assert (await tab.get("/api/v1/auth/me")).status_code == 401
    assert (await client.delete(SESSION, headers=own)).status_code == 204


async def test_a_plain_form_signs_out_too(client: httpx.AsyncClient, ada: Person) -> None:
    await client.post(SESSION, data=FORM)
    token = client.cookies["cellhub_session"]
    answer = await client.post(f"{SESSION}/end", data={"next": ""}, headers={"Origin": str(client.base_url)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    client.cookies.set("cellhub_session", token)
    assert (await client.get("/api/v1/auth/me")).status_code == 401


async def test_signing_out_needs_a_page_of_ours(client: httpx.AsyncClient, ada: Person) -> None:
    await client.post(SESSION, data=FORM)
    assert (await client.delete(SESSION)).status_code == 403
    assert (await client.post(f"{SESSION}/end", data={}, headers={"Origin": "https://evil.example"})).status_code == 403
    assert (await client.get("/api/v1/auth/me")).status_code == 200


async def test_signing_in_again_ends_the_session_before(client: httpx.AsyncClient, new_client: NewClient, ada: Person) -> None:
    await client.post(SESSION, data=FORM)
    other = new_client()
    other.cookies.set("cellhub_session", client.cookies["cellhub_session"])
    await client.post(SESSION, data=FORM)
    assert (await other.get("/api/v1/auth/me")).status_code == 401
    assert (await client.get("/api/v1/auth/me")).status_code == 200


async def test_a_form_registers_and_leads_to_the_sign_in_page(client: httpx.AsyncClient) -> None:
    new = FORM | {"name": "Ada", "next": "/projects/1"}
    first = await client.post("/api/v1/auth/register", data=new)
    again = await client.post("/api/v1/auth/register", data=new)
    assert (first.status_code, first.headers["location"]) == (303, "/sign-in?registered=active&next=%2Fprojects%2F1")
    assert again.headers["location"] == first.headers["location"]
    weak = await client.post("/api/v1/auth/register", data=new | {"password": "short"})
    assert weak.headers["location"] == "/register?error=passwordWeak&next=%2Fprojects%2F1"
