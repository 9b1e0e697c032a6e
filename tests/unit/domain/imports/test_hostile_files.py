"""Files that mean harm, or are no annotations at all: one plain sentence, quickly, and never another exception."""

import io
import json
import re
import zipfile
import zlib
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cellhub_app.core.errors import Invalid
from cellhub_app.domain.imports import package, registry
from cellhub_app.domain.imports.findings import KnownImage
from cellhub_app.domain.imports.package import Package
from tests.unit.domain.exports.bundles import imagej_roi
from tests.unit.domain.imports.uploads import SQUARE, imported, zipped

FORMATS = tuple(registry.FORMATS)
JSON = ("coco", "json", "geojson", "labelme")
LAUGHS = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]><annotations><image name="&c;"/></annotations>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><annotations><image name="&b;"/></annotations>'


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("data", [b"", b"\x00" * 100, b"hello", b"PK\x03\x04 not a zip", b"\xff\xfe\x00", b"[1, 2", b"null", b"<a/>"])
def test_what_is_no_annotation_is_refused_or_empty(format_: str, data: bytes) -> None:
    assert attempted(format_, data) == "nothing" or re.fullmatch(r".{20,300}\.", attempted(format_, data))


def attempted(format_: str, data: bytes) -> str:
    """The sentence of the refusal, else how much was read."""
    try:
        return "something" if imported(format_, "cells.bin", data).objects else "nothing"
    except Invalid as refusal:
        return refusal.detail


@pytest.mark.parametrize("format_", JSON)
def test_json_that_is_nested_too_deep(format_: str) -> None:
    with pytest.raises(Invalid, match="nested too deep"):
        imported(format_, "cells.json", "[" * 200_000)


@pytest.mark.parametrize("text", ["NaN", "-Infinity", "1" * 5000])
def test_json_with_numbers_that_are_none(text: str) -> None:
    with pytest.raises(Invalid, match="not valid JSON"):
        imported("coco", "cells.json", f'{{"images": [], "annotations": [{{"id": {text}}}]}}')


@pytest.mark.parametrize("number", ["1e999", "1e308", "1" * 400, "-1e300"])
def test_coordinates_beyond_any_image(number: str) -> None:
    ring = f"[[0,0],[{number},0],[5,5],[0,0]]"
    document = f'{{"type":"Feature","geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}'
    outcome = imported("geojson", "cells.json", document)
    assert list(outcome.report.lost) == ["its points are not pairs of numbers"]


def test_outlines_that_would_fill_the_memory() -> None:
    """A comb across a large image crosses each of its rows a hundred thousand times."""
    plate = KnownImage(UUID(int=3), "plate.tif", 20_000, 10_000)
    comb = [[x / 8, (x % 2) * 10_000] for x in range(90_000)]
    flood = [[x % 7, x % 11] for x in range(100_001)]
    many = [SQUARE] * 1_002
    features = [{"type": "Feature", "geometry": {"type": "Polygon", "coordinates": rings}} for rings in ([comb], [flood], many)]
    outcome = imported("geojson", "plate.json", features, plate)
    assert outcome.report.lost == {"its outline is too long or has too many rings": 3}


@pytest.mark.parametrize("document", [LAUGHS, OUTSIDE])
def test_xml_with_entities(document: str) -> None:
    with pytest.raises(Invalid, match="declares a document type or entities"):
        imported("cvat", "a.xml", document)


def test_cvat_for_video_is_told_apart() -> None:
    with pytest.raises(Invalid, match="CVAT for video"):
        imported("cvat", "a.xml", "<annotations><track id='0'/></annotations>")


def test_yaml_with_objects() -> None:
    with pytest.raises(Invalid, match="not valid YAML"):
        imported("yolo", "a.zip", zipped({"data.yaml": "names: !!python/object/apply:os.system [id]", "cells.txt": ""}))


def test_a_zip_with_too_many_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MEMBERS_MAX", 100)
    with pytest.raises(Invalid, match="101 files; at most 100 are read"):
        Package.of("a.zip", zipped({f"{k}.txt": "" for k in range(101)}))


def test_a_zip_whose_list_of_files_is_endless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "DIRECTORY_BYTES_MAX", 1_000)
    with pytest.raises(Invalid, match="more than 200,000 files"):
        Package.of("a.zip", zipped({f"{k}.txt": "" for k in range(100)}))


def test_bombs_are_refused_by_what_they_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zipped({"cells.json": "0" * 3_000_000})
    monkeypatch.setattr(package, "MEMBER_BYTES_MAX", 2_000_000)
    with pytest.raises(Invalid, match="larger than"):
        imported("coco", "a.zip", bomb)
    monkeypatch.setattr(package, "PACKAGE_BYTES_MAX", 1_000_000)
    with pytest.raises(Invalid, match="unpacks to more"):
        imported("coco", "a.zip", bomb)


def test_bombs_that_lie_about_their_size_are_refused() -> None:
    bomb = bytearray(zipped({"cells.json": "0" * 3_000_000}))
    real, claimed = (3_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little")
    with pytest.raises(Invalid, match="can't be unpacked"):
        imported("coco", "a.zip", bytes(bomb.replace(real, claimed)))


def test_encrypted_files_are_told() -> None:
    data = bytearray(zipped({"cells.json": "{}"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Invalid, match="encrypted"):
        imported("coco", "a.zip", bytes(data))


def test_a_single_file_is_not_read_beyond_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MEMBER_BYTES_MAX", 100)
    path = tmp_path / "a.json"
    path.write_bytes(b" " * 1000)
    with Package.open(path) as opened, pytest.raises(Invalid, match="larger than"):
        opened.read("a.json")


def test_masks_that_unpack_to_more_than_they_should() -> None:
    with pytest.raises(Invalid, match="50,000 × 50,000 pixels"):
        imported("masks", "cells.png", bomb_png())


def bomb_png() -> bytes:
    """A PNG header that claims 50,000 x 50,000 px."""
    out = io.BytesIO()
    Image.fromarray(np.zeros((1, 1), np.uint8)).save(out, "PNG")
    data = bytearray(out.getvalue())
    data[16:24] = (50_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    return bytes(data)


def test_grey_pictures_are_no_masks() -> None:
    out = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 50, (30, 40)).astype(np.uint8)).save(out, "PNG")
    with pytest.raises(Invalid, match="looks like a picture, not a mask"):
        imported("masks", "cells.png", out.getvalue())


def test_colour_pictures_are_no_masks() -> None:
    out = io.BytesIO()
    Image.fromarray(np.zeros((30, 40, 3), np.uint8)).save(out, "PNG")
    with pytest.raises(Invalid, match="3 channels"):
        imported("masks", "cells.png", out.getvalue())


def test_among_many_files_the_bad_ones_are_told_and_the_others_read() -> None:
    good = json.dumps({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [SQUARE]}})
    files = {"cells.geojson": good, "bad.geojson": "{", "__MACOSX/._cells.geojson": "x"}
    outcome = imported("geojson", "a.zip", zipped(files))
    assert outcome.report.read == 1
    assert outcome.report.refused == {"bad.geojson": "“bad.geojson” is not valid JSON: it is damaged, or another kind of file."}


def test_an_archive_without_files_of_the_kind_is_refused() -> None:
    with pytest.raises(Invalid, match=r"holds no file that ends in \.xml"):
        imported("cvat", "a.zip", zipped({"a.json": "{}"}))


def test_unknown_formats_are_refused_with_those_there_are() -> None:
    with pytest.raises(Invalid, match="coco, yolo, json"):
        imported("excel", "a.xlsx", b"")


ROI = imagej_roi([SQUARE]).tobytes()
RING = imagej_roi([SQUARE, [[6, 6], [9, 6], [9, 9]]]).tobytes()


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([ROI, RING]), st.lists(st.tuples(st.integers(4, 200), st.integers(0, 255)), min_size=1, max_size=6), st.integers(0, 80)
)
def test_damaged_rois_never_raise(roi: bytes, changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(roi)
    for place, value in changes:
        data[place % len(data)] = value
    report = imported("imagej", "cells_RoiSet.zip", zipped({"a.roi": bytes(data[: len(data) - cut])})).report
    assert report.read or report.lost


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def coco(value: object) -> object:
    annotation = {"image_id": 1, "segmentation": value, "category_id": value}
    return {"images": [{"id": 1, "file_name": "cells.png"}], "annotations": [annotation], "categories": value}


def geojson(value: object) -> object:
    geometry = {"type": "MultiPolygon", "coordinates": value}
    return {"type": "Feature", "geometry": geometry, "properties": value, "cellhub": value}


def labelme(value: object) -> object:
    shapes = [{"points": value, "mask": value, "shape_type": kind} for kind in ("mask", "polygon")]
    return {"imagePath": "cells.png", "shapes": shapes}


def project(value: object) -> object:
    image = {"name": "cells.png", "revisions": [1], "objects": [{"geometry": {"type": "Polygon", "coordinates": value}}]}
    return {"format": "cellhub-project", "version": 1, "images": [image]}


SHAPES = {"coco": coco, "geojson": geojson, "labelme": labelme, "json": project}


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(JSON), VALUES)
def test_any_json_in_the_place_of_a_shape_never_raises(format_: str, value: object) -> None:
    assert imported(format_, "cells.json", SHAPES[format_](value)).report.images <= 1


def test_zip_entries_are_never_written_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../../evil.json", "{}")
        archive.writestr("/abs/evil.json", "{}")
    imported("coco", "a.zip", out.getvalue())
    assert list(tmp_path.rglob("*")) == []
