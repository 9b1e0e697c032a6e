"""Letters against a mail server of a few lines that really speaks SMTP."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from email import message_from_string
from email.policy import default

import pytest

from cellhub_app.core import mail
from cellhub_app.core.mail import Letter, send
from cellhub_app.core.settings import Settings
from tests.fixtures.mail import MailServer

LETTER = Letter("ada@example.org", "Schöne Grüße", "Zeile 1\nZeile 2\n")


@pytest.fixture(autouse=True)
def _fresh_breaker() -> Iterator[None]:
    mail._breaker.cache_clear()
    yield
    mail._breaker.cache_clear()


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    server = MailServer()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield server


def _settings(port: int) -> Settings:
    return Settings(smtp_url=f"smtp://127.0.0.1:{port}", mail_from="CellHub <cellhub@example.org>")


async def test_a_letter_arrives_whole(server: MailServer) -> None:
    assert await send(LETTER, _settings(server.port))
    [text] = server.letters
    assert "To: ada@example.org" in text
    assert "From: CellHub <cellhub@example.org>" in text
    assert "Subject: =?utf-8?" in text
    assert "Zeile 1\r\nZeile 2" in text


async def test_what_people_call_things_begins_no_other_header(server: MailServer) -> None:
    subject = "HeLa\r\nBcc: everybody@example.org\x00\u2028X-Evil: 1\n\nbody"
    assert await send(Letter("ada@example.org\r\nCc: x@example.org", subject, "text"), _settings(server.port))
    letter = message_from_string(server.letters[0], policy=default)
    assert letter["Subject"] == "HeLa Bcc: everybody@example.org X-Evil: 1 body"
    assert {"Bcc", "Cc", "X-Evil"}.isdisjoint(letter.keys())


async def test_a_server_that_stumbles_is_asked_again(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "BACKOFF", mail.Backoff(attempts=3, first_s=0.01))
    server.stumbles = 2
    assert await send(LETTER, _settings(server.port))
    assert server.connections == 3


async def test_a_refused_recipient_is_not_asked_again_and_is_no_reason_to_rest(server: MailServer) -> None:
    for _ in range(6):
        assert not await send(Letter("x@refused.example", "s", "t"), _settings(server.port))
    assert server.connections == 6
    assert await send(LETTER, _settings(server.port))


async def test_a_dead_server_is_left_alone_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "BACKOFF", mail.Backoff(attempts=1))
    for _ in range(5):
        assert not await send(LETTER, _settings(1))
    assert mail._breaker().is_open
    assert not await send(LETTER, _settings(1))


async def test_without_a_mail_server_nothing_is_sent() -> None:
    assert not await send(LETTER, Settings(smtp_url=""))
