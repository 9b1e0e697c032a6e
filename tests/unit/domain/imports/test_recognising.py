import io
import json
import zipfile

import pytest

from cellhub_app.core.errors import Invalid
from cellhub_app.domain.imports.classes import Classes
from cellhub_app.domain.imports.package import Package
from cellhub_app.domain.imports.recognising import recognise

COCO = json.dumps({"images": [], "annotations": [], "categories": []}).encode()
LABELME = json.dumps({"shapes": [], "imagePath": "a.png"}).encode()
GEOJSON = json.dumps({"type": "FeatureCollection", "features": []}).encode()
PROJECT = json.dumps({"format": "cellhub-project", "version": 1, "images": [], "annotations": []}).encode()


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "format_"),
    [
        ("instances.json", COCO, "coco"),
        ("well_3.json", LABELME, "labelme"),
        ("well_3.geojson", GEOJSON, "geojson"),
        ("qupath.json", GEOJSON, "geojson"),
        ("qupath.json", b"[]", "geojson"),
        ("project.json", PROJECT, "json"),
        ("annotations.xml", b"<annotations/>", "cvat"),
        ("cell.roi", b"Iout", "imagej"),
        ("A1_RoiSet.zip", zipped(**{"0001.roi": b"Iout"}), "imagej"),
        ("masks.zip", zipped(**{"a.tif": b"II", "b.tif": b"II"}), "masks"),
        ("well_3.png", b"\x89PNG", "masks"),
        ("labels.zip", zipped(**{"labels__a.txt": b"0 1 1", "data.yaml": b"names: []"}), "yolo"),
        ("all.zip", zipped(**{"a.json": LABELME, "b.json": LABELME}), "labelme"),
        ("export.zip", zipped(**{"yolo__labels__a.txt": b"", "coco__annotations.json": COCO, "README.txt": b""}), "coco"),
        ("export.zip", zipped(**{"json__project.json": PROJECT, "masks__a.tif": b"II"}), "json"),
    ],
)
def test_formats_are_told_apart(name: str, data: bytes, format_: str):
    assert recognise(Package.of(name, data)) == format_


@pytest.mark.parametrize(("name", "data"), [("notes.docx", b"PK"), ("table.json", b"{}"), ("broken.json", b"{"), ("movie.mp4", b"...")])
def test_what_is_none_of_them_is_refused_with_what_there_is(name: str, data: bytes):
    with pytest.raises(Invalid, match="LabelMe"):
        recognise(Package.of(name, data))


def test_own_names_keep_their_class_and_foreign_ones_get_free_ones():
    classes = Classes("nucleus")
    assert [classes.id_of(name) for name in ("Nucleus", "class 7", "debris", "Nucleus", "mitosis", None)] == [0, 7, 1, 0, 2, 0]


def test_a_single_foreign_name_is_the_first_class():
    assert Classes("nucleus").id_of("cell") == 0


def test_a_number_that_is_no_class_is_a_name():
    assert Classes("nucleus").id_of("class 40000") == 0
