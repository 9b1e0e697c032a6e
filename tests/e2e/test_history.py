"""The history of an image in two browsers: who did what, what differs, an old revision and back, who else is here."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from playwright.sync_api import expect

from tests.e2e.pictures import plate
from tests.e2e.visitors import API, Visitor, at

FIRST_ANSWER_MS = 60_000  # the first edit of a server waits until what measures it is compiled


def sent(visitor: Visitor, method: str, path: str, body: Any) -> Any:
    """What the API answers to a page of the visitor's."""
    options = {"method": method, "data": body, "headers": {"Origin": visitor.base_url}, "timeout": FIRST_ANSWER_MS}
    return visitor.answered(visitor.context.request.fetch(visitor.base_url + API + path, **options)).json()


def square(x: float, y: float, side: float = 30) -> dict[str, Any]:
    ring = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    return {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": {}}


def edit(visitor: Visitor, image: str, base: int, removed: list[str], added: list[dict[str, Any]]) -> int:
    body = {"editId": str(uuid4()), "baseRevision": base, "removed": removed, "added": added}
    return int(sent(visitor, "PATCH", f"/images/{image}/polygons", body)["revision"])


def test_history_is_compared_looked_at_restored_and_seen_together(arrive: Callable[..., Visitor]) -> None:
    ada, vera = arrive(), arrive()
    ada.open_account()
    vera.open_account("Vera Rubin")
    project = ada.make_project("History")
    sent(ada, "POST", f"/projects/{project}/members", {"email": vera.email, "role": "annotator"})
    ada.choose_files(plate(1))
    ada.waits_for(1, "ready")
    image = ada.api(f"/projects/{project}/images")["data"][0]["id"]
    kept, moved, gone, fresh = (str(uuid4()) for _ in range(4))
    first = [{"id": key, "feature": square(40 + 60 * place, 40)} for place, key in enumerate((kept, moved, gone))]
    edit(ada, image, 0, [], first)
    change = [{"id": moved, "feature": square(100, 60)}, {"id": fresh, "feature": square(40, 160)}]
    edit(vera, image, 1, [moved, gone], change)

    page = ada.page
    ada.go(f"/projects/{project}/images/{image}")
    ada.by_id("side-history").click()
    expect(ada.by_id("history-entry")).to_have_count(2)
    expect(ada.by_id("history-entry").first).to_contain_text("Vera Rubin")
    ada.by_id("diff-switch").check()
    for kind in ("added", "removed", "changed"):
        expect(ada.by_id(f"diff-{kind}")).to_have_attribute("data-count", "1")

    ada.by_id("history-entry").last.click()
    expect(ada.by_id("past-banner")).to_contain_text("You look at revision 1 of 2")
    page.wait_for_url(lambda address: "revision=1" in address)
    expect(ada.by_id("viewer")).to_have_attribute("data-objects", "3")
    page.reload()
    ada.by_id("past-restore").click()
    expect(ada.by_id("past-banner")).not_to_be_visible()
    expect(ada.by_id("history-entry").first).to_contain_text("restored revision 1")
    page.get_by_role("button", name="Undo").last.click()
    expect(ada.by_id("history-entry").first).to_contain_text("restored revision 2")

    vera.go(f"/projects/{project}/images/{image}?object={fresh}")
    vera.page.wait_for_url(at(f"/images/{image}"))
    expect(ada.by_id("person-here")).to_have_attribute("data-object", fresh)
    expect(vera.by_id("origin-step")).to_have_count(2)
    expect(vera.by_id("origin-step").last).to_contain_text("Drawn by Vera Rubin")
    member = next(one["userId"] for one in ada.api(f"/projects/{project}/members") if one["email"] == vera.email)
    vera.expected += ["404", "403"]
    ada.answered(ada.context.request.delete(f"{ada.base_url}{API}/projects/{project}/members/{member}", headers={"Origin": ada.base_url}))
    expect(ada.by_id("person-here")).to_have_count(0)
    expect(vera.page.get_by_text("There is no such image")).to_be_visible()
