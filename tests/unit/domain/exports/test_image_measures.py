"""The table of images says of each what `core.metrics` says of its objects, in the units that are wanted."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cellhub_app.core.metrics.invasion import INVASION_METRICS, invasion
from cellhub_app.core.metrics.measure import columns, measure_labels
from cellhub_app.core.metrics.population import NOT_TYPICAL, population
from cellhub_app.domain.exports.bundle import Experiment
from cellhub_app.domain.exports.measures import measures
from cellhub_app.domain.exports.packing import pack
from tests.unit.domain.exports.bundles import Packed, Scene, discs
from tests.unit.domain.exports.test_tables import sheets, table

SIZE = 0.5
NAMES = columns(1)


@pytest.fixture
def vectors() -> np.ndarray:
    labels = discs()
    return measure_labels(labels, np.full((*labels.shape, 1), 7, np.uint16))


@pytest.fixture
def measured(tmp_path: Path, vectors: np.ndarray) -> Scene:
    """Five discs, the same without a pixel size, an image without an object, and one that was not segmented."""
    scene = Scene(tmp_path)
    nothing = np.zeros((60, 90), np.int32)
    images = (("known.png", discs(), SIZE), ("unknown.png", discs(), None), ("empty.png", nothing, SIZE), ("later.png", None, SIZE))
    for name, labels, size in images:
        entry = scene.add(name, labels, pixel_size_um=size, experiment=Experiment("10 nM", "r1", "p1", "B03"))
        objects = [replace(each, measures=tuple(row)) for each, row in zip(entry.objects, vectors.tolist(), strict=False)]
        scene.images[-1] = replace(entry, objects=objects)
    return scene


def packed(scene: Scene, *formats: str, **choices: Any) -> Packed:
    pack(replace(scene.bundle, measures=measures(1), **choices), scene.images, formats, scene.folder / "export.zip")
    return Packed(scene.folder / "export.zip")


def rows_of(scene: Scene, **choices: Any) -> dict[str, dict[str, str]]:
    return {row["image"]: row for row in table(packed(scene, "csv", **choices), "images")}


def test_an_image_has_what_its_objects_add_up_to(measured: Scene, vectors: np.ndarray) -> None:
    rows = rows_of(measured)
    known = rows["known.png"]
    said = population(NAMES, vectors, 90, 60, SIZE)
    assert float(known["density_mpx"]) == pytest.approx(said.density_mpx, rel=1e-6)
    assert float(known["density_mm2"]) == pytest.approx(said.density_mm2, rel=1e-6)
    assert float(known["confluence"]) == pytest.approx(said.confluence, rel=1e-6)
    for name in NAMES:
        if name.removesuffix("_px") in NOT_TYPICAL:
            assert f"mean_{name}" not in known
            continue
        usual = said.typical[name]
        for kind, value in (("mean", usual.mean), ("median", usual.median)):
            cell = known[f"{kind}_{name}"]
            assert (float(cell) if cell else None) == (value if value is None else pytest.approx(value, rel=2e-6, abs=1e-6)), name
    assert float(known["mean_area_um2"]) == pytest.approx(float(known["mean_area_px2"]) * SIZE**2, rel=1e-6)


def test_a_spheroid_that_came_apart_is_measured(measured: Scene, vectors: np.ndarray) -> None:
    known = rows_of(measured)["known.png"]
    said = invasion(*(vectors[:, NAMES.index(name)].astype(np.float64) for name in ("area_px2", "centroid_x_px", "centroid_y_px")))
    assert said is not None
    assert len(INVASION_METRICS) == len(fields(said))
    for metric in INVASION_METRICS:
        value = getattr(said, metric.key)
        assert float(known[metric.px_name]) == pytest.approx(value, rel=2e-6)
        assert float(known[metric.um_name]) == pytest.approx(value * SIZE**metric.power, rel=2e-6)


def test_what_is_not_known_is_an_empty_cell(measured: Scene) -> None:
    rows = rows_of(measured)
    assert rows["unknown.png"]["density_mm2"] == rows["unknown.png"]["mean_area_um2"] == rows["unknown.png"]["core_area_um2"] == ""
    assert rows["unknown.png"]["mean_area_px2"] == rows["known.png"]["mean_area_px2"]
    assert (rows["empty.png"]["density_mpx"], rows["empty.png"]["confluence"], rows["empty.png"]["mean_area_px2"]) == ("0.0", "0.0", "")
    assert rows["empty.png"]["core_area_px2"] == ""
    assert {rows["later.png"][name] for name in ("density_mpx", "confluence", "mean_area_px2", "fragment_count")} == {""}


@pytest.mark.parametrize(("units", "absent"), [("px", ("um", "um2", "mm2")), ("um", ("px", "px2", "mpx"))])
def test_units_are_never_mixed_in_a_file(measured: Scene, units: str, absent: tuple[str, ...]) -> None:
    head = rows_of(measured, units=units)["known.png"]
    own = [name for name in head if name not in ("width_px", "height_px", "pixel_size_um")]
    assert not [name for name in own if name.rsplit("_", 1)[-1] in absent]
    assert [name for name in own if name.startswith("mean_area")]


def test_tables_say_what_an_image_was_made_to_show(measured: Scene) -> None:
    found = packed(measured, "csv", "json")
    row = table(found, "images")[0]
    assert (row["condition"], row["replicate"], row["plate"], row["well"]) == ("10 nM", "r1", "p1", "B03")
    experiment = {"condition": "10 nM", "replicate": "r1", "plate": "p1", "well": "B03"}
    assert found.json("json/project.json")["images"][0]["experiment"] == experiment


def test_excel_says_of_images_what_csv_says(measured: Scene) -> None:
    found = packed(measured, "csv", "excel")
    head, *rows = sheets(found)["Images"]
    expected = table(found, "images")
    assert list(head) == list(expected[0])
    for row, line in zip(rows, expected, strict=True):
        for name, cell in zip(head, row, strict=True):
            text = line[name]
            assert (cell or "") == text if cell is None or isinstance(cell, str) else cell == float(text)
    defined = {(row[0], row[1]) for row in sheets(found)["Definitions"][1:]}
    assert {("Images", name) for name in head} <= defined
