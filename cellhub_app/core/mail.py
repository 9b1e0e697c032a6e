"""E-mail over SMTP, tried again when the server stumbles and left alone when it is down. Without SMTP settings, letters are only noted."""

import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from functools import lru_cache
from urllib.parse import unquote, urlsplit

import aiosmtplib
import structlog

from cellhub_app.core.errors import CircuitOpen
from cellhub_app.core.retry import Backoff, CircuitBreaker, retry
from cellhub_app.core.settings import Settings, get_settings

log = structlog.get_logger(__name__)

TIMEOUT_S = 20.0
SHOWN_CHARACTERS = 80
BACKOFF = Backoff(attempts=3, first_s=1.0)
_FAILURES = (aiosmtplib.SMTPException, OSError)
# A refused recipient or sender stays refused; asking again only annoys the server.
_PASSING = (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError, OSError)


@dataclass(frozen=True)
class Letter:
    """A plain-text e-mail; `link` is the address in it that its reader waits for, if there is one."""

    to: str
    subject: str
    text: str
    link: str = ""


def plain(words: str) -> str:
    """Words that somebody typed, on one line, short, and without what mail programs would turn into a link."""
    calm = re.sub(r"(?<=\w)[.:/@\\]+(?=\w)|[:/@\\]{2,}", " ", " ".join(words.split()))
    return calm[:SHOWN_CHARACTERS]


@lru_cache(maxsize=1)
def _breaker() -> CircuitBreaker:
    return CircuitBreaker("The mail server")


def _message(letter: Letter, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = _one_line(letter.to)
    message["Subject"] = _one_line(letter.subject)
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].rstrip(">") or None)
    message.set_content(letter.text)
    return message


def _one_line(words: str) -> str:
    """The words without what would begin another header: people choose the names that stand in subjects."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())


async def send(letter: Letter, settings: Settings | None = None) -> bool:
    """Send the letter; False when there is no mail server or it does not take the letter (the log says why)."""
    settings = settings or get_settings()
    if not settings.smtp_url:
        log.info("letter not sent: CELLHUB_SMTP_URL is not set", subject=letter.subject)
        return False
    message, url = _message(letter, settings.mail_from), settings.smtp_url

    async def deliver() -> None:
        await _deliver(message, url)

    try:
        await _breaker().call(lambda: retry(deliver, on=_PASSING, backoff=BACKOFF), on=_PASSING)
    except (*_FAILURES, CircuitOpen) as error:
        log.warning("letter not sent", subject=letter.subject, error=str(error))
        return False
    return True


async def _deliver(message: EmailMessage, url: str) -> None:
    parts = urlsplit(url)
    is_tls = parts.scheme == "smtps"
    await aiosmtplib.send(
        message,
        hostname=parts.hostname or "localhost",
        port=parts.port or (465 if is_tls else 587),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=is_tls,
        timeout=TIMEOUT_S,
    )
