"""What a worker wrote into a ZIP is read by other people's code: nothing of ours stands between the files and the masks."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import pytest_asyncio
import roifile
import tifffile
from pycocotools.coco import COCO
from shapely import contains_xy
from shapely.geometry import shape

from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.exports.options import ExportOptions
from cellhub_app.domain.flows import export as flow
from cellhub_app.models.export import storage_key
from ml_worker.tasks.export import run_export
from tests.integration.exports.conftest import Plate
from tests.integration.exports.test_building import claimed
from tests.unit.domain.exports.bundles import Packed
from tests.unit.domain.exports.yolo_rules import violations

FORMATS = ["coco", "yolo", "excel", "geojson", "imagej", "masks", "yolo_boxes"]
SEGMENTED = ["well_0", "well_1", "well_2"]


@pytest_asyncio.fixture(loop_scope="session", params=["polygons", "rle"])
async def made(runtime: Runtime, plate: Plate, tmp_path: Path, request: pytest.FixtureRequest) -> Packed:
    """The ZIP of an export, as it lies in the storage."""
    async with runtime.work() as session:
        asked = await flow.export(session, plate.owner, plate.project_id, FORMATS, "all", ExportOptions(coco=request.param))
    await run_export(runtime, await claimed(runtime))
    return Packed(await runtime.storage.fetch(storage_key(asked.id), tmp_path / "export.zip"))


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools
async def test_everything_is_read_by_those_who_will_read_it(made: Packed, plate: Plate, tmp_path: Path) -> None:
    with zipfile.ZipFile(made.path) as archive:
        archive.extractall(tmp_path)
    coco = COCO(str(tmp_path / "coco" / "annotations.json"))
    by_name = {image["file_name"]: coco.loadAnns(coco.getAnnIds(image["id"])) for image in coco.loadImgs(coco.getImgIds())}
    assert sorted(by_name) == [f"{stem}.png" for stem in SEGMENTED]
    for stem in SEGMENTED:
        labels = plate.labels[f"{stem}.png"]
        count = int(labels.max())
        masks = [labels == number for number in range(1, count + 1)]
        assert np.array_equal(tifffile.imread(io.BytesIO(made.read(f"masks/{stem}.tif"))), labels)
        decoded = [coco.annToMask(one) for one in by_name[f"{stem}.png"]]
        assert all(map(np.array_equal, decoded, masks))
        features = json.loads(made.read(f"geojson/{stem}.geojson"))["features"]
        assert all(np.array_equal(painted(feature, labels), mask) for feature, mask in zip(features, masks, strict=True))
        assert len(decoded) == len(features) == count
        assert len(roifile.roiread(tmp_path / "imagej" / f"{stem}_RoiSet.zip")) == count
    book = openpyxl.load_workbook(tmp_path / "excel" / "measurements.xlsx", read_only=True)
    total = sum(int(plate.labels[f"{stem}.png"].max()) for stem in SEGMENTED)
    assert [len(list(book[name].iter_rows())) for name in ("Objects", "Images")] == [1 + total, 1 + len(plate.labels)]
    book.close()
    assert violations(made, "yolo", boxes=False) == violations(made, "yolo_boxes", boxes=True) == []


def painted(feature: dict[str, object], labels: np.ndarray) -> np.ndarray:
    """The pixels whose centres shapely finds inside."""
    outline = shape(feature["geometry"])
    assert outline.is_valid
    rows, columns = np.mgrid[0 : labels.shape[0], 0 : labels.shape[1]] + 0.5
    return contains_xy(outline, columns, rows)
