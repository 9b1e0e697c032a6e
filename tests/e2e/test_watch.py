"""The journeys' own watch: it must notice what it is there for."""

from playwright.sync_api import Browser, expect

from tests.e2e.visitors import Visitor

MISTAKES = {
    "() => { const image = new Image(); image.src = 'http://127.0.0.1:9/pixel.png'; document.body.append(image) }": "127.0.0.1:9",
    "() => { const code = document.createElement('script'); code.textContent = '1'; document.body.append(code) }": "script-src",
}


def test_the_watch_notices_errors_foreign_hosts_and_violated_policies(browser: Browser, base_url: str) -> None:
    context = browser.new_context()
    watched = Visitor.arrive(context, base_url)
    watched.go("/sign-in")
    expect(watched.by_id("sign-in-submit")).to_be_visible()
    assert watched.problems == []
    with context.expect_event("weberror"):
        watched.page.evaluate("() => { console.error('a mistake'); setTimeout(() => { throw new Error('uncaught mistake') }) }")
    for mistake, word in MISTAKES.items():
        with context.expect_console_message(lambda message, word=word: word in message.text):  # type: ignore[misc]
            watched.page.evaluate(mistake)
    noticed = "\n".join(watched.problems)
    for part in ("a mistake", "uncaught mistake", *MISTAKES.values()):
        assert part in noticed
    context.close()
