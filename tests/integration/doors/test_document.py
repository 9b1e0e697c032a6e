"""Requests drawn from the API's own document, fitting and unfitting, of nobody and of an owner: it answers as it says it would."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
import requests
import schemathesis
from schemathesis import APIOperation, Case, GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from cellhub_app.api.app import PREFIX, create_api, create_app
from cellhub_app.api.gate import Gate
from cellhub_app.api.v1 import trials
from cellhub_app.core.feed import open_feed
from cellhub_app.core.runtime import Runtime
from tests.fixtures.drawn import drawn
from tests.integration.doors.world import Caller, World, build

BASE = f"http://localhost:8000{PREFIX}"
ENDLESS = "GET /events"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
FITTING, UNFITTING = 1, 2


@schemathesis.serializer("application/offset+octet-stream")
def _pieces_of_files(_context: schemathesis.SerializationContext, value: object) -> object:
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


@dataclass
class Teller:
    """Sends what the document allows, and what it does not, and says what was answered otherwise than it promises."""

    http: httpx.AsyncClient
    runtime: Runtime
    world: World

    async def try_out(self, operation: APIOperation) -> list[str]:
        """What was wrong with the answers of one operation; each request is sent by nobody and by an owner."""
        cases = drawn(operation.as_strategy(GenerationMode.POSITIVE), FITTING)
        if operation.body or operation.query or operation.path_parameters:
            cases += drawn(operation.as_strategy(GenerationMode.NEGATIVE), UNFITTING)
        found = [await self._send(case, caller) for case in cases for caller in (Caller.NOBODY, Caller.OWNER)]
        return [problem for problem in found if problem]

    async def _send(self, case: Case, caller: Caller) -> str:
        headers = {"Tus-Resumable": "1.0.0"} if case.operation.path.startswith("/uploads") else {}
        if caller is Caller.OWNER:
            headers["Authorization"] = f"Bearer {self.world.bearers[caller]}"
            case.path_parameters = {name: self.world.ids.get(name, value) for name, value in (case.path_parameters or {}).items()}
        # Some of what is drawn cannot be written into an HTTP request at all.
        try:
            parts = requests.Request(**case.as_transport_kwargs(base_url=BASE, headers=headers)).prepare()
            request = httpx.Request(parts.method or "", parts.url or "", headers=dict(parts.headers), content=parts.body or b"")
        except (UnicodeError, requests.exceptions.RequestException, httpx.InvalidURL):
            return ""
        answer = await self.http.send(request)
        if answer.status_code == 401 and caller is Caller.OWNER:
            self.world = await build(self.runtime)  # that was a sign-out
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            error = "; ".join(str(failure) for failure in group.exceptions)
            return f"{caller} {request.method} {request.url} {parts.body!r:.300}: {error}"
        return ""


@pytest.fixture
async def teller(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Teller]:
    monkeypatch.setattr(trials, "PREVIEW_WAIT_S", 0.05)  # no worker will answer
    transport = httpx.ASGITransport(Gate(create_app()))
    async with open_feed(runtime.redis), httpx.AsyncClient(transport=transport, base_url=BASE) as http:
        yield Teller(http, runtime, await build(runtime))


async def test_every_operation_answers_as_its_document_says(teller: Teller, capsys: pytest.CaptureFixture[str]) -> None:
    operations = [found.ok() for found in openapi.from_dict(create_api().openapi()).get_all_operations()]
    tried = [operation for operation in operations if operation.label != ENDLESS]
    # Deleting comes last, or there would be nothing left to ask for.
    tried.sort(key=lambda operation: operation.method == "delete")
    wrong = [problem for operation in tried for problem in await teller.try_out(operation)]
    assert not wrong, "\n\n".join(wrong)
    with capsys.disabled():
        print(f" {len(tried)} operations", end=" ")  # noqa: T201 - the count is asked for
