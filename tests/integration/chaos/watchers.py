"""Browsers that look at a project while it is hurt, and must show the truth in the end without being loaded again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Browser, Page, expect

from tests.integration.chaos.house import API, House
from tests.integration.chaos.scene import Scene

WINDOW = {"width": 1280, "height": 1000}
SMALL_THUMBNAILS = "localStorage.setItem('cellhub-thumbnail-size', '96')"
CATCHES_UP_WITHIN_MS = 120_000
MARK = "() => { window.wasNeverLoadedAgain = true }"
MARKED = "() => window.wasNeverLoadedAgain === true"


@dataclass
class Watchers:
    """Pages of one project, each in a browser of its own."""

    pages: list[Page]

    async def see(self, done: int, summary: str) -> None:
        """Every page shows so many images as done and says so in its queue, and none was loaded again."""
        for page in self.pages:
            shown = page.locator("[data-testid=gallery-cell][data-status=succeeded]")
            await expect(shown).to_have_count(done, timeout=CATCHES_UP_WITHIN_MS)
            await expect(page.get_by_test_id("batch-summary").first).to_have_text(summary, timeout=CATCHES_UP_WITHIN_MS)
            assert await page.evaluate(MARKED)


@asynccontextmanager
async def watching(browser: Browser, house: House, scene: Scene, count: int) -> AsyncIterator[Watchers]:
    """So many people look at the scene's gallery while the block lasts."""
    contexts = []
    pages = []
    body = {"email": house.stack.admin_email, "password": house.stack.admin_password}
    for _ in range(count):
        context = await browser.new_context(viewport=WINDOW)  # type: ignore[arg-type]
        contexts.append(context)
        await context.add_init_script(SMALL_THUMBNAILS)
        signed = await context.request.post(f"{house.url}{API}/auth/session", data=body, headers={"Origin": house.url})
        assert signed.ok
        pages.append(await context.new_page())
        await pages[-1].goto(f"{house.url}/projects/{scene.project}")
        await expect(pages[-1].get_by_test_id("gallery-cell")).to_have_count(len(scene.names), timeout=CATCHES_UP_WITHIN_MS)
        await pages[-1].evaluate(MARK)
    try:
        yield Watchers(pages)
    finally:
        for context in contexts:
            await context.close()
