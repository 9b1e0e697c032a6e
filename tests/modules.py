"""The npm packages that the JavaScript modules import, for the modules' own tests: `python -m tests.modules`, once.

The frontend's build has its packages where only the build finds them; here the same versions lie in node_modules, which git ignores.
"""

import json
import subprocess
import sys
from pathlib import Path

from cellhub_app.web.components.viewer.viewer import Viewer

ROOT = Path(__file__).resolve().parents[1]
FOR_TESTS = ("fake-indexeddb@6.2.8",)  # the browser's database, in memory


def install_packages(root: Path = ROOT) -> None:
    """Make `node_modules` hold what the viewer's modules import; nothing to do where it does. Raises CalledProcessError."""
    wanted = dict(package.rsplit("@", 1) for package in (*Viewer.lib_dependencies, *FOR_TESTS))
    if all(_version(root, name) == version for name, version in wanted.items()):
        return
    place = root / ".cellhub" / "modules"
    place.mkdir(parents=True, exist_ok=True)
    (place / "package.json").write_text(json.dumps({"dependencies": wanted}))
    bun = Path(sys.prefix) / "bin" / "bun"
    subprocess.run([bun, "install", "--silent"], cwd=place, check=True)
    link = root / "node_modules"
    link.unlink(missing_ok=True)
    link.symlink_to(place / "node_modules")


def _version(root: Path, name: str) -> str | None:
    card = root / "node_modules" / name / "package.json"
    return json.loads(card.read_text())["version"] if card.exists() else None


if __name__ == "__main__":
    install_packages()
