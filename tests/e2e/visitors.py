"""A person with a browser of their own, who notices what is wrong with a page: errors, violated policies, requests to other hosts."""

import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

from playwright.sync_api import APIResponse, BrowserContext, ConsoleMessage, FilePayload, Locator, Page, Request, expect

from tests.fixtures.mail import MailServer

API = "/api/v1"
PASSWORD = "a long and quiet password"
SCREENSHOTS = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
WORK_TIMEOUT_MS = 180_000


def at(path: str) -> Callable[[str], bool]:
    """Whether an address is at a path or below one, whatever its query says."""
    return lambda address: path in urlsplit(address).path


def project_at(address: str) -> str:
    """The id of the project whose page an address is."""
    return urlsplit(address).path.strip("/").split("/")[1]


def new_email(name: str) -> str:
    """An address that nobody has yet."""
    return f"{name.split(maxsplit=1)[0].lower()}-{uuid4().hex[:10]}@example.org"


@dataclass
class Visitor:
    """One browser context with its first page. `problems` fills up by itself; `expected` are patterns of those that a test provokes."""

    context: BrowserContext
    base_url: str
    email: str = ""
    problems: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    @classmethod
    def arrive(cls, context: BrowserContext, base_url: str) -> Self:
        """A visitor with one empty tab."""
        visitor = cls(context, base_url)
        context.on("request", visitor._note_request)
        context.on("console", visitor._note_console)
        context.on("weberror", lambda error: visitor.problems.append(f"uncaught: {error.error}"))
        visitor.open_tab()
        return visitor

    def _note_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.netloc != urlsplit(self.base_url).netloc:
            self.problems.append(f"foreign request: {request.url}")

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            self.problems.append(f"console: {message.text} ({message.location.get('url', '')})")

    def unexpected(self) -> list[str]:
        """The problems that no test asked for."""
        return [problem for problem in self.problems if not any(re.search(pattern, problem) for pattern in self.expected)]

    def open_tab(self) -> Page:
        """Another tab of the same browser."""
        self.pages.append(self.context.new_page())
        return self.pages[-1]

    @property
    def page(self) -> Page:
        """The first tab."""
        return self.pages[0]

    def by_id(self, test_id: str) -> Locator:
        """Elements of the first tab by their test id."""
        return self.page.get_by_test_id(test_id)

    def go(self, path: str, page: Page | None = None) -> Page:
        """Open a path in the first or another tab."""
        shown = page or self.page
        shown.goto(self.base_url + path)
        return shown

    def register(self, name: str = "Ada Lovelace") -> None:
        """Open an account and sign in with it, through the forms: at the page of registering where one is, or at a fresh one."""
        self.email = self.email or new_email(name)
        if not at("/register")(self.page.url):
            self.go("/register")
        self.page.get_by_label("Name", exact=True).fill(name)
        self.page.get_by_label("E-mail").fill(self.email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.by_id("register-submit").click()
        self.page.wait_for_url(at("/sign-in"))
        self.sign_in(self.email)

    def open_account(self, name: str = "Ada Lovelace") -> None:
        """Have an account and be signed in on the dashboard, sooner than through the forms, whose pages other journeys are about."""
        self.email = new_email(name)
        self._ask("register", email=self.email, password=PASSWORD, name=name)
        self._ask("session", email=self.email, password=PASSWORD)
        self.go("/")

    def _ask(self, path: str, **body: str) -> None:
        url, headers = f"{self.base_url}{API}/auth/{path}", {"Origin": self.base_url}
        self.answered(self.context.request.post(url, data=body, headers=headers))

    def confirm_address(self, post: MailServer) -> None:
        """Follow the link of the first letter."""
        self.go(post.link_to(self.email, "verify-email"))
        self.by_id("verify-submit").click()
        self.page.wait_for_url(at("/sign-in"))

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        """Sign in through the form: at the sign-in page where one is and on to where it leads, or at a fresh one."""
        if not at("/sign-in")(self.page.url):
            self.go("/sign-in")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.by_id("sign-in-submit").click()
        self.page.wait_for_url(lambda address: not at("/sign-in")(address))

    def make_project(self, name: str, kind: str = "nuclei") -> str:
        """A new project through the dialog of the dashboard; its id."""
        self.by_id("project-new").first.click()
        self.page.get_by_label("Name", exact=True).fill(name)
        self.by_id(f"kind-{kind}").check(force=True)
        self.by_id("project-create").click()
        self.page.wait_for_url(at("/projects/"))
        return project_at(self.page.url)

    def choose_files(self, files: Sequence[FilePayload]) -> None:
        """Give files to the uploader of the project page."""
        self.by_id("file-input").set_input_files(files)

    def cells(self, status: str = "", page: Page | None = None) -> Locator:
        """The images of a gallery, all or in one status."""
        narrowed = f"[data-status='{status}']" if status else ""
        return (page or self.page).locator(f"[data-testid=gallery-cell]{narrowed}")

    def waits_for(self, count: int, status: str) -> None:
        """Wait until so many images of the gallery are in a status; a failure also tells what the API says of each image."""
        try:
            expect(self.cells(status)).to_have_count(count, timeout=WORK_TIMEOUT_MS)
        except AssertionError as error:
            shown = {cell.get_attribute("data-image-id"): cell.get_attribute("data-status") for cell in self.cells().all()}
            images = self.api(f"/projects/{project_at(self.page.url)}/images?limit=200")["data"]
            lines = [f"{image['name']}: {image['status']} {image['segmentation']}, shown as {shown.get(image['id'])}" for image in images]
            raise AssertionError("\n".join([str(error), "", "The API says:", *lines])) from None

    def api(self, path: str) -> Any:
        """The JSON behind a path of the API, asked with the browser's cookie."""
        return self.answered(self.context.request.get(self.base_url + API + path)).json()

    def answered(self, response: APIResponse) -> APIResponse:
        """The response, when it is good."""
        expect(response).to_be_ok()
        return response

    def photograph(self, name: str) -> None:
        """Keep a picture of the first tab for the documentation, when CELLHUB_SCREENSHOTS=1 asks for it."""
        if os.environ.get("CELLHUB_SCREENSHOTS") == "1":
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            for toast in self.by_id("toast-dismiss").all():
                toast.click()
            expect(self.by_id("toast")).to_have_count(0)
            self.page.screenshot(path=SCREENSHOTS / f"{name}.png")


def assert_clean(visitors: Iterable[Visitor]) -> None:
    """No visitor met an error, a violated policy or a request to another host."""
    problems = [problem for visitor in visitors for problem in visitor.unexpected()]
    assert not problems, "\n".join(problems)
