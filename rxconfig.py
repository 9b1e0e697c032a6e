"""How Reflex builds and serves the web door; every value comes from CellHub's own settings."""

import reflex as rx

from cellhub_app.core.settings import get_settings

settings = get_settings()

config = rx.Config(
    app_name="cellhub_app",
    api_url=settings.base_url,
    deploy_url=settings.base_url,
    backend_port=settings.port,
    frontend_port=settings.port,
    backend_host=settings.host,
    # What pages hold can be read again from the address and the database, so it stays in the process that has the websocket
    # (CONTRIBUTING.md, Decisions); the next line says how long, in seconds, whatever its name.
    state_manager_mode=rx.constants.StateManagerMode.MEMORY,
    redis_token_expiration=4 * 3600,
    cors_allowed_origins=settings.origins,
    default_color_mode="system",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    frontend_lazy_bundled_libraries=True,
    plugins=[rx.plugins.RadixThemesPlugin(theme=rx.theme(accent_color="teal", gray_color="slate", radius="medium", scaling="95%"))],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
