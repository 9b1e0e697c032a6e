"""`cellhub up`: the whole of CellHub from one command, and nothing of it left when the command ends."""

import asyncio
import ctypes
import errno
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Callable
from contextlib import suppress

from cellhub_app.cli.stack_data import prepare_data, together
from cellhub_app.cli.stack_environment import (
    SCRIPTS,
    clear_metrics,
    load_settings,
    process_environment,
    service_environment,
    web_program,
    without_owner,
    worker_programs,
)
from cellhub_app.cli.stack_frontend import build_frontend, is_built
from cellhub_app.cli.stack_home import Home, why_not_listen
from cellhub_app.cli.stack_launch import PR_SET_PDEATHSIG
from cellhub_app.cli.stack_process import StackError, Supervisor
from cellhub_app.core.settings import ROOT, Settings

READY_WITHIN_S = 180.0
ANSWER_WITHIN_S = 5.0

Say = Callable[[str], None]


async def run_stack(say: Say, *, stop_with_parent: bool = False) -> None:
    """Start everything, tell where it is, keep it running until the first signal. Raises StackError when it cannot start."""
    settings = load_settings()
    home = Home(settings.home)
    home.prepare()
    lock = home.lock(settings.base_url)
    try:
        check_port(settings)
        supervisor = Supervisor(home.logs, lock)
        _stop_on_signals(supervisor, say, stop_with_parent=stop_with_parent)
        try:
            with suppress(asyncio.CancelledError):
                await _bring_up(settings, home, supervisor, say)
                await supervisor.keep_running()
        finally:
            say("Stopping ...")
            await supervisor.stop_all()
    finally:
        home.unlock()


async def build_pages(say: Say) -> None:
    """Build the frontend alone, for an image that will serve it. Raises StackError when the build fails."""
    home = Home(load_settings().home)
    home.prepare()
    supervisor = Supervisor(home.logs)
    try:
        built = await build_frontend(ROOT, process_environment(home), supervisor)
    finally:
        await supervisor.stop_all()
    say("The pages are built." if built else "The pages were built already.")


async def _bring_up(settings: Settings, home: Home, supervisor: Supervisor, say: Say) -> None:
    environment = process_environment(home)
    clear_metrics(home.path)
    if not is_built(ROOT):
        say("Building the pages; this takes a minute the first time ...")
    await together(prepare_data(settings, home, supervisor, environment), build_frontend(ROOT, environment, supervisor))
    environment |= service_environment(home, settings)
    # A build takes long enough for somebody else to take the port, and then to answer in our stead.
    check_port(settings)
    programs = [web_program(settings, environment), *worker_programs(settings, environment)]
    children = [await supervisor.start(program) for program in programs]
    await supervisor.wait_until(lambda: is_ready(settings), *children, timeout_s=READY_WITHIN_S)
    say(f"CellHub is ready at {settings.base_url}")
    if account := await first_admin(without_owner(environment)):
        say(f"First admin (shown only now): {account[0]}  password: {account[1]}")
    say(f"Logs are in {home.logs}. Stop with Ctrl-C.")


def check_port(settings: Settings) -> None:
    """Raise StackError, saying what to do, when the web process could not listen."""
    problem = why_not_listen(settings.port, settings.host)
    if problem == errno.EADDRINUSE:
        example = "CELLHUB_PORT=8001 make run"
        raise StackError(f"Port {settings.port} is taken by another program. Stop that one, or choose another port: {example}")
    if problem is not None:
        where = f"{settings.host} port {settings.port} ({os.strerror(problem)})"
        raise StackError(f"CellHub cannot listen on {where}. Choose another CELLHUB_HOST or CELLHUB_PORT.")


async def is_ready(settings: Settings) -> bool:
    """Whether the web process says that it and what it needs are ready."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - compared, not bound
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            reader, writer = await asyncio.open_connection(host, settings.port)
            writer.write(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            status = await reader.readline()
            writer.close()
    except (OSError, TimeoutError):
        return False
    return status.split()[1:2] == [b"200"]


async def first_admin(environment: dict[str, str]) -> tuple[str, str] | None:
    """Open the first admin's account where there is no admin; answers its e-mail address and password. Raises StackError."""
    command = (SCRIPTS / "cellhub", "admin", "first")
    process = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, env=environment, cwd=ROOT)
    output, errors = await process.communicate()
    if process.returncode:
        raise StackError(f"The first admin's account could not be opened:\n{errors.decode()[-2000:]}")
    email, _, password = output.decode().strip().partition(" ")
    return (email, password) if password else None


def _stop_on_signals(supervisor: Supervisor, say: Say, *, stop_with_parent: bool) -> None:
    main = asyncio.current_task()

    def stop() -> None:
        if main is None or main.cancelling():
            say("Ending at once.")
            supervisor.kill_all()
        else:
            main.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    if stop_with_parent:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
