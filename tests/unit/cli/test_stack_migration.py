from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from cellhub_app.cli.stack_migration import newest_revisions
from cellhub_app.core.settings import ROOT


def write(folder: Path, revision: str, down: str) -> None:
    (folder / f"{revision}.py").write_text(f'"""Say."""\n\nrevision: str = "{revision}"\ndown_revision: str | None = {down}\n')


def test_the_newest_revision_is_the_one_that_alembic_names() -> None:
    heads = ScriptDirectory.from_config(Config(ROOT / "alembic" / "alembic.ini")).get_heads()
    assert newest_revisions(ROOT / "alembic" / "versions") == set(heads)


def test_a_revision_that_is_followed_is_not_the_newest(tmp_path: Path) -> None:
    write(tmp_path, "a1", "None")
    write(tmp_path, "b2", "'a1'")
    assert newest_revisions(tmp_path) == {"b2"}


def test_a_merge_follows_both_branches(tmp_path: Path) -> None:
    for revision, down in (("a1", "None"), ("b2", '"a1"'), ("c3", '"a1"'), ("d4", '("b2", "c3")')):
        write(tmp_path, revision, down)
    assert newest_revisions(tmp_path) == {"d4"}
