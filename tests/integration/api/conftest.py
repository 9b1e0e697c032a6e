"""The whole door in one process: the API behind its gate, on real services, spoken to by httpx and by the SDK."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from uuid import UUID

import httpx
import pytest
import structlog
from starlette.types import ASGIApp

from cellhub_app.api.app import create_app
from cellhub_app.api.gate import Gate
from cellhub_app.core.feed import open_feed
from cellhub_app.core.runtime import Runtime
from cellhub_app.sdk import client as client_module
from cellhub_app.sdk import connection
from cellhub_app.sdk.client import CellHub
from tests.integration.api.sdk import Line, do

PASSWORD = "correct horse battery"


@dataclass
class Person:
    """Somebody with an account and a client that is signed in with an access token."""

    http: httpx.AsyncClient
    email: str
    id: UUID
    tokens: dict[str, str] = field(default_factory=dict)

    async def project(self, name: str = "HeLa", **values: object) -> str:
        """A new project of theirs; its id."""
        return (await self.http.post("/api/v1/projects", json={"name": name, **values})).raise_for_status().json()["id"]

    async def share(self, project_id: str, other: "Person", role: str) -> None:
        """Take somebody else in."""
        body = {"email": other.email, "role": role}
        (await self.http.post(f"/api/v1/projects/{project_id}/members", json=body)).raise_for_status()

    async def upload(self, project_id: str, *names: str) -> list[str]:
        """Files of a few bytes; their images' ids."""
        files = [("files", (name, name.encode(), "image/png")) for name in names]
        answer = (await self.http.post(f"/api/v1/projects/{project_id}/images", files=files)).raise_for_status()
        return [image["id"] for image in answer.json()["accepted"]]


NewPerson = Callable[[str], Awaitable[Person]]
NewClient = Callable[[], httpx.AsyncClient]


@pytest.fixture(autouse=True, scope="session")
def _plain_tracebacks() -> None:
    """Drawing every local variable of a failed request takes seconds."""
    structlog.configure(processors=[structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)])


@pytest.fixture(scope="session")
def behind_the_gate() -> ASGIApp:
    """The API, made once as in a web process; it keeps nothing from one request to the next."""
    return create_app()


@pytest.fixture
async def app(runtime: Runtime, behind_the_gate: ASGIApp) -> AsyncIterator[ASGIApp]:
    async with open_feed(runtime.redis):
        yield Gate(behind_the_gate)


@pytest.fixture
async def new_client(app: ASGIApp, runtime: Runtime) -> AsyncIterator[NewClient]:
    """Makes clients of which each is a browser or program of its own."""
    async with AsyncExitStack() as stack:
        made: list[httpx.AsyncClient] = []

        def new() -> httpx.AsyncClient:
            transport = httpx.ASGITransport(app, client=(f"127.0.1.{len(made) + 1}", 1234))
            made.append(httpx.AsyncClient(transport=transport, base_url=runtime.settings.base_url))
            stack.push_async_callback(made[-1].aclose)
            return made[-1]

        yield new


@pytest.fixture
def client(new_client: NewClient) -> httpx.AsyncClient:
    """Somebody who is not signed in."""
    return new_client()


@pytest.fixture
def person(new_client: NewClient) -> NewPerson:
    """Registers and signs people in."""

    async def sign_up(name: str) -> Person:
        http = new_client()
        email = f"{name}@example.org"
        body = {"email": email, "password": PASSWORD, "name": name.title()}
        (await http.post("/api/v1/auth/register", json=body)).raise_for_status()
        tokens = (await http.post("/api/v1/auth/login", json=body)).raise_for_status().json()
        http.headers["Authorization"] = f"Bearer {tokens['accessToken']}"
        me = (await http.get("/api/v1/auth/me")).raise_for_status().json()
        return Person(http, email, UUID(me["id"]), tokens)

    return sign_up


@pytest.fixture
async def ada(person: NewPerson) -> Person:
    return await person("ada")


@pytest.fixture
async def bob(person: NewPerson) -> Person:
    return await person("bob")


@pytest.fixture
async def line(app: ASGIApp) -> Line:
    return Line(app, asyncio.get_running_loop())


@pytest.fixture
def hub(line: Line, ada: Person, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Iterator[CellHub]:
    monkeypatch.setattr(connection, "FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr(client_module, "_FIRST_LOOK_S", 0.01)
    http = httpx.Client(transport=line, base_url=f"{runtime.settings.base_url}/api/v1")
    with CellHub("unused", http=http) as hub:
        yield hub


@pytest.fixture
async def project_id(hub: CellHub, ada: Person) -> UUID:
    await do(hub.sign_in, ada.email, PASSWORD)
    return (await do(hub.create_project, "Plate 7", sample_kind="cells", pixel_size_um=0.5)).id
