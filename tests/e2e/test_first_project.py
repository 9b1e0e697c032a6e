"""The way that every newcomer goes: register, project, images, segmentation, viewer, export."""

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect
from pycocotools.coco import COCO

from cellhub_app.core.geometry.polygon import from_geojson
from cellhub_app.core.geometry.raster import labels_from_polygons
from tests.e2e.pictures import plate
from tests.e2e.visitors import PASSWORD, WORK_TIMEOUT_MS, Visitor, at

COUNT = 12
FIT_PADDING_PX = 12


def labels_of(visitor: Visitor, image: dict[str, Any]) -> np.ndarray:
    """The stored polygons of an image as a label image."""
    collection = visitor.api(f"/images/{image['id']}/polygons?format=geojson")
    return labels_from_polygons([from_geojson(feature) for feature in collection["features"]], image["height"], image["width"])


def inside(labels: np.ndarray, number: int) -> tuple[float, float]:
    """x, y of the point deepest inside an object, px."""
    depth = cv2.distanceTransform(np.pad((labels == number).astype(np.uint8), 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    row, column = np.unravel_index(np.argmax(depth), depth.shape)
    return float(column) + 0.5, float(row) + 0.5


def click_image_at(page: Page, image: dict[str, Any], x: float, y: float) -> None:
    """Click a point (px) of an image that the viewer shows whole."""
    box = page.get_by_test_id("viewer-canvas").bounding_box()
    assert box is not None
    scale = min((box["width"] - 2 * FIT_PADDING_PX) / image["width"], (box["height"] - 2 * FIT_PADDING_PX) / image["height"])
    page.mouse.click(
        box["x"] + box["width"] / 2 + (x - image["width"] / 2) * scale, box["y"] + box["height"] / 2 + (y - image["height"] / 2) * scale
    )


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools
def test_from_registering_to_a_coco_file_that_agrees_with_the_masks(arrive: Callable[..., Visitor], tmp_path: Path) -> None:
    ada, other = arrive(), arrive()
    ada.register()
    project = ada.make_project("HeLa, dose series 7")
    other.sign_in(ada.email)
    other.go(f"/projects/{project}")

    ada.choose_files(plate(COUNT))
    for person in (ada, other):
        expect(person.cells()).to_have_count(COUNT)
        person.waits_for(COUNT, "ready")

    loads = [count_loads(person.page) for person in (ada, other)]
    ada.by_id("segment-open").click()
    expect(ada.by_id("segment-start")).to_have_text(re.compile(rf"Segment\s+{COUNT}\s+images"))
    ada.by_id("segment-start").click()
    for person in (ada, other):
        person.waits_for(COUNT, "succeeded")
        expect(person.by_id("batch-summary").first).to_contain_text(f"{COUNT} done")
        expect(person.by_id("queue-chip")).not_to_be_visible()
    assert [seen() for seen in loads] == [0, 0]
    ada.by_id("upload-close").click()
    ada.photograph("project")

    images = {image["name"]: image for image in ada.api(f"/projects/{project}/images?limit=200")["data"]}
    assert all(image["objectCount"] for image in images.values())
    assert images["plate_07_A02.tif"]["pixelSizeUm"] == pytest.approx(0.325, rel=1e-3)
    look_at(ada, images["plate_07_A02.tif"])
    check_coco(ada, exported(ada, project, tmp_path), images)
    bring_back(ada, project, tmp_path / "export.zip", images)


def count_loads(page: Page) -> Callable[[], int]:
    """How often the page was loaded from now on."""
    loads: list[Page] = []
    page.on("domcontentloaded", lambda loaded: loads.append(loaded))  # noqa: PLW0108 - Playwright marks handlers, and cannot mark a builtin
    return lambda: len(loads)


def look_at(ada: Visitor, image: dict[str, Any]) -> None:
    """Open an image from the gallery, select an object with the mouse, then the next with the keyboard."""
    ada.page.locator(f"[data-image-id='{image['id']}'][data-testid=gallery-cell]").dblclick()
    ada.page.wait_for_url(at(f"/images/{image['id']}"))
    viewer = ada.by_id("viewer")
    expect(viewer).to_have_attribute("data-state", "ready")
    expect(viewer).to_have_attribute("data-objects", str(image["objectCount"]))
    expect(ada.by_id("scale-bar")).to_contain_text("µm")
    labels = labels_of(ada, image)
    number = int(np.argmax(np.bincount(labels.ravel())[1:])) + 1
    click_image_at(ada.page, image, *inside(labels, number))
    expect(ada.by_id("viewer-selection")).to_have_text(re.compile(rf"Object {number} of {image['objectCount']}, .*µm²"))
    area_um2 = (labels == number).sum() * image["pixelSizeUm"] ** 2
    shown = re.fullmatch(r"([\d.,]+) µm²", ada.by_id("measure-area").inner_text())
    assert shown
    assert float(shown[1].replace(",", "")) == pytest.approx(area_um2, rel=0.01)
    ada.photograph("viewer")
    ada.by_id("viewer-canvas").press(".")
    expect(ada.by_id("viewer-selection")).not_to_have_text(re.compile(rf"Object {number} of"))


def exported(ada: Visitor, project: str, folder: Path) -> Path:
    """Every format of every image, asked for and downloaded through the page; the folder with what was in it."""
    ada.go(f"/projects/{project}/exports")
    ada.by_id("export-new").first.click()
    for name in ("coco", "yolo", "excel", "csv", "json"):
        box = ada.by_id(f"format-{name}")
        if box.get_attribute("data-state") != "checked":
            box.click()
        expect(box).to_have_attribute("data-state", "checked")
    ada.by_id("export-start").click()
    expect(ada.by_id("export-download")).to_be_visible(timeout=WORK_TIMEOUT_MS)
    with ada.page.expect_download() as download:
        ada.by_id("export-download").click()
    zipped = folder / "export.zip"
    download.value.save_as(zipped)
    with zipfile.ZipFile(zipped) as archive:
        archive.extractall(folder)
    return folder


def check_coco(ada: Visitor, folder: Path, images: dict[str, dict[str, Any]]) -> None:
    """pycocotools loads the file, and its areas and masks are those of the polygons that the API serves."""
    coco = COCO(str(folder / "coco" / "annotations.json"))
    found = coco.loadImgs(coco.getImgIds())
    assert {entry["file_name"] for entry in found} == set(images)
    for entry in found:
        labels = labels_of(ada, images[entry["file_name"]])
        annotations = coco.loadAnns(coco.getAnnIds(entry["id"]))
        assert len(annotations) == images[entry["file_name"]]["objectCount"]
        for number, annotation in enumerate(annotations, 1):
            assert annotation["area"] == (labels == number).sum()
            assert np.array_equal(coco.annToMask(annotation).astype(bool), labels == number)
    document = json.loads((folder / "json" / "project.json").read_text())
    assert sum(len(image["objects"]) for image in document["images"]) == len(coco.getAnnIds())


def bring_back(ada: Visitor, project: str, zipped: Path, images: dict[str, dict[str, Any]]) -> None:
    """The export, brought in again through the page: the same objects, as a revision of each image."""
    ada.by_id("import-files").set_input_files(zipped)
    row = ada.by_id("import").first
    expect(row.get_by_test_id("import-status")).to_have_text("done", timeout=WORK_TIMEOUT_MS)
    objects = sum(image["objectCount"] for image in images.values())
    expect(row.get_by_test_id("import-facts")).to_have_text(f"{objects:,} objects · {len(images)} images")
    expect(row.get_by_test_id("import-report")).to_contain_text("nothing was lost")
    ada.photograph("imports")
    again = {image["name"]: image["objectCount"] for image in ada.api(f"/projects/{project}/images?limit=200")["data"]}
    assert again == {name: image["objectCount"] for name, image in images.items()}
    newest = ada.api(f"/images/{next(iter(images.values()))['id']}/revisions")[0]
    assert newest["kind"] == "import"


def test_a_wrong_password_is_told_in_plain_words_and_the_right_one_leads_on(arrive: Callable[..., Visitor]) -> None:
    ada = arrive()
    ada.register()
    stranger = arrive()
    stranger.go("/sign-in?next=/queue")
    stranger.page.get_by_label("E-mail").fill(ada.email)
    stranger.page.get_by_label("Password").fill(PASSWORD + "?")
    stranger.by_id("sign-in-submit").click()
    expect(stranger.page.get_by_role("alert")).to_contain_text("not right")
    stranger.sign_in(ada.email)
    stranger.page.wait_for_url(at("/queue"))
