"""How often anybody may ask: each limit is met, tells when to come back, and holds up nobody else."""

from collections.abc import Callable

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from cellhub_app.api import limits
from cellhub_app.api.app import create_app
from cellhub_app.api.gate import Gate
from cellhub_app.core import ratelimit
from cellhub_app.core.errors import TooManyRequests
from cellhub_app.core.ratelimit import Limit, check_rates
from cellhub_app.core.runtime import Runtime
from tests.integration.api.asgi import http_scope, websocket
from tests.integration.api.conftest import PASSWORD, NewPerson, Person

ME = "/api/v1/auth/me"
Bounded = Callable[..., httpx.AsyncClient]


@pytest.fixture(autouse=True)
def _middle_of_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows are minutes; a test that crossed one would count anew."""
    monkeypatch.setattr(ratelimit.time, "time", lambda: 1_800_000_000.0)


@pytest.fixture
def bounded(app: ASGIApp, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Bounded:
    """Makes clients at an address, of a CellHub with other limits."""

    def make(ip: str, **settings: int) -> httpx.AsyncClient:
        monkeypatch.setattr(runtime, "settings", runtime.settings.model_copy(update=settings))
        transport = httpx.ASGITransport(Gate(create_app(), runtime.settings), client=(ip, 1234))
        return httpx.AsyncClient(transport=transport, base_url=runtime.settings.base_url)

    return make


def is_refused(answer: httpx.Response) -> bool:
    return answer.status_code == 429 and answer.json()["code"] == "tooManyRequests" and 1 <= int(answer.headers["retry-after"]) <= 60


async def test_what_is_costly_is_asked_for_less_often(ada: Person, bounded: Bounded) -> None:
    http = bounded("10.0.0.1", requests_per_minute=60)
    answers = [await http.get("/api/v1/auth/me/data", headers=ada.http.headers) for _ in range(2)]
    assert answers[0].status_code == 200
    assert is_refused(answers[1])
    assert (await http.get(ME, headers=ada.http.headers)).status_code == 200


async def test_an_address_that_asks_too_much_waits_and_others_do_not(bounded: Bounded, person: NewPerson) -> None:
    ada, bob = await person("ada"), await person("bob")
    noisy, quiet = bounded("10.0.0.2", address_requests_per_minute=3), bounded("10.0.0.3", address_requests_per_minute=3)
    assert [(await noisy.get(ME)).status_code for _ in range(5)] == [401, 401, 401, 429, 429]
    assert is_refused(await noisy.get(ME, headers=ada.http.headers))
    assert (await quiet.get(ME, headers=bob.http.headers)).status_code == 200


async def test_everybody_together_may_ask_so_often(bounded: Bounded) -> None:
    clients = [bounded(f"10.0.1.{number}", total_requests_per_minute=4) for number in range(6)]
    assert [(await client.get(ME)).status_code for client in clients] == [401, 401, 401, 401, 429, 429]


async def test_a_limit_that_was_met_is_not_asked_for_again(runtime: Runtime) -> None:
    limit = Limit("kind", "somebody", 2)
    for _ in range(2):
        await check_rates(runtime.redis, limit)
    for _ in range(3):
        with pytest.raises(TooManyRequests):
            await check_rates(runtime.redis, limit, Limit("other", "somebody", 2))
    [key] = [key async for key in runtime.redis.scan_iter("cellhub:rate:kind:*")]
    assert int(await runtime.redis.get(key)) == 3
    assert 0 < await runtime.redis.ttl(key) <= 61


async def test_limits_that_are_counted_together_are_all_counted(runtime: Runtime) -> None:
    one, two = Limit("one", "x", 5), Limit("two", "x", 2)
    for _ in range(2):
        await check_rates(runtime.redis, one, two)
    with pytest.raises(TooManyRequests):
        await check_rates(runtime.redis, one, two)
    await check_rates(runtime.redis, one)


async def test_sign_ins_count_for_the_address_too(bounded: Bounded) -> None:
    http = bounded("10.0.0.4", address_requests_per_minute=2)
    body = {"email": "nobody@example.org", "password": PASSWORD}
    answers = [(await http.post("/api/v1/auth/login", json=body)).status_code for _ in range(3)]
    assert answers == [401, 401, 429]


async def test_an_address_opens_only_so_many_connections(runtime: Runtime) -> None:
    async def echo(socket: WebSocket) -> None:
        await socket.accept()
        assert socket.client
        await socket.close(reason=socket.client.host)

    settings = runtime.settings.model_copy(update={"address_requests_per_minute": 2, "trusted_proxies": "127.0.0.1"})
    gate = Gate(Starlette(routes=[WebSocketRoute("/_event/", echo)]), settings)
    told = [await _connect(gate, {"X-Forwarded-For": "203.0.113.7"}) for _ in range(3)]
    assert told == ["203.0.113.7", "203.0.113.7", "too many connections"]


async def _connect(gate: Gate, headers: dict[str, str]) -> str:
    return next(message["reason"] for message in await websocket(gate, "/_event/", headers) if "reason" in message)


def test_a_share_is_never_nothing(runtime: Runtime) -> None:
    settings = runtime.settings.model_copy(update={"requests_per_minute": 1})
    scope = http_scope("GET", "/") | {"route": type("Route", (), {"name": "copy_own_data"})}
    assert [limit.per_minute for limit in limits.of_person(settings, "x", scope)] == [1, 1]
