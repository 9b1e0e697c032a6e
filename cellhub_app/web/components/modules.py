"""JavaScript and styles that lie beside their Python, linked to where the frontend build finds them.

`rx.asset(shared=True)` does the same, but reads the whole call stack for each file, which took most of a web process's start.
"""

from pathlib import Path
from uuid import uuid4

from cellhub_app.core.settings import ROOT

PUBLIC = Path("external")
KINDS = ("js", "jsx", "css")


def linked_modules(python_file: str, *names: str, root: Path = ROOT) -> str:
    """Link the files beside `python_file` into the build; answers how the build imports the first. Raises FileNotFoundError."""
    source = Path(python_file).resolve()
    place = PUBLIC / source.relative_to(root.resolve()).with_suffix("")
    for name in names:
        _link(root / "assets" / place / name, (source.parent / name).resolve(strict=True))
    return f"$/public/{(place / names[0]).as_posix()}"


def linked_folder(python_file: str, entry: str, root: Path = ROOT) -> str:
    """Link every module and style beside and below `python_file` but its tests, unlink what is gone; answers what `linked_modules` does."""
    folder = Path(python_file).resolve().parent
    for link in (root / "assets" / PUBLIC / folder.relative_to(root.resolve())).rglob("*"):
        if link.is_symlink() and not link.exists():
            link.unlink(missing_ok=True)
    found = sorted(path.relative_to(folder).as_posix() for kind in KINDS for path in folder.rglob(f"*.{kind}") if not is_test(path))
    return linked_modules(python_file, entry, *(name for name in found if name != entry), root=root)


def is_test(path: Path) -> bool:
    """Whether a module is there for the tests alone."""
    return path.name.endswith((".test.js", ".fixture.js"))


def _link(link: Path, target: Path) -> None:
    """Make or mend the link in one step: several processes may do it at once, and a served image is read-only."""
    if link.is_symlink() and link.readlink() == target:
        return
    link.parent.mkdir(parents=True, exist_ok=True)
    temporary = link.with_name(f".{uuid4().hex}.tmp")
    temporary.symlink_to(target)
    temporary.replace(link)
