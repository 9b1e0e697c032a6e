"""Accounts over HTTP: links of letters, passwords, sessions, leaving; by script and by plain form."""

from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, update
from sqlmodel import col

from cellhub_app.core.ids import now
from cellhub_app.core.post import unsent_letters
from cellhub_app.core.runtime import Runtime
from cellhub_app.models.audit import Audit
from cellhub_app.models.session import Session
from cellhub_app.models.user import Role, User
from tests.fixtures import rows
from tests.integration.api.conftest import PASSWORD, NewClient, NewPerson, Person

AUTH = "/api/v1/auth"
OTHER = "staple of quiet rivers"


async def newest_link(runtime: Runtime, email: str, page: str) -> str:
    """The secret of the last link to a page that was written to an address."""
    await runtime.post.settle()
    found = [letter.link for letter in await unsent_letters(runtime.redis) if letter.to == email and f"/{page}#" in letter.link]
    return found[0].partition("#")[2]


async def make_admin(runtime: Runtime, person: Person) -> None:
    async with runtime.work() as session:
        await session.execute(update(User).where(col(User.id) == person.id).values(role=Role.ADMIN))


async def test_an_address_is_confirmed_by_the_link_that_was_sent_there(client: httpx.AsyncClient, ada: Person, runtime: Runtime) -> None:
    token = await newest_link(runtime, ada.email, "verify-email")
    assert (await client.post(f"{AUTH}/verify-email", json={"token": token})).status_code == 204
    assert (await ada.http.get(f"{AUTH}/me")).json()["emailVerified"]
    again = await client.post(f"{AUTH}/verify-email", json={"token": token})
    assert (again.status_code, again.json()["code"]) == (422, "linkSpent")
    by_form = await client.post(f"{AUTH}/verify-email", data={"token": token})
    assert by_form.headers["location"] == "/verify-email?error=linkSpent"


async def test_asking_for_a_reset_answers_everybody_alike(client: httpx.AsyncClient, ada: Person, runtime: Runtime) -> None:
    answers = [await client.post(f"{AUTH}/request-password-reset", json={"email": email}) for email in (ada.email, "x@y.org", "nonsense")]
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, b"")}
    token = await newest_link(runtime, ada.email, "reset-password")
    weak = await client.post(f"{AUTH}/reset-password", data={"token": token, "password": "1234567890"})
    assert weak.headers["location"] == f"/reset-password?error=passwordWeak#{token}"
    done = await client.post(f"{AUTH}/reset-password", data={"token": token, "password": OTHER})
    assert done.headers["location"] == "/sign-in?reset=1"
    assert (await ada.http.get(f"{AUTH}/me")).status_code == 401
    assert (await client.post(f"{AUTH}/login", json={"email": ada.email, "password": OTHER})).status_code == 200


async def test_guessing_a_password_waits_longer_and_longer_known_or_not(client: httpx.AsyncClient, ada: Person) -> None:
    for email in (ada.email, "nobody@example.org"):
        codes = [(await client.post(f"{AUTH}/login", json={"email": email, "password": "wrong password"})).status_code for _ in range(7)]
        assert codes == [401] * 6 + [429]
    right = await client.post(f"{AUTH}/login", json={"email": ada.email, "password": PASSWORD})
    assert (right.status_code, right.json()["code"]) == (429, "tooManyRequests")
    assert 1 <= int(right.headers["retry-after"]) <= 2


async def test_a_new_password_ends_the_other_sessions_and_needs_the_old_one(client: httpx.AsyncClient, ada: Person) -> None:
    other = (await client.post(f"{AUTH}/login", json={"email": ada.email, "password": PASSWORD})).json()
    wrong = await ada.http.post(f"{AUTH}/me/password", json={"password": "wrong password", "newPassword": OTHER})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "passwordWrong")
    done = await ada.http.post(f"{AUTH}/me/password", json={"password": PASSWORD, "newPassword": OTHER})
    assert done.status_code == 204
    assert (await ada.http.get(f"{AUTH}/me")).status_code == 200
    bearer = {"Authorization": f"Bearer {other['accessToken']}"}
    assert (await client.get(f"{AUTH}/me", headers=bearer)).status_code == 401


async def test_sessions_are_listed_by_device_and_ended_one_by_one(new_client: NewClient, ada: Person, person: NewPerson) -> None:
    chrome = new_client()
    agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
    await chrome.post(f"{AUTH}/session", json={"email": ada.email, "password": PASSWORD}, headers={"User-Agent": agent})
    listed = (await ada.http.get(f"{AUTH}/sessions")).json()
    assert [(place["kind"], place["isCurrent"]) for place in listed] == [("api", True), ("browser", False)]
    assert listed[1]["device"] == "Chrome on Linux"
    eve = await person("eve")
    assert (await eve.http.delete(f"{AUTH}/sessions/{listed[1]['id']}")).status_code == 404
    assert (await chrome.get(f"{AUTH}/me")).status_code == 200
    assert (await ada.http.delete(f"{AUTH}/sessions/{listed[1]['id']}")).status_code == 204
    assert (await chrome.get(f"{AUTH}/me")).status_code == 401
    await chrome.post(f"{AUTH}/session", json={"email": ada.email, "password": PASSWORD})
    assert (await ada.http.delete(f"{AUTH}/sessions")).status_code == 204
    assert len((await ada.http.get(f"{AUTH}/sessions")).json()) == 1


async def test_a_copy_of_ones_data_holds_the_account_and_what_one_did(ada: Person, bob: Person) -> None:
    await ada.project("Mine")
    await bob.project("Not mine")
    answer = await ada.http.get(f"{AUTH}/me/data")
    copy = answer.json()
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert copy["account"]["email"] == ada.email
    assert [project["project"] for project in copy["projects"]] == ["Mine"]
    assert {act["action"] for act in copy["activity"]} == {"signIn", "projectCreate"}
    assert "passwordHash" not in answer.text


async def test_closing_an_account_takes_its_own_projects_but_never_leaves_a_shared_one_without_owner(
    client: httpx.AsyncClient, ada: Person, bob: Person
) -> None:
    own, shared = await ada.project("Own"), await ada.project("Shared")
    await ada.share(shared, bob, "editor")
    wrong = await ada.http.post(f"{AUTH}/me/close", json={"password": "wrong password"})
    assert wrong.json()["code"] == "passwordWrong"
    refused = await ada.http.post(f"{AUTH}/me/close", json={"password": PASSWORD})
    assert (refused.status_code, refused.json()["code"]) == (409, "ownerNeeded")
    assert "“Shared”" in refused.json()["detail"]
    await ada.http.patch(f"/api/v1/projects/{shared}/members/{bob.id}", json={"role": "owner"})
    assert (await ada.http.post(f"{AUTH}/me/close", json={"password": PASSWORD})).status_code == 204
    assert (await ada.http.get(f"{AUTH}/me")).status_code == 401
    assert (await client.post(f"{AUTH}/login", json={"email": ada.email, "password": PASSWORD})).status_code == 401
    assert [member["email"] for member in (await bob.http.get(f"/api/v1/projects/{shared}/members")).json()] == [bob.email]
    assert (await bob.http.get(f"/api/v1/projects/{own}")).status_code == 404


async def test_an_admin_suspends_somebody_who_is_out_at_once_and_whose_work_stops(ada: Person, bob: Person, runtime: Runtime) -> None:
    await make_admin(runtime, ada)
    project = await bob.project()
    async with runtime.work() as session:
        await rows.images(session, UUID(project), ["a.png"])
    batch = (await bob.http.post(f"/api/v1/projects/{project}/segmentations", json={"imageIds": "all", "model": "classical"})).json()
    changed = await ada.http.patch(f"/api/v1/admin/users/{bob.id}", json={"status": "suspended"})
    assert changed.json()["status"] == "suspended"
    assert (await bob.http.get(f"{AUTH}/me")).status_code == 401
    found = (await ada.http.get(f"/api/v1/batches/{batch['id']}")).json()
    assert found["status"] == "cancelled"
    await ada.http.patch(f"/api/v1/admin/users/{bob.id}", json={"status": "active"})
    assert (await bob.http.post(f"{AUTH}/login", json={"email": bob.email, "password": PASSWORD})).status_code == 200


async def test_the_last_admin_stays_admin(ada: Person, runtime: Runtime) -> None:
    await make_admin(runtime, ada)
    for body in ({"role": "user"}, {"status": "suspended"}):
        refused = await ada.http.patch(f"/api/v1/admin/users/{ada.id}", json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "adminNeeded")
    closed = await ada.http.post(f"{AUTH}/me/close", json={"password": PASSWORD})
    assert closed.json()["code"] == "adminNeeded"


@pytest.mark.parametrize("body", [{"status": "pending"}, {"role": "root"}])
async def test_an_admin_cannot_give_what_there_is_not(ada: Person, runtime: Runtime, body: dict[str, str]) -> None:
    await make_admin(runtime, ada)
    assert (await ada.http.patch(f"/api/v1/admin/users/{ada.id}", json=body)).status_code == 422


async def test_letters_that_did_not_leave_are_shown_to_admins_only(ada: Person, runtime: Runtime) -> None:
    await runtime.post.settle()
    assert (await ada.http.get("/api/v1/admin/letters")).status_code == 403
    await make_admin(runtime, ada)
    [letter] = (await ada.http.get("/api/v1/admin/letters")).json()
    assert (letter["to"], letter["subject"]) == (ada.email, "Confirm your CellHub account")


async def test_what_was_done_to_accounts_is_written_down_without_secrets(ada: Person, runtime: Runtime) -> None:
    await ada.http.post(f"{AUTH}/me/password", json={"password": PASSWORD, "newPassword": OTHER})
    await ada.http.post(f"{AUTH}/me/email", json={"email": "countess@example.org", "password": OTHER})
    async with runtime.work() as session:
        acts = (await session.execute(select(Audit))).scalars().all()
    assert {act.action for act in acts} >= {"passwordChange", "emailChange", "signIn"}
    assert not any(word in act.model_dump_json() for act in acts for word in (PASSWORD, OTHER))


async def test_a_personal_token_works_until_it_is_ended(client: httpx.AsyncClient, ada: Person, bob: Person) -> None:
    made = (await ada.http.post(f"{AUTH}/tokens", json={"name": " Fiji ", "scopes": ["read"], "days": 7})).json()
    bearer = {"Authorization": f"Bearer {made['token']}"}
    assert made["token"].startswith("cellhub_")
    assert (await client.get(f"{AUTH}/me", headers=bearer)).json()["email"] == ada.email
    [listed] = (await ada.http.get(f"{AUTH}/tokens")).json()
    assert (listed["name"], listed["scopes"], "token" in listed) == ("Fiji", ["read"], False)
    assert len((await ada.http.get(f"{AUTH}/sessions")).json()) == 1
    await ada.http.delete(f"{AUTH}/sessions")
    assert (await client.get(f"{AUTH}/me", headers=bearer)).status_code == 200
    assert (await bob.http.delete(f"{AUTH}/tokens/{made['id']}")).status_code == 404
    assert (await ada.http.delete(f"{AUTH}/tokens/{made['id']}")).status_code == 204
    assert (await client.get(f"{AUTH}/me", headers=bearer)).status_code == 401


@pytest.mark.parametrize("change", [{"scopes": []}, {"scopes": ["root"]}, {"days": 0}, {"days": 999}, {"name": " "}])
async def test_a_token_has_a_name_scopes_and_an_end(ada: Person, change: dict[str, object]) -> None:
    assert (await ada.http.post(f"{AUTH}/tokens", json={"name": "x", "scopes": ["read"]} | change)).status_code == 422


async def test_a_token_ends_by_itself_and_with_a_reset_password(client: httpx.AsyncClient, ada: Person, runtime: Runtime) -> None:
    tokens = [(await ada.http.post(f"{AUTH}/tokens", json={"name": "x", "scopes": ["read"]})).json() for _ in range(2)]
    async with runtime.work() as session:
        old = update(Session).where(col(Session.id) == UUID(tokens[0]["id"]))
        await session.execute(old.values(expires_at=now() - timedelta(seconds=1)))
    answers = [await client.get(f"{AUTH}/me", headers={"Authorization": f"Bearer {made['token']}"}) for made in tokens]
    assert [answer.status_code for answer in answers] == [401, 200]
    await client.post(f"{AUTH}/request-password-reset", json={"email": ada.email})
    secret = await newest_link(runtime, ada.email, "reset-password")
    await client.post(f"{AUTH}/reset-password", json={"token": secret, "password": OTHER})
    assert (await client.get(f"{AUTH}/me", headers={"Authorization": f"Bearer {tokens[1]['token']}"})).status_code == 401


async def test_only_admins_have_tokens_for_administration(ada: Person) -> None:
    refused = await ada.http.post(f"{AUTH}/tokens", json={"name": "x", "scopes": ["admin"]})
    assert (refused.status_code, refused.json()["code"]) == (403, "notAllowed")
