"""What can be set or typed is in the README, and nothing that is gone still is."""

import re
from pathlib import Path

import pytest

from cellhub_app.core.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_in_the_readme_with_its_default(name: str) -> None:
    row = re.search(rf"^\| `CELLHUB_{name.upper()}` \| (.*?) \| (.*?) \|$", README, re.MULTILINE)
    assert row is not None
    assert Settings.model_fields[name].description == row.group(2)


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_in_the_example_environment(name: str) -> None:
    assert re.search(rf"^#?\s*CELLHUB_{name.upper()}=", (ROOT / ".env.example").read_text(), re.MULTILINE)


def test_the_readme_names_no_setting_that_is_gone() -> None:
    named = {word.lower() for word in re.findall(r"^\| `CELLHUB_([A-Z_]+)`", README, re.MULTILINE)}
    assert named == set(Settings.model_fields)


def test_every_make_target_is_in_the_readme() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = {name for line in re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE) for name in line.split()}
    assert targets
    assert {name for name in targets if f"`make {name}`" not in README} == set()


def test_the_optional_engine_is_of_one_version_everywhere() -> None:
    asked = re.findall(r'"openvino==([\d.]+)"', (ROOT / "pyproject.toml").read_text())
    asked += re.findall(r"OPENVINO_VERSION := ([\d.]+)", (ROOT / "Makefile").read_text())
    asked += re.findall(r"openvino==([\d.]+)", (ROOT / "deploy" / "Dockerfile").read_text())
    assert len(asked) == 4
    assert len(set(asked)) == 1


def test_every_command_is_in_the_readme() -> None:
    from typer.main import get_command

    from cellhub_app.cli.main import app

    commands = get_command(app).commands  # type: ignore[attr-defined]
    assert {name for name in commands if f"`cellhub {name}`" not in README} == set()
