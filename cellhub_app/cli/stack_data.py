"""What the application needs before it starts: both services, unless the settings name others, and a migrated database."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from cellhub_app.cli.stack_environment import migrate_program, process_environment, service_environment
from cellhub_app.cli.stack_home import Home
from cellhub_app.cli.stack_migration import migrate_if_needed
from cellhub_app.cli.stack_process import Supervisor
from cellhub_app.cli.stack_services import start_postgres, start_valkey
from cellhub_app.core.settings import ROOT, Settings


async def prepare_data(
    settings: Settings, home: Home, supervisor: Supervisor, environment: dict[str, str], *, losable: bool = False
) -> dict[str, str]:
    """Start what is to be started and migrate; answers the addresses and secrets, the migrating role's too. Raises StackError.

    Losable data is written faster, and gone after a power cut: for tests and benchmarks.
    """
    ports = home.choose_ports()
    starting = []
    if "database_url" not in settings.model_fields_set:
        starting.append(start_postgres(home, ports, supervisor, losable=losable))
    if "redis_url" not in settings.model_fields_set:
        starting.append(start_valkey(home, ports, supervisor))
    await together(*starting)
    found = service_environment(home, settings, owner=True)
    await migrate_if_needed(migrate_program(environment | found), ROOT / "alembic" / "versions", supervisor)
    return found


@asynccontextmanager
async def losable_services(home: Home) -> AsyncIterator[dict[str, str]]:
    """Both services without the application, for tests and benchmarks; what CELLHUB_* have to be to reach them."""
    home.prepare()
    supervisor = Supervisor(home.logs)
    try:
        found = await prepare_data(Settings(home=home.path), home, supervisor, process_environment(home), losable=True)
        yield found | {"CELLHUB_HOME": str(home.path)}
    finally:
        await supervisor.stop_all()


async def together(*work: Coroutine[Any, Any, Any]) -> None:
    """Do it all at once; the first failure ends the rest and is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            for part in work:
                group.create_task(part)
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
