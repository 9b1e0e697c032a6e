"""The second factor: asked for once it is on, each code good once, recovery codes for a lost phone."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pyotp
import pytest

from cellhub_app.domain.accounts import codes
from tests.integration.api.conftest import PASSWORD, NewClient, Person

AUTH = "/api/v1/auth"


class Phone:
    """An authenticator app whose clock the test moves, so that each code is a new one."""

    def __init__(self, secret: str) -> None:
        self.totp = pyotp.TOTP(secret)

    def code(self) -> str:
        return self.totp.at(codes.now())


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Holds the clock of the codes, and moves it on by one step when called."""
    moments = [codes.now()]
    monkeypatch.setattr(codes, "now", lambda: moments[-1])
    return lambda: moments.append(moments[-1] + timedelta(seconds=codes.STEP_S))


async def turn_on(ada: Person) -> tuple[Phone, list[str]]:
    """Ada's app and her recovery codes."""
    setup = (await ada.http.post(f"{AUTH}/second-factor", json={"password": PASSWORD})).raise_for_status().json()
    assert setup["picture"].startswith("data:image/svg+xml")
    phone = Phone(setup["secret"])
    done = await ada.http.post(f"{AUTH}/second-factor/on", json={"code": phone.code()})
    return phone, done.raise_for_status().json()["codes"]


async def login(client: httpx.AsyncClient, ada: Person, code: str = "") -> tuple[int, str]:
    answer = await client.post(f"{AUTH}/login", json={"email": ada.email, "password": PASSWORD, "code": code})
    return answer.status_code, answer.json().get("code", "")


async def test_a_code_is_asked_for_and_good_once(client: httpx.AsyncClient, ada: Person, later: Callable[[], None]) -> None:
    phone, _ = await turn_on(ada)
    assert (await ada.http.get(f"{AUTH}/me")).json()["secondFactor"]
    assert await login(client, ada) == (401, "secondFactorNeeded")
    assert await login(client, ada, phone.code()) == (401, "signInRefused")
    later()
    assert await login(client, ada, phone.code()) == (200, "")
    assert await login(client, ada, phone.code()) == (401, "signInRefused")


async def test_a_setup_that_was_never_confirmed_asks_nobody(client: httpx.AsyncClient, ada: Person) -> None:
    await ada.http.post(f"{AUTH}/second-factor", json={"password": PASSWORD})
    wrong = await ada.http.post(f"{AUTH}/second-factor/on", json={"code": "000000x"})
    assert wrong.json()["code"] == "codeWrong"
    assert await login(client, ada) == (200, "")


async def test_a_recovery_code_lets_in_once(client: httpx.AsyncClient, ada: Person) -> None:
    _, recovery = await turn_on(ada)
    assert len(set(recovery)) == 10
    assert await login(client, ada, recovery[0].upper()) == (200, "")
    assert await login(client, ada, recovery[0]) == (401, "signInRefused")
    assert await login(client, ada, recovery[1]) == (200, "")


async def test_a_browser_is_asked_on_a_page_of_its_own(new_client: NewClient, ada: Person, later: Callable[[], None]) -> None:
    phone, _ = await turn_on(ada)
    browser = new_client()
    first = await browser.post(f"{AUTH}/session", data={"email": ada.email, "password": PASSWORD, "next": "/queue"})
    assert first.headers["location"] == "/sign-in/code?next=%2Fqueue"
    assert (await browser.get(f"{AUTH}/me")).status_code == 401
    wrong = await browser.post(f"{AUTH}/session/code", data={"code": "x", "next": "/queue"})
    assert wrong.headers["location"] == "/sign-in/code?error=signInRefused&next=%2Fqueue"
    later()
    done = await browser.post(f"{AUTH}/session/code", data={"code": phone.code(), "next": "/queue"})
    assert (done.status_code, done.headers["location"]) == (303, "/queue")
    assert (await browser.get(f"{AUTH}/me")).json()["email"] == ada.email
    stranger = await new_client().post(f"{AUTH}/session/code", data={"code": phone.code()})
    assert stranger.headers["location"] == "/sign-in?error=notSignedIn"


async def test_knowing_the_password_alone_lets_nobody_guess_codes_for_long(client: httpx.AsyncClient, ada: Person) -> None:
    await turn_on(ada)
    answers = [await login(client, ada, f"{number:06d}x") for number in range(7)]
    assert [status for status, _ in answers] == [401] * 6 + [429]


async def test_half_a_sign_in_is_no_access_token(client: httpx.AsyncClient, ada: Person) -> None:
    await turn_on(ada)
    await client.post(f"{AUTH}/session", data={"email": ada.email, "password": PASSWORD})
    half = client.cookies["cellhub_half"]
    assert (await client.get(f"{AUTH}/me", headers={"Authorization": f"Bearer {half}"})).status_code == 401
    client.cookies.set("cellhub_half", ada.tokens["accessToken"])
    answer = await client.post(f"{AUTH}/session/code", json={"code": "123456"})
    assert (answer.status_code, answer.json()["code"]) == (401, "notSignedIn")


async def test_it_is_turned_off_with_the_password(client: httpx.AsyncClient, ada: Person) -> None:
    await turn_on(ada)
    again = await ada.http.post(f"{AUTH}/second-factor", json={"password": PASSWORD})
    assert again.json()["code"] == "secondFactorOn"
    assert (await ada.http.post(f"{AUTH}/second-factor/off", json={"password": "wrong password"})).status_code == 422
    assert (await ada.http.post(f"{AUTH}/second-factor/off", json={"password": PASSWORD})).status_code == 204
    assert await login(client, ada) == (200, "")
