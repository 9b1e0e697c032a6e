"""`cellhub admin`: accounts, on the server itself."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.cli.stack_environment import use_running_services
from cellhub_app.core.errors import CellHubError
from cellhub_app.core.runtime import close_runtime, open_runtime
from cellhub_app.domain.accounts import registration

FIRST_ADMIN = "admin@cellhub.local"
Result = TypeVar("Result")

app = typer.Typer(help="Manage accounts on this server.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
Email = Annotated[str, typer.Argument(help="e-mail address of the account")]
Password = Annotated[str, typer.Option(help="the new password; without it one is made and shown", envvar="CELLHUB_NEW_PASSWORD")]


@app.command()
def create(email: Email, password: Password = "", name: str = "") -> None:
    """Open an account that may do everything."""
    chosen = password or new_password()
    _in_transaction(lambda session: registration.create_admin(session, email=email, password=chosen, name=name))
    typer.echo(f"{email} is an admin now." + ("" if password else f" Password (shown only now): {chosen}"))


@app.command("reset-password")
def reset_password(email: Email, password: Password = "") -> None:
    """Give an account another password and end all its sessions."""
    chosen = password or new_password()
    _in_transaction(lambda session: registration.set_password(session, email=email, password=chosen))
    typer.echo(f"{email} has a new password." + ("" if password else f" Password (shown only now): {chosen}"))


@app.command(hidden=True)
def first() -> None:
    """Open the first admin's account if there is no admin, and print its address and password."""
    chosen = new_password()

    async def open_if_none(session: AsyncSession) -> bool:
        if await registration.has_admin(session):
            return False
        await registration.create_admin(session, email=FIRST_ADMIN, password=chosen, name="Admin")
        return True

    if _in_transaction(open_if_none):
        typer.echo(f"{FIRST_ADMIN} {chosen}")


def new_password() -> str:
    """A password that is easy to copy and impossible to guess (96 bits)."""
    return secrets.token_urlsafe(12)


def _in_transaction(work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    use_running_services()

    async def run() -> Result:
        runtime = await open_runtime(pool_size=1)
        try:
            async with runtime.work() as session:
                return await work(session)
        finally:
            await close_runtime()

    try:
        return asyncio.run(run())
    except CellHubError as error:
        typer.echo(error.detail, err=True)
        raise typer.Exit(1) from None
