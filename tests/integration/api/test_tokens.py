import httpx
import pytest
from sqlalchemy import update
from sqlmodel import col

from cellhub_app.core.runtime import Runtime
from cellhub_app.models.user import Role, User
from tests.integration.api.conftest import PASSWORD, NewPerson, Person

AUTH = "/api/v1/auth"


async def test_registering_answers_the_same_for_new_and_known_addresses(client: httpx.AsyncClient) -> None:
    body = {"email": "ada@example.org", "password": PASSWORD, "name": "Ada"}
    answers = [await client.post(f"{AUTH}/register", json=body) for _ in range(2)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(201, {"email": "ada@example.org", "status": "active"})] * 2


@pytest.mark.parametrize(("change", "code"), [({"email": "ada"}, "emailInvalid"), ({"password": "short"}, "passwordWeak")])
async def test_a_bad_registration_says_why(client: httpx.AsyncClient, change: dict[str, str], code: str) -> None:
    body = {"email": "ada@example.org", "password": PASSWORD, "name": "Ada"} | change
    answer = await client.post(f"{AUTH}/register", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_login_answers_as_the_contract_says(ada: Person) -> None:
    assert ada.tokens.keys() == {"accessToken", "refreshToken", "tokenType", "expiresIn"}
    assert (ada.tokens["tokenType"], ada.tokens["expiresIn"]) == ("bearer", 900)
    assert (await ada.http.get(f"{AUTH}/me")).json()["role"] == "user"


async def test_a_spent_refresh_token_ends_the_family_for_good(client: httpx.AsyncClient, ada: Person) -> None:
    spent = {"refreshToken": ada.tokens["refreshToken"]}
    fresh = (await client.post(f"{AUTH}/refresh", json=spent)).raise_for_status().json()
    reused = await client.post(f"{AUTH}/refresh", json=spent)
    assert (reused.status_code, reused.json()["code"]) == (401, "notSignedIn")
    later = await client.post(f"{AUTH}/refresh", json={"refreshToken": fresh["refreshToken"]})
    assert later.status_code == 401
    bearer = {"Authorization": f"Bearer {fresh['accessToken']}"}
    assert (await client.get(f"{AUTH}/me", headers=bearer)).status_code == 401


async def test_logout_ends_the_session_at_once(client: httpx.AsyncClient, ada: Person) -> None:
    assert (await ada.http.post(f"{AUTH}/logout")).status_code == 204
    assert (await ada.http.get(f"{AUTH}/me")).status_code == 401
    refreshed = await client.post(f"{AUTH}/refresh", json={"refreshToken": ada.tokens["refreshToken"]})
    assert refreshed.status_code == 401


@pytest.mark.parametrize("header", ["Bearer", "Bearer x.y.z", "Basic YTpi", "Bearer " + "a" * 5000])
async def test_a_bad_authorization_header_is_refused_even_beside_a_good_cookie(client: httpx.AsyncClient, ada: Person, header: str) -> None:
    await client.post(f"{AUTH}/session", json={"email": ada.email, "password": PASSWORD})
    answer = await client.get(f"{AUTH}/me", headers={"Authorization": header})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_too_many_sign_ins_from_one_address_wait(
    client: httpx.AsyncClient, ada: Person, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "settings", runtime.settings.model_copy(update={"sign_ins_per_minute": 3}))
    body = {"email": ada.email, "password": "wrong password"}
    answers = [await client.post(f"{AUTH}/login", json=body) for _ in range(8)]
    refused = answers[-1]
    assert (refused.status_code, refused.json()["code"]) == (429, "tooManyRequests")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    by_form = await client.post(f"{AUTH}/session", data=body)
    assert by_form.headers["location"] == "/sign-in?error=tooManyRequests"


async def test_one_person_who_asks_too_much_waits_and_another_does_not(
    person: NewPerson, ada: Person, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = await person("bob")
    monkeypatch.setattr(runtime, "settings", runtime.settings.model_copy(update={"requests_per_minute": 5}))
    answers = [await ada.http.get(f"{AUTH}/me") for _ in range(12)]
    assert answers[-1].status_code == 429
    assert (await bob.http.get(f"{AUTH}/me")).status_code == 200


async def test_signing_in_and_out_is_written_down_for_admins_only(client: httpx.AsyncClient, ada: Person, runtime: Runtime) -> None:
    await client.post(f"{AUTH}/login", json={"email": ada.email, "password": "wrong password"})
    assert (await ada.http.get("/api/v1/admin/activity")).status_code == 403
    async with runtime.work() as session:
        await session.execute(update(User).where(col(User.id) == ada.id).values(role=Role.ADMIN))
    page = (await ada.http.get("/api/v1/admin/activity")).json()
    assert [(act["action"], act["email"]) for act in page["data"]] == [
        ("signInRefused", None),
        ("signIn", ada.email),
        ("register", None),
    ]
    assert page["data"][0]["ip"].startswith("127.0.1.")
