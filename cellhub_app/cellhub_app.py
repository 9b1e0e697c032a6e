"""The web process: pages, their live updates, the API in front of them and the gate around both."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import reflex as rx
import structlog

from cellhub_app.api.app import create_app
from cellhub_app.api.gate import Gate
from cellhub_app.core.feed import open_feed
from cellhub_app.core.log import configure_logging
from cellhub_app.core.runtime import close_runtime, open_runtime
from cellhub_app.domain.annotations import drawn
from cellhub_app.web.live import live_pages
from cellhub_app.web.site import add_pages
from cellhub_app.web.socket_gate import SocketGate
from cellhub_app.web.theme import STYLESHEETS

log = structlog.get_logger(__name__)


def tell_backend_exception(exception: Exception) -> None:
    """Log what no handler expected; Reflex' own message for the browser would need eval."""
    log.error("unexpected error in the web door", exc_info=exception)


def tell_frontend_exception(exception: Exception) -> None:
    """Log what went wrong in a browser."""
    log.warning("error in a browser", error=str(exception)[:2000])


app = rx.App(
    html_lang="en",
    stylesheets=STYLESHEETS,
    toaster=None,
    app_wraps={},
    head_components=[
        rx.el.script(src="/headstart.js"),
        rx.el.link(rel="icon", href="/logo.svg", type="image/svg+xml"),
        rx.el.script(src="/entrance.js"),
    ],
    api_transformer=[create_app(), Gate],
    backend_exception_handler=tell_backend_exception,
    frontend_exception_handler=tell_frontend_exception,
)
add_pages(app)
SocketGate(app.event_namespace)


@asynccontextmanager
async def services() -> AsyncIterator[None]:
    """What the process holds open while it runs."""
    configure_logging("web")
    runtime = await open_runtime()
    drawn.prepare()
    try:
        async with open_feed(runtime.redis) as feed, live_pages(app, feed):
            # What was imported stays for good: without this, each full collection walks all of it and every page waits.
            gc.collect()
            gc.freeze()
            yield
    finally:
        await close_runtime()


app.register_lifespan_task(services)
