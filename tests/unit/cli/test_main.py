from importlib import metadata
from pathlib import Path

import pytest

from cellhub_app.cli import main as cli
from cellhub_app.cli.stack_process import StackError


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr("sys.argv", ["cellhub", *arguments])
    cli.main()


def test_version_is_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, "version")
    assert ended.value.code == 0
    assert capsys.readouterr().out.strip() == metadata.version("cellhub")


def test_segment_is_offered_without_being_imported(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run(monkeypatch, "--help")
    assert "segment" in capsys.readouterr().out


def test_a_failure_that_can_be_explained_is_one_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse() -> None:
        raise StackError("The moon is too far away.")

    monkeypatch.setattr(cli, "app", refuse)
    monkeypatch.setattr(cli, "_add_extra_commands", lambda: None)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == "cellhub: The moon is too far away.\n"


def test_a_command_whose_packages_are_missing_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "needs_more.py").write_text("import a_package_that_is_not_here")
    monkeypatch.syspath_prepend(tmp_path)
    extra = metadata.EntryPoint("sing", "needs_more:sing", cli.EXTRA_COMMANDS)
    monkeypatch.setattr(cli.metadata, "entry_points", lambda group: [extra])
    monkeypatch.setattr(cli.app, "registered_commands", list(cli.app.registered_commands))
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, "sing")
    assert ended.value.code == 1
    assert "`cellhub sing` needs the package a_package_that_is_not_here, which is not installed" in capsys.readouterr().err
