"""`cellhub up` as a person meets it: one CellHub that is started, asked, refused a twin, stopped and killed."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from cellhub_app.cli.stack_home import free_port
from cellhub_app.core.settings import ROOT
from tests.fixtures.processes import command_of, descendants, is_alive, none_alive, until
from tests.fixtures.services import FAST_SETTINGS, RunningStack, start_stack, stop_stack, temporary_home


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with temporary_home() as home:
        yield home


@pytest.fixture(scope="module")
def stack(home: Path, port: int) -> Iterator[RunningStack]:
    stack = start_stack(home, port)
    yield stack
    if stack.process.poll() is None:
        stop_stack(stack)


@pytest.fixture(scope="module")
def started_again(stack: RunningStack, home: Path, port: int) -> Iterator[RunningStack]:
    """The same home's next start, after the first was killed."""
    if stack.process.poll() is None:
        end_at_once(stack)
    again = start_stack(home, port)
    yield again
    if again.process.poll() is None:
        stop_stack(again)


def end_at_once(stack: RunningStack) -> None:
    stack.process.kill()
    stack.process.communicate()


def cellhub(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CELLHUB_")} | FAST_SETTINGS | settings
    command = [sys.executable, "-m", "cellhub_app.cli.main", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


def sign_in(stack: RunningStack, email: str, password: str) -> int:
    return httpx.post(f"{stack.base_url}/api/v1/auth/login", json={"email": email, "password": password}).status_code


def test_the_first_start_shows_a_sign_in_that_works(stack: RunningStack) -> None:
    assert httpx.get(f"{stack.base_url}/health/ready").status_code == 200
    assert sign_in(stack, stack.admin_email, stack.admin_password) == 200


def test_pages_are_served(stack: RunningStack) -> None:
    answer = httpx.get(f"{stack.base_url}/", follow_redirects=True)
    assert answer.status_code == 200
    assert "<html" in answer.text


@pytest.mark.parametrize(
    "path", ["/../rxconfig.py", "/..%2frxconfig.py", "/%2e%2e/%2e%2e/etc/passwd", "/fonts/..%2f..%2f..%2frxconfig.py", "/%00"]
)
def test_no_path_leads_out_of_the_pages(stack: RunningStack, path: str) -> None:
    with socket.create_connection(("localhost", int(stack.base_url.rpartition(":")[2])), timeout=10) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert answer.split()[1] in {b"400", b"404"}
    assert b"rx.Config" not in answer
    assert b"root:" not in answer


def test_a_second_start_from_the_same_home_says_so_plainly(stack: RunningStack, home: Path) -> None:
    twin = cellhub("up", CELLHUB_HOME=str(home), CELLHUB_PORT=str(free_port()))
    assert twin.returncode == 1
    assert twin.stderr.startswith(f"cellhub: CellHub already runs from {home} at {stack.base_url} (process {stack.process.pid}).")
    assert "Traceback" not in twin.stderr


def test_a_taken_port_is_a_clear_error(stack: RunningStack, port: int) -> None:
    with temporary_home() as other:
        refused = cellhub("up", CELLHUB_HOME=str(other), CELLHUB_PORT=str(port))
    assert refused.returncode == 1
    assert f"Port {port} is taken by another program." in refused.stderr
    assert "Traceback" not in refused.stderr


def test_services_listen_on_this_machine_only(stack: RunningStack) -> None:
    pids = descendants(stack.process.pid)
    listening = {address for pid in pids for address in listening_addresses(pid)}
    assert listening
    assert {host for host, _ in listening} == {"127.0.0.1"}


def test_no_secret_stands_in_a_command_line_or_log(stack: RunningStack, home: Path) -> None:
    secrets = re.findall(r'": "([^"]{20,})"', (home / "secrets").read_text())
    assert len(secrets) == 5
    commands = [command_of(pid) for pid in descendants(stack.process.pid)]
    logs = [path.read_text(errors="replace") for path in (home / "logs").iterdir()]
    assert not [secret for secret in [*secrets, stack.admin_password] for text in [*commands, *logs] if secret in text]


def test_a_killed_worker_comes_back(stack: RunningStack) -> None:
    (worker,) = processes_of(stack, "ml_worker.worker.IoWorker")
    os.kill(worker, signal.SIGKILL)
    until(lambda: any(pid != worker for pid in processes_of(stack, "ml_worker.worker.IoWorker")))
    assert httpx.get(f"{stack.base_url}/health/ready").status_code == 200


def test_a_password_can_be_reset_on_the_server(stack: RunningStack, home: Path, port: int) -> None:
    done = cellhub("admin", "reset-password", stack.admin_email, CELLHUB_HOME=str(home), CELLHUB_PORT=str(port))
    assert done.returncode == 0, done.stderr
    assert sign_in(stack, stack.admin_email, stack.admin_password) == 401
    assert sign_in(stack, stack.admin_email, done.stdout.split()[-1]) == 200


def test_resetting_an_unknown_account_is_a_clear_error(stack: RunningStack, home: Path) -> None:
    refused = cellhub("admin", "reset-password", "nobody@example.org", CELLHUB_HOME=str(home))
    assert (refused.returncode, refused.stderr) == (1, "There is no account for nobody@example.org.\n")


def test_kill_9_leaves_nothing(stack: RunningStack) -> None:
    started = descendants(stack.process.pid)
    assert len(started) >= 6
    end_at_once(stack)
    until(lambda: none_alive(started))


def test_the_start_after_kill_9_works(started_again: RunningStack) -> None:
    assert httpx.get(f"{started_again.base_url}/health/ready").status_code == 200


def test_ctrl_c_stops_everything(started_again: RunningStack) -> None:
    started = descendants(started_again.process.pid)
    assert stop_stack(started_again) == 0
    assert none_alive(started)


def test_the_next_start_does_nothing_twice_and_ends_with_the_program_that_started_it(
    started_again: RunningStack, home: Path, port: int
) -> None:
    if started_again.process.poll() is None:
        stop_stack(started_again)
    written = {name: started_again.log_of(name) for name in ("frontend", "migrate") if (home / "logs" / f"{name}.log").exists()}
    assert "migrate" in written
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(home), str(port)], cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert starter.stdout is not None
    assert starter.stdout.readline() == "ready without a new admin\n"
    assert {name: started_again.log_of(name) for name in written} == written
    started = descendants(starter.pid)
    starter.kill()
    starter.communicate()
    until(lambda: none_alive(started))


STARTER = """
import pathlib, sys, time
from tests.fixtures.services import start_stack
stack = start_stack(pathlib.Path(sys.argv[1]), int(sys.argv[2]))
print("ready with a new admin" if stack.admin_password else "ready without a new admin", flush=True)
time.sleep(600)
"""


def processes_of(stack: RunningStack, word: str) -> list[int]:
    """Living processes of the stack whose command line has the word."""
    return [pid for pid in descendants(stack.process.pid) if is_alive(pid) and word in command_of(pid)]


def listening_addresses(pid: int) -> set[tuple[str, int]]:
    """Address and port of each TCP socket that the process listens on."""
    inodes = {link.readlink().name.removeprefix("socket:[").rstrip("]") for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    found = set()
    for family, table in ((socket.AF_INET, "tcp"), (socket.AF_INET6, "tcp6")):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                host, _, port = fields[1].partition(":")
                words = [bytes.fromhex(host[i : i + 8])[::-1] for i in range(0, len(host), 8)]
                found.add((socket.inet_ntop(family, b"".join(words)), int(port, 16)))
    return found
