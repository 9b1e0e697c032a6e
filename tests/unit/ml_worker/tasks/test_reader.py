"""What the guarded process answers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from cellhub_app.core.geometry import codec
from cellhub_app.core.geometry.polygon import Polygon
from cellhub_app.core.imaging import bands
from cellhub_app.core.imaging.places import DESCRIPTION, Place
from cellhub_app.core.imaging.tiles import decode_tile
from cellhub_app.core.metrics import measure
from ml_worker.tasks import measured, plane_tiles, reader
from tests.fixtures.samples import nuclei_files


def task(path: Path) -> dict[str, str]:
    return {"path": str(path), "name": "my cells.png", "display": f"{path}.display", "thumbnail": f"{path}.thumbnail"}


def test_facts_and_pictures_of_a_sound_file(tmp_path: Path) -> None:
    path = tmp_path / "original"
    path.write_bytes(nuclei_files(1)[0].data)
    facts = reader.read(task(path))["facts"]
    assert set(facts) == {*reader.ROW, "flaws"}
    assert (facts["width"], facts["height"], facts["format"]) == (256, 256, "png")
    assert Path(f"{path}.display").stat().st_size > Path(f"{path}.thumbnail").stat().st_size / 2


def test_a_refusal_names_the_file_as_its_owner_does(tmp_path: Path) -> None:
    path = tmp_path / "original"
    path.write_bytes(b"Dear diary")
    refused = reader.read(task(path))["refused"]
    assert refused["reason"] == "notAnImage"
    assert refused["detail"].startswith("Couldn't read my cells.png: ")


def test_running_out_of_memory_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object, **__: object) -> None:
        raise MemoryError

    path = tmp_path / "original"
    path.write_bytes(nuclei_files(1)[0].data)
    monkeypatch.setattr(reader, "to_display", exhausted)
    assert "more memory than is allowed" in reader.read(task(path))["refused"]["detail"]


def test_a_picture_too_large_to_be_decoded_whole_is_left_to_its_tiles(tmp_path: Path) -> None:
    path = tmp_path / "slide.tif"
    stored = tifffile.memmap(path, shape=(10_100, 10_000), dtype=np.uint8)
    del stored
    answer = reader.read(task(path))
    assert answer["is_drawn"] is False
    assert (answer["facts"]["width"], answer["facts"]["height"]) == (10_000, 10_100)
    assert not Path(f"{path}.display").exists()


def test_tiles_and_pictures_of_a_picture_that_is_read_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, folder = tmp_path / "slide.tif", tmp_path / "tiles"
    values = np.arange(700 * 900, dtype=np.uint16).reshape(700, 900)
    tifffile.imwrite(path, values, tile=(256, 256), compression="zlib")
    monkeypatch.setattr(bands, "fits_whole", lambda _info: False)
    answer = reader.answer({**task(path), "tiles": str(folder), "frame": 0, "timepoint": 0})
    tiles = [file for file in folder.rglob("*") if file.is_file() and file.name != DESCRIPTION]
    assert answer == {"bytes": sum(file.stat().st_size for file in tiles)}
    assert np.array_equal(decode_tile((folder / Place(0, 1, 1, 0).name).read_bytes()), values[512:, 512:])
    assert json.loads((folder / DESCRIPTION).read_text())["levels"][1] == {"width": 450, "height": 350, "columns": 1, "rows": 1}
    assert Path(f"{path}.display").stat().st_size > 1000


@pytest.mark.parametrize("layout", [{"tile": (256, 256), "compression": "zlib"}, {}])
def test_outlines_are_measured_in_a_picture_that_is_read_in_parts_as_in_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layout: dict[str, Any]
) -> None:
    path = tmp_path / "slide.tif"
    values = np.random.default_rng(0).integers(0, 60_000, (2, 1300, 900), np.uint16)
    tifffile.imwrite(path, values, metadata={"axes": "ZYX"}, photometric="minisblack", **layout)
    rings = [np.array([[x, y], [x + wide, y + 3], [x + 7.5, y + high]]) for x, y, wide, high in (
        (600, 1200, 90, 80), (10, 20, 30, 30), (300, 500, 60, 40), (0, 100, 800, 1100), (880, 1290, 50, 50), (950, 1350, 9, 9),
    )]  # fmt: skip
    outlines = [codec.encode(Polygon(ring)).hex() for ring in rings]
    found = []
    for fits in (True, False):
        monkeypatch.setattr(bands, "fits_whole", lambda _info, fits=fits: fits)
        asked = {**task(path), "frame": 1, "outlines": outlines, "measured": str(tmp_path / "measured.json")}
        assert reader.answer(asked) == {"measured": 6}
        found.append(json.loads((tmp_path / "measured.json").read_text()))
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize("trouble", ["too many bytes", "no memory"])
def test_an_outline_around_more_than_fits_takes_no_intensities_from_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    path = tmp_path / "slide.tif"
    values = np.random.default_rng(0).integers(0, 60_000, (1300, 900, 2), np.uint16)
    tifffile.imwrite(path, values, planarconfig="contig", photometric="minisblack", metadata={"axes": "YXS"}, tile=(256, 256))
    monkeypatch.setattr(bands, "fits_whole", lambda _info: False)
    shapes = [Polygon(np.array([[x, y], [x + wide, y], [x, y + wide]])) for x, y, wide in ((600, 1200, 90), (0, 10, 800), (300, 500, 60))]
    asked = {**task(path), "frame": 0, "outlines": [codec.encode(one).hex() for one in shapes], "measured": str(tmp_path / "measured.json")}
    if trouble == "no memory":
        part = measured._part

        def exhausted(band: Any, rows: tuple[int, int], *rest: Any) -> Any:
            if rows[0] == 10:
                raise MemoryError
            return part(band, rows, *rest)

        monkeypatch.setattr(measured, "_part", exhausted)
    else:
        monkeypatch.setattr(measured, "MAX_PLANE_BYTES", 800 * 800 * 4 - 1)
    assert reader.answer(asked) == {"measured": 3}
    small, huge, other = json.loads((tmp_path / "measured.json").read_text())
    assert huge is None
    expected = [measure.measure_polygon(shape, values) for shape in (shapes[0], shapes[2])]
    np.testing.assert_allclose([small, other], expected, rtol=1e-5)


def test_a_plane_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "original"
    path.write_bytes(nuclei_files(1)[0].data)
    refused = reader.answer({**task(path), "tiles": str(tmp_path), "frame": 1, "timepoint": 0})["refused"]
    assert refused == {"reason": "planeNotFound", "detail": "The image has no frame 1 at timepoint 0."}


def test_running_out_of_memory_while_cutting_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object) -> None:
        raise MemoryError

    path = tmp_path / "original"
    path.write_bytes(nuclei_files(1)[0].data)
    monkeypatch.setattr(plane_tiles, "make_pyramid", exhausted)
    asked = {**task(path), "tiles": str(tmp_path), "frame": 0, "timepoint": 0}
    assert reader.answer(asked)["refused"]["reason"] == "tooLarge"
