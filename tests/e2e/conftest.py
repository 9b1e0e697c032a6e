"""A real Chromium against a whole running CellHub. These tests use Playwright's synchronous API, so they run in a process of their own.

CELLHUB_E2E_URL names a CellHub that runs already; without it one is started for the session, with CELLHUB_TEST_WEB_WORKERS web processes
(1 by default), or with CELLHUB_TEST_PROXY=1 two separate ones behind a round-robin nginx.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.e2e.visitors import Visitor, assert_clean
from tests.fixtures.mail import MailServer
from tests.fixtures.proxy import proxied_stack
from tests.fixtures.services import RunningStack, temporary_home

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
ANSWER_WITHIN_MS = 15_000
BEHIND_PROXY = os.environ.get("CELLHUB_TEST_PROXY") == "1"
VIEWPORT = {"width": 1280, "height": 800}

expect.set_options(timeout=ANSWER_WITHIN_MS)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium (CELLHUB_TEST_BROWSER, else the first on PATH), or Playwright's own."""
    path = os.environ.get("CELLHUB_TEST_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome") or None
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def stack_behind_proxy(letters: MailServer) -> Iterator[RunningStack]:
    with temporary_home() as home, proxied_stack(home, CELLHUB_SMTP_URL=letters.url) as stack:
        yield stack


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest) -> RunningStack:
    """The CellHub that was started for this session."""
    found: RunningStack = request.getfixturevalue("stack_behind_proxy" if BEHIND_PROXY else "running_stack")
    return found


@pytest.fixture(scope="session")
def base_url(request: pytest.FixtureRequest) -> str:
    """The address of the CellHub under test."""
    given = os.environ.get("CELLHUB_E2E_URL")
    return given.rstrip("/") if given else str(request.getfixturevalue("stack").base_url)


@pytest.fixture(scope="session")
def stored_images(request: pytest.FixtureRequest) -> Path:
    """The folder of the stored images of the CellHub under test, each in a folder of its own; skipped where it runs elsewhere."""
    if os.environ.get("CELLHUB_E2E_URL"):
        pytest.skip("the files of a CellHub that runs already are out of reach")
    stack: RunningStack = request.getfixturevalue("stack")
    return stack.home / "files" / "images"


@pytest.fixture
def post(letters: MailServer) -> MailServer:
    """The letters of the CellHub under test; skipped where it runs elsewhere."""
    if os.environ.get("CELLHUB_E2E_URL"):
        pytest.skip("the letters of a CellHub that runs already are out of reach")
    return letters


@pytest.fixture
def arrive(browser: Browser, base_url: str) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors with browsers of their own. When the test ends, none of them may have met an error that was not expected."""
    visitors: list[Visitor] = []

    def make(**options: object) -> Visitor:
        context = browser.new_context(**{"viewport": VIEWPORT, "locale": "en-GB", **options})  # type: ignore[arg-type]
        context.set_default_timeout(ANSWER_WITHIN_MS)
        visitors.append(Visitor.arrive(context, base_url))
        return visitors[-1]

    yield make
    for visitor in visitors:
        visitor.context.close()
    assert_clean(visitors)


@pytest.fixture
def visitor(arrive: Callable[..., Visitor]) -> Visitor:
    """Somebody who has just opened an account."""
    made = arrive()
    made.open_account()
    return made
