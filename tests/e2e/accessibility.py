"""What keeps people out of a page, as axe sees it."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

# Colours of the other scheme come with the next frames, some of them by transitions that begin only then.
SETTLED = """
async () => {
  const frame = () => new Promise(done => requestAnimationFrame(done));
  for (let frames = 0; frames < 8; frames += 1) {
    await frame();
    await Promise.allSettled(document.getAnimations().map(animation => animation.finished));
  }
}
"""


def serious(page: Page, name: str) -> list[str]:
    """What axe finds serious on a page, in light and in dark."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        expect(page.locator(f"html.{scheme}")).to_have_count(1)
        page.evaluate(SETTLED)
        for violation in Axe().run(page).response["violations"]:
            if violation["impact"] in {"serious", "critical"}:
                nodes = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
                found.append(f"{name} in {scheme}: {violation['help']}: {nodes}")
    return found
