"""Letters against a mail server of a few lines that really speaks SMTP."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from cellhub_app.core import mail
from cellhub_app.core.mail import Letter, send
from cellhub_app.core.settings import Settings

LETTER = Letter("ada@example.org", "Schöne Grüße", "Zeile 1\nZeile 2\n")


class MailServer:
    """Takes every letter, after refusing the first `stumbles` connections; refuses recipients at refused.example."""

    def __init__(self, stumbles: int = 0) -> None:
        self.stumbles = stumbles
        self.connections = 0
        self.letters: list[str] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self.connections <= self.stumbles:
            writer.write(b"421 busy\r\n")
        else:
            writer.write(b"220 ready\r\n")
            while (line := (await reader.readline()).decode().strip()) and line != "QUIT":
                writer.write(self._answer(line))
                if line == "DATA":
                    self.letters.append((await reader.readuntil(b"\r\n.\r\n")).decode())
                    writer.write(b"250 taken\r\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    def _answer(self, line: str) -> bytes:
        if line.startswith("RCPT") and "refused.example" in line:
            return b"550 no such person\r\n"
        return b"354 go on\r\n" if line == "DATA" else b"250 fine\r\n"


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
