import gzip
import os
from pathlib import Path

import pytest

from cellhub_app.cli.stack_frontend import SOURCE_FILES, SOURCE_FOLDERS, make_same_origin, npm_registry, sources_hash
from cellhub_app.cli.stack_process import StackError

CHUNK = "var e={PING:`http://localhost:8000/ping`,EVENT:`ws://localhost:8000/_event`,TRANSPORT:`websocket`};export{e as t};"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in SOURCE_FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    for folder in SOURCE_FOLDERS:
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "a.py").write_text(folder)
    return tmp_path


@pytest.fixture
def client(tmp_path: Path) -> Path:
    assets = tmp_path / "client" / "assets"
    assets.mkdir(parents=True)
    (assets / "reflex-env-abc.js").write_text(CHUNK)
    (assets / "reflex-env-abc.js.gz").write_bytes(gzip.compress(CHUNK.encode()))
    (assets / "root-xyz.js").write_text("console.log('localhost')")
    return assets.parent


def test_built_pages_call_the_address_they_came_from(client: Path) -> None:
    make_same_origin(client)
    text = (client / "assets" / "reflex-env-abc.js").read_text()
    assert "localhost" not in text
    assert "PING:location.origin+`/ping`" in text
    assert "EVENT:location.origin.replace(/^http/,`ws`)+`/_event`" in text


def test_the_compressed_twin_says_the_same(client: Path) -> None:
    make_same_origin(client)
    chunk = client / "assets" / "reflex-env-abc.js"
    assert gzip.decompress(chunk.with_name("reflex-env-abc.js.gz").read_bytes()) == chunk.read_bytes()


def test_an_address_baked_in_elsewhere_is_refused(client: Path) -> None:
    (client / "assets" / "root-xyz.js").write_text("fetch('http://localhost:8000/ping')")
    with pytest.raises(StackError, match=r"root-xyz\.js"):
        make_same_origin(client)


def test_a_build_without_the_endpoints_is_refused(client: Path) -> None:
    (client / "assets" / "reflex-env-abc.js").write_text("var e={}")
    with pytest.raises(StackError, match="not supported"):
        make_same_origin(client)


@pytest.mark.parametrize("name", ["cellhub_app/web/a.py", "assets/a.py", "rxconfig.py", "cellhub_app/cellhub_app.py"])
def test_a_changed_source_changes_the_fingerprint(project: Path, name: str) -> None:
    before = sources_hash(project)
    (project / name).write_text("changed")
    assert sources_hash(project) != before


def test_a_moved_source_changes_the_fingerprint(project: Path) -> None:
    before = sources_hash(project)
    (project / "cellhub_app/web/a.py").rename(project / "cellhub_app/web/b.py")
    assert sources_hash(project) != before


def test_times_compiled_files_and_tests_do_not_change_the_fingerprint(project: Path) -> None:
    before = sources_hash(project)
    os.utime(project / "rxconfig.py", (1, 1))
    (project / "cellhub_app/web/__pycache__").mkdir()
    (project / "cellhub_app/web/__pycache__/a.cpython-311.pyc").write_bytes(b"x")
    (project / "cellhub_app/web/a.test.js").write_text("x")
    assert sources_hash(project) == before


def test_the_registry_of_the_environment_is_used() -> None:
    assert npm_registry({"npm_config_registry": "https://mirror.example/npm", "PATH": ""}) == "https://mirror.example/npm"


def test_without_npm_and_environment_no_registry_is_known(tmp_path: Path) -> None:
    assert npm_registry({"PATH": str(tmp_path)}) is None


def test_npm_is_asked_for_its_registry(tmp_path: Path) -> None:
    npm = tmp_path / "npm"
    npm.write_text('#!/bin/sh\n[ "$*" = "config get registry" ] && echo https://mirror.example/npm/\n')
    npm.chmod(0o755)
    assert npm_registry({"PATH": str(tmp_path)}) == "https://mirror.example/npm"
