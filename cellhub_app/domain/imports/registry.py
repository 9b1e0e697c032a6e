"""The formats that can be read. A new one is a file in formats/ and a line here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cellhub_app.core.errors import Invalid
from cellhub_app.domain.imports.findings import ImageObjects, Report
from cellhub_app.domain.imports.formats import coco, cvat, geojson, json_, labelme, masks, roiset, yolo
from cellhub_app.domain.imports.matching import Images
from cellhub_app.domain.imports.package import Package
from cellhub_app.domain.imports.reading import Reading

Read = Callable[[Package, Reading], Iterator[ImageObjects]]


class ReaderUnknown(Invalid):
    """A format was named that can't be imported."""

    code, title = "formatUnknown", "There is no such import format"


@dataclass(frozen=True)
class Format:
    """What people see of a format, and how to read it."""

    title: str
    read: Read


FORMATS: dict[str, Format] = {
    "coco": Format("COCO", coco.read),
    "yolo": Format("YOLO", yolo.read),
    "json": Format("JSON", json_.read),
    "geojson": Format("GeoJSON (QuPath)", geojson.read),
    "imagej": Format("ImageJ ROIs", roiset.read),
    "masks": Format("Label or binary masks", masks.read),
    "cvat": Format("CVAT", cvat.read),
    "labelme": Format("LabelMe", labelme.read),
}


def read(name: str, package: Package, images: Images, report: Report) -> Iterator[ImageObjects]:
    """What an upload says about the images, one after the other; the report is whole when all have passed.

    An image can come more than once, when several files are about it. Raises ReaderUnknown, and Invalid, with one plain sentence, when
    the upload can't be read; of a damaged file some images may have passed by then.
    """
    if name not in FORMATS:
        raise ReaderUnknown(f"There is no import format {name[:40]!r}. Available: {', '.join(FORMATS)}.")
    return FORMATS[name].read(package, Reading(name, images, report))
