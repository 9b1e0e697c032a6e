"""The `cellhub` command. What a command needs is imported when it runs: `cellhub segment` needs no server and `cellhub up` no torch."""

import asyncio
import sys
from importlib import import_module, metadata
from typing import Annotated, Any, Literal

import typer

from cellhub_app.cli.stack_process import StackError

EXTRA_COMMANDS = "cellhub.commands"
PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}

app = typer.Typer(
    help="CellHub: live segmentation of biomedical images.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)


@app.command()
def up(
    stop_with_parent: Annotated[bool, typer.Option("--stop-with-parent", help="stop when the program that started this one ends")] = False,
) -> None:
    """Run everything: PostgreSQL, Valkey, migrations, the web process and the workers."""
    from cellhub_app.cli.stack_environment import load_settings
    from cellhub_app.cli.up import run_stack
    from cellhub_app.core.log import configure_logging

    configure_logging("stack", load_settings())
    asyncio.run(run_stack(typer.echo, stop_with_parent=stop_with_parent))


@app.command()
def migrate() -> None:
    """Bring the database to the newest revision."""
    from cellhub_app.cli import stack_environment as stack

    _, environment = stack.prepared(owner=True)
    stack.become(stack.migrate_program(environment))


@app.command()
def build() -> None:
    """Build the pages, if their sources changed; `up` does it too."""
    from cellhub_app.cli.up import build_pages

    asyncio.run(build_pages(typer.echo))


@app.command()
def web() -> None:
    """Run the web process alone; services and secrets come from the environment."""
    from cellhub_app.cli import stack_environment as stack

    settings, environment = stack.prepared()
    stack.clear_metrics(settings.home)
    stack.become(stack.web_program(settings, environment))


@app.command()
def worker(kind: Literal["gpu", "io"]) -> None:
    """Run one worker alone; services and secrets come from the environment."""
    from cellhub_app.cli import stack_environment as stack

    settings, environment = stack.prepared()
    stack.become(stack.worker_program(kind, settings, environment))


@app.command(context_settings=PASS_ON)
def admin(context: typer.Context) -> None:
    """Manage accounts on this server: `cellhub admin --help`."""
    _run_app("admin", import_module("cellhub_app.cli.admin").app, context.args)


@app.command(context_settings=PASS_ON)
def upload(context: typer.Context) -> None:
    """Send a folder of images to a CellHub server: `cellhub upload --help`."""
    _run_app("upload", import_module("cellhub_app.cli.remote").app, context.args)


@app.command(context_settings=PASS_ON)
def share(context: typer.Context) -> None:
    """Make a link with which anybody may look at a project: `cellhub share --help`."""
    _run_app("share", import_module("cellhub_app.cli.remote").sharing, context.args)


@app.command(context_settings=PASS_ON)
def export(context: typer.Context) -> None:
    """Bring a project's images, objects and measures from a CellHub server: `cellhub export --help`."""
    _run_app("export", import_module("cellhub_app.cli.exporting").exporting, context.args)


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(metadata.version("cellhub"))


def _add_extra_commands() -> None:
    for entry_point in metadata.entry_points(group=EXTRA_COMMANDS):
        _add_extra_command(entry_point)


def _add_extra_command(entry_point: metadata.EntryPoint) -> None:
    name = entry_point.name

    @app.command(name, context_settings=PASS_ON, help=f"Works without a server: `cellhub {name} --help`.")
    def run(context: typer.Context) -> None:
        try:
            command = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            command.command(name)(entry_point.load())
            _run_app(name, command, context.args)
        except ModuleNotFoundError as error:
            raise StackError(f"`cellhub {name}` needs the package {error.name}, which is not installed: run `make install`.") from None


def _run_app(name: str, command: typer.Typer, arguments: list[str]) -> Any:
    return command(arguments, prog_name=f"cellhub {name}")


def main() -> None:
    """Run the command line; a failure that can be explained is one sentence and exit status 1."""
    _add_extra_commands()
    try:
        app()
    except (StackError, OSError) as error:
        typer.echo(f"cellhub: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
