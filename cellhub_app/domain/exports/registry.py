"""The formats there are. A new one is a file in formats/ and a line here."""

from collections.abc import Iterable
from dataclasses import dataclass

from cellhub_app.core.errors import Invalid
from cellhub_app.domain.exports.bundle import Open
from cellhub_app.domain.exports.formats import (
    binary,
    coco,
    csv_,
    cvat,
    excel,
    geojson,
    imagej_roi,
    json_,
    labelme,
    masks,
    originals,
    overlays,
    yolo,
    yolo_boxes,
)


class FormatUnknown(Invalid):
    """A format was asked for that is not in the table."""

    code, title = "formatUnknown", "There is no such export format"


@dataclass(frozen=True)
class Format:
    """What people see of a format, how to write it, and what README.txt says about its files."""

    title: str
    open: Open
    contents: dict[str, str]


FORMATS: dict[str, Format] = {
    "coco": Format("COCO", coco.CocoWriter, coco.README),
    "yolo": Format("YOLO", yolo.YoloWriter, yolo.README),
    "excel": Format("Excel", excel.ExcelWriter, excel.README),
    "csv": Format("CSV", csv_.CsvWriter, csv_.README),
    "json": Format("JSON", json_.JsonWriter, json_.README),
    "geojson": Format("GeoJSON (QuPath)", geojson.GeojsonWriter, geojson.README),
    "imagej": Format("ImageJ ROIs", imagej_roi.ImagejWriter, imagej_roi.README),
    "masks": Format("Label masks", masks.MasksWriter, masks.README),
    "binary": Format("Binary masks", binary.BinaryWriter, binary.README),
    "overlays": Format("Overlays", overlays.OverlaysWriter, overlays.README),
    "cvat": Format("CVAT", cvat.CvatWriter, cvat.README),
    "labelme": Format("LabelMe", labelme.LabelmeWriter, labelme.README),
    "yolo_boxes": Format("YOLO boxes", yolo_boxes.YoloBoxesWriter, yolo_boxes.README),
    "originals": Format("Originals", originals.OriginalsWriter, originals.README),
}


def checked(names: Iterable[str]) -> list[str]:
    """The names without repeats, in the table's order. Raises FormatUnknown, or Invalid for none."""
    wanted = set(names)
    available = ", ".join(FORMATS)
    if unknown := sorted(wanted.difference(FORMATS)):
        raise FormatUnknown(f"There is no export format {unknown[0][:40]!r}. Available: {available}.")
    if not wanted:
        raise Invalid(f"Choose at least one format of: {available}.")
    return [name for name in FORMATS if name in wanted]
