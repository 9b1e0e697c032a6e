"""`cellhub segment` on files made here; the command line is called as a user calls it."""

import csv
import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import tifffile
import typer
from PIL import Image
from typer.testing import CliRunner

from cellhub_app.core.geometry.polygon import from_geojson
from cellhub_app.core.geometry.raster import labels_from_polygons
from cellhub_app.core.imaging import tiff
from cellhub_app.core.simulator.nuclei import fluorescent_nuclei
from ml_worker.inference import room, segmenter
from ml_worker.inference.catalog import default_model, read_cards
from ml_worker.inference.pieces import label_in_pieces
from ml_worker.local import output_stems, segment_files
from tests.fixtures.stacks import plane_of, stack_file, with_broken_plane

app = typer.Typer()
app.command()(segment_files)


def run(*arguments: object):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def nuclei(tmp_path: Path) -> Path:
    path = tmp_path / "nuclei.png"
    Image.fromarray(fluorescent_nuclei(3, 150, 200)[0]).save(path)
    return path


@pytest.mark.parametrize("model", ["unet", "classical"])
def test_labels_outlines_and_measurements_agree(nuclei: Path, tmp_path: Path, model: str):
    result = run(nuclei, "--model", model, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    labels = tifffile.imread(tmp_path / "out" / "nuclei.tif")
    assert labels.shape == (150, 200)
    assert np.issubdtype(labels.dtype, np.integer)
    assert labels.max() > 3
    features = json.loads((tmp_path / "out" / "nuclei.geojson").read_text())["features"]
    polygons = [from_geojson(feature["geometry"]) for feature in features]
    assert (labels_from_polygons(polygons, 150, 200) == labels).all()
    with (tmp_path / "out" / "nuclei.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [int(row["label"]) for row in rows] == list(range(1, labels.max() + 1))
    assert [float(row["area_px2"]) for row in rows] == np.bincount(labels.ravel())[1:].tolist()
    assert all(0 <= float(row[key]) <= 1 for row in rows for key in ("score", "doubt"))


def test_equal_stems_get_a_number(tmp_path: Path, nuclei: Path):
    (tmp_path / "other").mkdir()
    second = tmp_path / "other" / "nuclei.tif"
    tifffile.imwrite(second, fluorescent_nuclei(4, 96, 96)[0])
    assert run(nuclei, second, "--model", "classical", "--out", tmp_path / "out").exit_code == 0
    assert tifffile.imread(tmp_path / "out" / "nuclei_2.tif").shape == (96, 96)
    assert list(output_stems([Path("a.png"), Path("A.tif"), Path("a_2.png"), Path("a.jpg")])) == ["a", "A_2", "a_2_2", "a_3"]


def test_one_bad_file_does_not_stop_the_others_but_fails_the_command(nuclei: Path, tmp_path: Path):
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\nnothing more")
    result = run(bad, tmp_path / "absent.png", tmp_path, nuclei, "--model", "classical", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert (tmp_path / "out" / "nuclei.tif").exists()
    assert not (tmp_path / "out" / "bad.tif").exists()
    lines = result.stderr.splitlines()
    assert len(lines) == 3
    assert "bad.png" in lines[0]
    assert "absent.png: there is no such file" in lines[1]
    assert "it is a folder" in lines[2]


def test_an_image_without_objects_gives_empty_results(tmp_path: Path):
    path = tmp_path / "black.png"
    Image.fromarray(np.zeros((40, 60), np.uint8)).save(path)
    assert run(path, "--out", tmp_path / "out").exit_code == 0
    assert not tifffile.imread(tmp_path / "out" / "black.tif").any()
    assert json.loads((tmp_path / "out" / "black.geojson").read_text())["features"] == []
    assert len((tmp_path / "out" / "black.csv").read_text().splitlines()) == 1


def test_kind_chooses_the_model(nuclei: Path, tmp_path: Path):
    assert f"by {default_model(read_cards(), 'nuclei')}, in" in run(nuclei, "--kind", "nuclei", "--out", tmp_path).stdout


def test_an_unknown_model_is_one_sentence(nuclei: Path, tmp_path: Path):
    result = run(nuclei, "--model", "vit", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert result.stderr.strip().startswith("There is no model called vit; installed are: ")
    assert len(result.stderr.splitlines()) == 1


def test_sixteen_bit_and_many_channels_are_read(tmp_path: Path):
    path = tmp_path / "stack.tif"
    image = fluorescent_nuclei(3, 128, 128, bit_depth=16)[0]
    tifffile.imwrite(path, np.stack([image, image // 2]), metadata={"axes": "CYX"}, imagej=True)
    assert run(path, "--model", "unet", "--out", tmp_path / "out").exit_code == 0
    assert tifffile.imread(tmp_path / "out" / "stack.tif").max() > 3


def test_all_planes_of_a_stack_have_their_own_labels(tmp_path: Path):
    file = stack_file(slices=3, timepoints=2, side=96)
    path = tmp_path / file.name
    path.write_bytes(file.data)
    assert run(path, "--model", "classical", "--frames", "all", "--out", tmp_path / "out").exit_code == 0
    with tifffile.TiffFile(tmp_path / "out" / "stack.ome.tif") as written:
        labels, axes = written.asarray(), written.series[0].axes
    assert (axes, labels.shape) == ("TZYX", (2, 3, 96, 96))
    counts = labels.reshape(6, -1).max(axis=1).tolist()
    for number, plane in enumerate(labels.reshape(6, 96, 96)):
        alone = tmp_path / f"plane{number}.tif"
        tifffile.imwrite(alone, plane_of(file, number))
        assert run(alone, "--model", "classical", "--out", tmp_path / "alone").exit_code == 0
        assert np.array_equal(tifffile.imread(tmp_path / "alone" / alone.name), plane)
    features = json.loads((tmp_path / "out" / "stack.ome.geojson").read_text())["features"]
    with (tmp_path / "out" / "stack.ome.csv").open() as stream:
        rows = [(int(row["frame"]), int(row["label"])) for row in csv.DictReader(stream)]
    assert rows == [(frame, label) for frame, count in enumerate(counts) for label in range(1, count + 1)]
    assert [(one["properties"]["frame"], one["properties"]["label"]) for one in features] == rows
    assert len({one["id"] for one in features}) == len(rows) > 6


@pytest.mark.parametrize("frames", ["first", "all"])
def test_a_plane_larger_than_memory_gives_what_it_gives_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, frames: str):
    planes = np.stack([fluorescent_nuclei(seed, 700, 610)[0] for seed in (3, 4)])
    path = tmp_path / "slide.tif"
    tifffile.imwrite(path, planes, tile=(128, 128), compression="zlib", photometric="minisblack")
    command = (path, "--model", "classical", "--frames", frames, "--out")
    assert run(*command, tmp_path / "whole").exit_code == 0
    monkeypatch.setattr(tiff, "MAX_WHOLE_PIXELS", 100_000)
    monkeypatch.setattr(room, "WHOLE_PIXELS", 100_000)
    monkeypatch.setattr(segmenter, "label_in_pieces", partial(label_in_pieces, core=200, margin=64))
    assert run(*command, tmp_path / "large").exit_code == 0
    whole, large = (tifffile.imread(tmp_path / name / "slide.tif") for name in ("whole", "large"))
    assert large.shape == whole.shape == ((2,) if frames == "all" else ()) + (700, 610)
    assert ((whole > 0) == (large > 0)).mean() > 0.999
    rows, features = [], []
    for name in ("whole", "large"):
        with (tmp_path / name / "slide.csv").open() as stream:
            rows.append(list(csv.DictReader(stream)))
        features.append(json.loads((tmp_path / name / "slide.geojson").read_text())["features"])
    assert len(rows[0]) == len(rows[1]) == len(features[1])
    first = [row for row in rows[1] if row.get("frame", "0") == "0"]
    labels = large.reshape(-1, 700, 610)[0]
    assert [int(row["label"]) for row in first] == list(range(1, labels.max() + 1))
    assert [float(row["area_px2"]) for row in first] == np.bincount(labels.ravel())[1:].tolist()
    polygons = [from_geojson(feature["geometry"]) for feature in features[1][: len(first)]]
    assert (labels_from_polygons(polygons, 700, 610) == labels).all()
    inside = [labels[int(float(row["centroid_y_px"])), int(float(row["centroid_x_px"]))] == int(row["label"]) for row in first]
    assert np.mean(inside) > 0.95


def test_a_stack_that_breaks_on_the_way_leaves_nothing_behind(tmp_path: Path):
    path = tmp_path / "stack.tif"
    path.write_bytes(with_broken_plane(stack_file(slices=3), 2))
    result = run(path, "--model", "classical", "--frames", "all", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "stack.tif" in result.stderr
    assert list((tmp_path / "out").iterdir()) == []
    assert run(path, "--model", "classical", "--out", tmp_path / "out").exit_code == 0
    assert tifffile.imread(tmp_path / "out" / "stack.tif").ndim == 2


def test_without_torch_one_sentence_says_what_to_install(nuclei: Path, tmp_path: Path):
    program = (
        "import sys; sys.modules['torch'] = None\n"
        "import typer; from ml_worker.local import segment_files\n"
        f"app = typer.Typer(); app.command()(segment_files); app([{str(nuclei)!r}, '--out', {str(tmp_path / 'out')!r}])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.strip() == "cellhub segment needs torch, which is not installed: run `make install`, or `pip install torch`."
