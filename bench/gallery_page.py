"""How does the gallery of a project with 10,000 images feel? First paint (target: under 1 s after navigation), cells in the DOM, frames.

Usage: python -m bench.gallery_page --home FOLDER [--url http://localhost:8000] [--images 10000] [--visits 5]

FOLDER is the home of the CellHub at the address (CELLHUB_HOME): the rows are copied straight into its database from a few images that
are uploaded, and their thumbnails are links to the few real ones. Needs a Chromium (CELLHUB_TEST_BROWSER, else the first on PATH).
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from playwright.sync_api import Browser, Page

from bench.live import chromium, picture, signed_in
from bench.server import Account, machine, parser, percentile, wait_until
from cellhub_app.cli.stack_home import Home
from cellhub_app.cli.stack_services import service_urls
from cellhub_app.core.ids import new_id
from cellhub_app.models.image import Image, storage_key

TEMPLATES = 8
OWN = ("id", "name", "upload_session", "upload_index")
SCROLLS, SCROLL_PX = 120, 400
WATCH = """() => {
  const seen = window.seen = {};
  const look = () => {
    const cells = document.querySelectorAll('[data-testid=gallery-cell]');
    if (cells.length > 0) seen.cells ??= performance.now();
    const pictures = [...document.querySelectorAll('.ch-cell-picture')].slice(0, 4);
    if (pictures.length === 4 && pictures.every(picture => picture.complete)) seen.pictures ??= performance.now();
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
  document.addEventListener('load', look, true);
}"""
FRAMES = """() => {
  const found = window.found = { cells: 0, frames: [], before: performance.now() };
  const step = now => {
    found.frames.push(now - found.before);
    found.before = now;
    found.cells = Math.max(found.cells, document.querySelectorAll('[data-testid=gallery-cell], [data-testid=gallery-skeleton]').length);
    if (window.found === found) requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}"""


@dataclass(frozen=True)
class Scroll:
    """What scrolling through the gallery showed: cells at most, and how long each frame took, ms."""

    cells: int
    frames: list[float]


def fill(home: Home, project: str, count: int) -> None:
    """Copy the images of the project until there are `count`, each with a thumbnail."""
    address = service_urls(home.ports(), home.secrets()).database_owner.replace("postgresql+psycopg", "postgresql")
    storage = home.path / "files"
    shared = ", ".join(f'"{column.name}"' for column in Image.metadata.tables["image"].columns if column.name not in OWN)
    with psycopg.connect(address) as connection:
        templates = [row[0] for row in connection.execute("select id from image where project_id = %s", [project])]
        connection.execute("create temp table copies (id uuid, template uuid, name text) on commit drop")
        with connection.cursor().copy("copy copies from stdin") as copy:
            for number in range(count - len(templates)):
                image, template = new_id(), templates[number % len(templates)]
                copy.write_row((image, template, f"plate_{number // 384:02d}_{number % 384:03d}.png"))
                link(storage, str(template), str(image))
        connection.execute(
            f"insert into image (id, name, {shared}) select c.id, c.name, {', '.join(f't.{name}' for name in shared.split(', '))} "  # type: ignore[arg-type]
            "from copies c join image t on t.id = c.template"
        )


def link(storage: Path, template: str, image: str) -> None:
    """Give an image the thumbnail of another."""
    source, target = (storage / storage_key(name, "thumbnail.webp") for name in (template, image))  # type: ignore[arg-type]
    target.parent.mkdir(parents=True, exist_ok=True)
    os.link(source, target)


def visit(browser: Browser, account: Account, project: str, visits: int) -> tuple[list[dict[str, float]], Page]:
    """Open the project so many times in one browser; ms from navigation to the first cells and to the first four pictures."""
    page = signed_in(browser, account, f"({WATCH})()")
    seen = []
    for _ in range(visits):
        page.goto(f"{account.url}/projects/{project}")
        page.locator(".ch-cell-picture").nth(3).wait_for()
        seen.append(wait_until(lambda: page.evaluate("() => window.seen"), lambda found: "pictures" in found, 30))
    return seen, page


def scroll(page: Page) -> Scroll:
    """Turn the wheel as people do, then jump to the end."""
    page.locator("[data-testid=gallery-list]").hover()
    page.evaluate(FRAMES)
    for _ in range(SCROLLS):
        page.mouse.wheel(0, SCROLL_PX)
    page.evaluate("() => new Promise(requestAnimationFrame)")
    found: dict[str, Any] = page.evaluate("() => { const found = window.found; window.found = null; return found; }")
    return Scroll(found["cells"], found["frames"][1:])


def main() -> None:
    """Measure and print."""
    options = parser(__doc__)
    options.add_argument("--home", type=Path, required=True, help="home of that CellHub")
    options.add_argument("--images", type=int, default=10_000)
    options.add_argument("--visits", type=int, default=5)
    given = options.parse_args()
    with Account(given.url) as account, chromium() as browser:
        project = account.make_project("Gallery benchmark")
        account.upload(project, ((f"nuclei {seed}.png", picture(seed)) for seed in range(TEMPLATES)))
        wait_until(lambda: account.images(project), lambda images: all(image["status"] == "ready" for image in images), 120)
        fill(Home(given.home), project, given.images)
        seen, page = visit(browser, account, project, given.visits)
        rolled = scroll(page)
    print(f"machine: {machine()}; server and browser on it together")
    print(f"{given.images:,} images, {given.visits} visits of one browser, ms after navigation (first visit, then median of the others)")
    for name, words in (("cells", "first cells"), ("pictures", "first four thumbnails")):
        first, *others = [found[name] for found in seen]
        print(f"{words}: {first:.0f}, {percentile(others or [first], 0.5):.0f}")
    slow = sum(1 for frame in rolled.frames if frame > 50)
    print(f"scrolling {SCROLLS * SCROLL_PX:,} px: at most {rolled.cells} cells in the DOM")
    print(
        f"frames: {len(rolled.frames)}, median {percentile(rolled.frames, 0.5):.0f} ms, p95 {percentile(rolled.frames, 0.95):.0f} ms, ",
        end="",
    )
    print(f"longest {max(rolled.frames):.0f} ms, {slow} above 50 ms")


if __name__ == "__main__":
    main()
