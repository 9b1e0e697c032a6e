"""Migrations run as the owner role, with a short lock timeout, so that a waiting table never stops the house."""

from logging import getLogger

from sqlalchemy import create_engine, pool, text
from sqlalchemy.engine import Connection

from alembic import context
from cellhub_app.core.db import sqlalchemy_url
from cellhub_app.core.settings import get_settings
from cellhub_app.models.tables import metadata

getLogger("alembic").setLevel("INFO")


def owner_url() -> str:
    """The URL of the role that migrates."""
    settings = get_settings()
    return sqlalchemy_url(settings.database_owner_url or settings.database_url)


def migrate(connection: Connection) -> None:
    """Bring the connected database to the newest revision."""
    connection.execute(text("set lock_timeout = '5s'"))
    context.configure(connection=connection, target_metadata=metadata, compare_type=True, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


if context.is_offline_mode():
    context.configure(url=owner_url(), target_metadata=metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
elif (given := context.config.attributes.get("connection")) is not None:
    migrate(given)
else:
    with create_engine(owner_url(), poolclass=pool.NullPool).connect() as connection:
        migrate(connection)
