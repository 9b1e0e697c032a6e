"""Letters leave after the commit, not too many to one address; what cannot leave is kept for an admin."""

import asyncio
from dataclasses import replace

import structlog

from cellhub_app.core.mail import Letter
from cellhub_app.core.post import LETTERS_PER_HOUR, Post, unsent_letters
from cellhub_app.core.runtime import Runtime, send_later
from tests.fixtures.mail import MailServer

LETTER = Letter("ada@example.org", "Set a new password", "Follow the link.", "http://localhost:8000/reset-password#secret")


async def test_a_letter_of_a_transaction_that_fails_is_never_sent(runtime: Runtime) -> None:
    try:
        async with runtime.work() as session:
            send_later(session, LETTER)
            raise RuntimeError
    except RuntimeError:
        pass
    await runtime.post.settle()
    assert await unsent_letters(runtime.redis) == []


async def test_without_a_mail_server_the_link_is_kept_and_logged(runtime: Runtime) -> None:
    with structlog.testing.capture_logs() as logged:
        async with runtime.work() as session:
            send_later(session, LETTER)
            send_later(session, replace(LETTER, link="", subject="No link"))
        await runtime.post.settle()
    assert [(letter.to, letter.link) for letter in await unsent_letters(runtime.redis)] == [(LETTER.to, LETTER.link)]
    assert LETTER.link in str(logged)


async def test_with_a_mail_server_the_letter_arrives_and_its_link_is_neither_kept_nor_logged(runtime: Runtime) -> None:
    server = MailServer()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    settings = runtime.settings.model_copy(update={"smtp_url": server.url})
    async with listening:
        with structlog.testing.capture_logs() as logged:
            post = Post(runtime.redis, settings)
            post.send_soon([LETTER])
            await post.settle()
    assert len(server.letters) == 1
    assert await unsent_letters(runtime.redis) == []
    assert "secret" not in str(logged)
    assert "Follow" not in str(logged)


async def test_an_address_gets_only_so_many_letters_an_hour(runtime: Runtime) -> None:
    runtime.post.send_soon([LETTER] * (LETTERS_PER_HOUR + 5))
    await runtime.post.settle()
    assert len(await unsent_letters(runtime.redis)) == LETTERS_PER_HOUR
