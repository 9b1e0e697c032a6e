"""Yardsticks for the editor: the same picture and polygons in the plain vector layers of other libraries, with the same gestures.

Their pages (bench/yardsticks) are built here, by bun and from pinned packages, and served from a temporary folder; no user ever gets them.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

from playwright.sync_api import Browser

from bench.gestures import heap_mb, panned, row, swept, visit
from bench.live import WINDOW
from bench.server import Account, checked, percentile

LIBRARIES = {"openlayers": "OpenLayers vector layer", "leaflet": "Leaflet on canvas"}
SOURCES = Path(__file__).parent / "yardsticks"
BUN = Path(sys.prefix) / "bin" / "bun"


class Quiet(SimpleHTTPRequestHandler):
    """Files of a folder, without a log."""

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


def build(folder: Path, library: str) -> None:
    """The page of a library, in the folder. Raises CalledProcessError."""
    subprocess.run([BUN, "install", "--frozen-lockfile", "--silent"], cwd=SOURCES, check=True)
    out = folder / "yardstick.js"
    subprocess.run([BUN, "build", f"{library}.js", "--minify", f"--outfile={out}"], cwd=SOURCES, check=True, stdout=subprocess.DEVNULL)
    shutil.copy(SOURCES / "index.html", folder)


@contextmanager
def served(account: Account, image: str, library: str) -> Iterator[str]:
    """The address of a page that shows an image and its polygons with a library."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        build(folder, library)
        for path, file in (("display", "picture.webp"), ("polygons?format=binary", "polygons.bin")):
            (folder / file).write_bytes(checked(account.http.get(f"/images/{image}/{path}")).content)
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=name))
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            server.server_close()


def measure(browser: Browser, account: Account, image: str, visits: int) -> None:
    """Everything of each library, printed as it comes."""
    for library, name in LIBRARIES.items():
        with served(account, image, library) as address:
            page = browser.new_page(viewport=WINDOW)
            drawn = visit(page, address, visits)
            row(f"{name}: polygons drawn", f"{percentile(drawn, 0.5):.0f} ms (first {drawn[0]:.0f})", "a yardstick")
            row(f"{name}: pan", panned(page, "pan, all visible").told, "a yardstick")
            row(f"{name}: zoom sweep", swept(page).told, "a yardstick")
            row(f"{name}: browser heap", f"{heap_mb(page):.0f} MB", "a yardstick")
            page.close()
