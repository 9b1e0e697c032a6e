"""One's own account: the second factor, what the log keeps silent about, and pages that everybody can use."""

import time
from typing import Any

import httpx
import pyotp
from playwright.sync_api import expect

from tests.e2e.accessibility import serious
from tests.e2e.visitors import API, PASSWORD, Visitor, at, new_email
from tests.fixtures.mail import MailServer
from tests.fixtures.services import RunningStack

OTHER_PASSWORD = "staple of quiet rivers"
SPOKEN_OF_IN_LETTERS = ("Confirm that this address is yours", "Set a new password for your CellHub account")


def logs_of(stack: RunningStack) -> str:
    """All that every process has logged."""
    return "\n".join(path.read_text(errors="replace") for path in (stack.home / "logs").glob("*.log"))


def sign_out(visitor: Visitor) -> None:
    visitor.by_id("user-menu").click()
    visitor.by_id("sign-out").click()
    visitor.page.wait_for_url(at("/sign-in"))


def give_code(visitor: Visitor, code: str) -> None:
    """Sign in up to the code, and give that."""
    if not at("/sign-in/code")(visitor.page.url):
        visitor.page.get_by_label("E-mail").fill(visitor.email)
        visitor.page.get_by_label("Password").fill(PASSWORD)
        visitor.by_id("sign-in-submit").click()
        visitor.page.wait_for_url(at("/sign-in/code"))
    visitor.page.get_by_label("Code").fill(code)
    visitor.by_id("code-submit").click()


def test_a_second_factor_from_its_picture_to_the_recovery_code(visitor: Visitor, stack: RunningStack) -> None:
    visitor.go("/account")
    box = visitor.page.get_by_role("region", name="Second factor")
    box.get_by_label("Present password").fill(PASSWORD)
    visitor.by_id("factor-begin").click()
    expect(visitor.by_id("factor-picture")).to_be_visible()
    totp = pyotp.TOTP(box.locator("code").inner_text())
    box.get_by_label("Code that the app shows").fill(totp.at(time.time() - totp.interval))
    visitor.by_id("factor-on").click()
    expect(visitor.by_id("recovery-codes").locator("code")).to_have_count(10)
    recovery = visitor.by_id("recovery-codes").locator("code").all_inner_texts()

    sign_out(visitor)
    give_code(visitor, "000000x")
    expect(visitor.page.get_by_role("alert")).to_contain_text("The code is not right")
    code = totp.now()
    give_code(visitor, code)
    expect(visitor.by_id("project-new").first).to_be_visible()
    sign_out(visitor)
    give_code(visitor, recovery[0])
    expect(visitor.by_id("project-new").first).to_be_visible()
    told = logs_of(stack)
    assert not [secret for secret in (PASSWORD, totp.secret, *recovery) if secret in told]


def test_the_log_tells_no_secret_of_anybody(base_url: str, post: MailServer, stack: RunningStack) -> None:
    email, other = new_email("Grace Hopper"), new_email("Grace Murray")
    with httpx.Client(base_url=base_url + API) as http:

        def ask(path: str, status: int, **body: Any) -> dict[str, Any]:
            answer = http.post(path, json=body)
            assert answer.status_code == status, (path, answer.text)
            return answer.json() if answer.content else {}

        ask("/auth/register", 201, email=email, password=PASSWORD, name="Grace")
        confirmed = post.link_to(email, "verify-email").partition("#")[2]
        ask("/auth/verify-email", 204, token=confirmed)
        ask("/auth/login", 401, email=email, password="a wrong password of hers")
        ask("/auth/request-password-reset", 202, email=email)
        link = post.link_to(email, "reset-password").partition("#")[2]
        ask("/auth/reset-password", 422, token=link, password="0987654321")
        ask("/auth/reset-password", 204, token=link, password=OTHER_PASSWORD)
        tokens = ask("/auth/login", 200, email=email, password=OTHER_PASSWORD)
        fresh = ask("/auth/refresh", 200, refreshToken=tokens["refreshToken"])
        http.headers["Authorization"] = f"Bearer {fresh['accessToken']}"
        personal = ask("/auth/tokens", 201, name="cluster", scopes=["read"])["token"]
        ask("/auth/me/email", 202, email=other, password=OTHER_PASSWORD)
        moved = post.link_to(other, "verify-email").partition("#")[2]
        factor = ask("/auth/second-factor", 200, password=OTHER_PASSWORD)["secret"]
        recovery = ask("/auth/second-factor/on", 200, code=pyotp.TOTP(factor).now())["codes"]
        ask("/auth/me/password", 204, password=OTHER_PASSWORD, newPassword="yet another quiet river")
        ask("/auth/second-factor/off", 204, password="yet another quiet river")
        assert http.get("/auth/me", headers={"Authorization": f"Bearer {personal}"}).status_code == 200
    told = logs_of(stack)
    assert "/auth/reset-password" in told
    passwords = (PASSWORD, OTHER_PASSWORD, "a wrong password of hers", "0987654321", "yet another quiet river")
    secrets = (*passwords, *tokens.values(), *fresh.values(), personal, confirmed, link, moved, factor, *recovery, *SPOKEN_OF_IN_LETTERS)
    assert not [secret for secret in secrets if isinstance(secret, str) and len(secret) > 8 and secret in told]


# Frames of Socket.IO, as a page sends them and as none would.
FRAMES = """
["event"]
["event", 5]
["event", null, 1]
["event", "x"]
["event", {}]
["event", {"name": 5}]
["event", {"name": "nobody.at_home", "payload": {"password": "hunter2 of nobody"}}]
["ping", 1]
["nonsense"]
["trigger_event", "event"]
[5]
["connect", {}]
["client_error", 1, 2]
["client_error", {"error_type": {"a": []}, "message": [1]}]
["event", {"name": "reflex___state____state.hydrate", "router_data": {"pathname": 5}}]
["event", {"name": "reflex___state____state.hydrate", "router_data": {"pathname": "/", "query": {"a": {"b": 1}}}}]
["event", {"name": "reflex___state____state.hydrate", "payload": {"more": 1}}]
["event", {"name": "reflex___state____state.hydrate", "payload": []}]
["event", {"name": "reflex___state____state.setvar", "payload": {"var_name": "is_hydrated", "value": 1}}]
["event", {"name": "reflex___state____state.hydrate_and_load", "payload": {"vars": {"a.b": "c"}, "hashes": 5}}]
["event", {"name": "SESSION.dismiss", "payload": {"message_id": {"a": [1]}}}]
["event", {"name": "SESSION.dismiss", "payload": {"message_id": "x", "password": "hunter2 of nobody"}}]
["event", {"name": "SESSION.undo", "payload": {}}]
["event", {"name": "SESSION.load_shell", "payload": {}, "router_data": {"pathname": "/nowhere", "asPath": "/nowhere#hunter2 of nobody"}}]
"""
SPEAK = """
([address, frames]) => new Promise((answer, fail) => {
  const socket = new WebSocket(address);
  socket.onclose = ({ code }) => fail(new Error(`closed with ${code}`));
  socket.onmessage = ({ data }) => {
    if (data.startsWith("0")) socket.send("40/_event,");
    else if (data === "2") socket.send("3");
    else if (data.startsWith("40/_event,")) for (const frame of [...frames, '["ping"]']) socket.send("42/_event," + frame);
    else if (data.includes('"pong"')) answer(true);
  };
})
"""


def test_whatever_a_connection_says_leaves_no_trace_but_a_line(visitor: Visitor, stack: RunningStack) -> None:
    session = "reflex___state____state.cellhub_app___web___session____session_state"
    frames = [frame.replace("SESSION", session) for frame in FRAMES.split("\n") if frame]
    address = f"{visitor.base_url.replace('http', 'ws', 1)}/_event/?EIO=4&transport=websocket&token=of-nobody"
    before = len(stack.log_of("web"))
    assert visitor.page.evaluate(SPEAK, [address, frames])
    told = stack.log_of("web")[before:]
    assert told.count("an event was refused") >= len(frames) - 4, told
    assert "Traceback" not in told
    assert "hunter2" not in told
    visitor.page.reload()
    expect(visitor.by_id("project-new").first).to_be_visible()


def test_account_pages_have_nothing_that_keeps_anybody_out(visitor: Visitor) -> None:
    visitor.go("/account")
    visitor.page.get_by_label("What it is for").fill("cluster")
    visitor.by_id("token-make").click()
    expect(visitor.by_id("token-secret")).to_be_visible()
    box = visitor.page.get_by_role("region", name="Second factor")
    box.get_by_label("Present password").fill(PASSWORD)
    visitor.by_id("factor-begin").click()
    expect(visitor.by_id("factor-picture")).to_be_visible()
    found = serious(visitor.page, "/account")
    for path in ("/sign-in/code", "/register?error=passwordWeak", "/reset-password#x"):
        visitor.go(path)
        expect(visitor.page.get_by_role("heading").first).to_be_visible()
        found += serious(visitor.page, path)
    assert not found, "\n".join(found)
