"""Annotations come in through the page: dropped or chosen, and told file by file."""

import io
import json
import zipfile
from typing import Any

from playwright.sync_api import FilePayload, Locator, expect

from tests.e2e.pictures import SIDE, plate
from tests.e2e.visitors import WORK_TIMEOUT_MS, Visitor

SQUARE = [20.0, 20.0, 60.0, 20.0, 60.0, 60.0, 20.0, 60.0]
BOW_TIE = [100.0, 100.0, 140.0, 140.0, 140.0, 100.0, 100.0, 140.0]
DROP = """
(target, files) => {
  const moved = new DataTransfer();
  for (const { name, text } of files) moved.items.add(new File([text], name));
  for (const kind of ["dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(kind, { dataTransfer: moved, bubbles: true, cancelable: true }));
  }
}
"""


def coco(names: list[str], outlines: list[list[float]]) -> str:
    """A COCO document with the outlines in the first image; the other images have none."""
    images = [{"id": place, "file_name": name, "width": SIDE, "height": SIDE} for place, name in enumerate(names)]
    kinds = [{"id": 1, "name": "nucleus"}]
    found = [{"id": place, "image_id": 0, "category_id": 1, "segmentation": [each]} for place, each in enumerate(outlines)]
    return json.dumps({"images": images, "annotations": found, "categories": kinds})


def text_file(name: str, text: str) -> FilePayload:
    """A file to choose."""
    return {"name": name, "mimeType": "application/octet-stream", "buffer": text.encode()}


def newest(ada: Visitor) -> Locator:
    """The import at the top of the list."""
    return ada.by_id("import").first


def objects_of(ada: Visitor, project: str) -> dict[str, Any]:
    """How many objects each image has."""
    return {image["name"]: image["objectCount"] for image in ada.api(f"/projects/{project}/images")["data"]}


def test_annotations_are_dropped_reported_and_added_to(visitor: Visitor) -> None:
    ada = visitor
    project = ada.make_project("Corrected elsewhere")
    files = plate(2)
    ada.choose_files(files)
    ada.waits_for(2, "ready")
    first, second = (file["name"] for file in files)

    ada.go(f"/projects/{project}/exports")
    document = coco([first, "unknown.png"], [SQUARE, BOW_TIE])
    ada.by_id("importer").evaluate(DROP, [{"name": "corrected.json", "text": document}])
    expect(newest(ada).get_by_test_id("import-status")).to_have_text("done", timeout=WORK_TIMEOUT_MS)
    expect(newest(ada)).to_contain_text("corrected.json")
    expect(newest(ada).get_by_test_id("import-facts")).to_contain_text("1 image")
    report = newest(ada).get_by_test_id("import-report")
    report.locator("summary").click()
    expect(report).to_contain_text("it had several pieces")
    expect(report).to_contain_text("unknown.png: the project has no image of this name")
    image = next(image for image in ada.api(f"/projects/{project}/images")["data"] if image["name"] == first)
    brought = image["objectCount"]
    assert brought >= 2

    ada.by_id("import-mode").select_option("add")
    ada.by_id("import-files").set_input_files([text_file("more.json", coco([second], [SQUARE])), text_file("again.json", document)])
    expect(newest(ada)).to_contain_text("more.json and 1 more")
    expect(newest(ada).get_by_test_id("import-status")).to_have_text("done", timeout=WORK_TIMEOUT_MS)
    assert objects_of(ada, project) == {first: 2 * brought, second: 1}
    assert [entry["kind"] for entry in ada.api(f"/images/{image['id']}/revisions")] == ["import", "import"]


def test_a_file_that_cannot_be_read_gets_a_sentence_and_changes_nothing(visitor: Visitor) -> None:
    ada = visitor
    project = ada.make_project("Broken files")
    ada.choose_files(plate(1))
    ada.waits_for(1, "ready")
    ada.go(f"/projects/{project}/exports")
    ada.by_id("import-files").set_input_files(text_file("half.json", '{"images": ['))
    expect(newest(ada).get_by_test_id("import-status")).to_have_text("failed", timeout=WORK_TIMEOUT_MS)
    expect(newest(ada).get_by_test_id("import-error")).to_contain_text("half.json")

    ada.expected.append(r"status of 4\d\d")
    ada.by_id("import-files").set_input_files([text_file(f"{place}.json", "{}") for place in range(51)])
    expect(ada.by_id("importer").get_by_role("alert")).to_contain_text("50")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("notes.md", "nothing to see")
    ada.by_id("import-files").set_input_files({"name": "odd.zip", "mimeType": "application/zip", "buffer": packed.getvalue()})
    expect(newest(ada)).to_contain_text("odd.zip")
    expect(newest(ada).get_by_test_id("import-status")).to_have_text("failed", timeout=WORK_TIMEOUT_MS)
    assert objects_of(ada, project) == {"plate_07_A01.png": None}
