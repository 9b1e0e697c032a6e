import os
import socket
import stat
from pathlib import Path

import pytest

from cellhub_app.cli.stack_home import Home, Ports, why_not_listen
from cellhub_app.cli.stack_process import StackError


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.prepare()
    return home


def test_secrets_are_made_once_and_only_their_owner_reads_them(home: Home) -> None:
    made = home.secrets()
    assert home.secrets() == made
    assert len({made.postgres, made.owner, made.app, made.valkey, made.secret_key}) == 5
    assert all(len(value) >= 32 for value in vars(made).values())
    assert stat.S_IMODE((home.path / "secrets").stat().st_mode) == 0o600


def test_two_homes_share_no_secret(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    other.prepare()
    assert not set(vars(home.secrets()).values()) & set(vars(other.secrets()).values())


def test_a_secret_that_a_newer_version_needs_is_added_and_the_others_stay(home: Home) -> None:
    (home.path / "secrets").write_text('{"postgres": "a", "owner": "b", "app": "c", "valkey": "d"}')
    secrets = home.secrets()
    assert (secrets.postgres, secrets.owner, secrets.app, secrets.valkey) == ("a", "b", "c", "d")
    assert home.secrets().secret_key == secrets.secret_key


def test_ports_stay_the_same_while_they_are_free(home: Home) -> None:
    first = home.choose_ports()
    assert home.choose_ports() == first == home.ports()


def test_a_port_that_somebody_took_is_replaced(home: Home) -> None:
    first = home.choose_ports()
    with socket.create_server(("127.0.0.1", first.postgres)):
        second = home.choose_ports()
    assert second.postgres != first.postgres
    assert second == Ports(second.postgres, first.valkey) == home.ports()


def test_a_taken_port_is_told_from_a_free_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert why_not_listen(port) is not None
    assert why_not_listen(port) is None


def test_the_second_claim_of_a_home_names_the_address_and_the_process(home: Home) -> None:
    home.lock("http://localhost:8123")
    with pytest.raises(StackError, match=rf"already runs .* at http://localhost:8123 \(process {os.getpid()}\)"):
        Home(home.path).lock("http://localhost:9")
    home.unlock()


def test_a_home_can_be_claimed_again_once_it_was_given_back(home: Home) -> None:
    home.lock("http://localhost:1")
    home.unlock()
    again = Home(home.path)
    again.lock("http://localhost:2")
    again.unlock()


def test_a_home_that_is_a_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StackError, match=r"cannot write its data folder .* CELLHUB_HOME"):
        Home(tmp_path / "file").prepare()
