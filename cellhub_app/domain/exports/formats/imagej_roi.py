"""ImageJ ROI sets, one RoiSet.zip an image: open it in the ROI Manager of ImageJ or Fiji.

https://imagej.net/ij/developer/source/ij/io/RoiDecoder.java.html. Outlines are polygons with sub-pixel vertices; an object with holes is a
composite of its rings, which ImageJ fills by the even-odd rule.
"""

import numpy as np
import numpy.typing as npt
from roifile import ROI_OPTIONS, ROI_TYPE, ImagejRoi

from cellhub_app.core.geometry.polygon import Polygon, Ring
from cellhub_app.domain.exports.archive import Archive
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry, ObjectEntry

README = {
    "imagej/<stem>_RoiSet.zip": "Outlines for the ROI Manager of ImageJ and Fiji; an object with holes is a composite ROI. The properties "
    "of a ROI hold class, identifier and score. Segmented images only."
}

MOVE, LINE, CLOSE = 0.0, 1.0, 4.0


class ImagejWriter:
    """Every image is a ZIP in the ZIP."""

    def __init__(self, bundle: Bundle, archive: Archive) -> None:
        self._project, self._archive = bundle.project, archive

    def add(self, image: ImageEntry) -> None:
        """The ROI set of a segmented image."""
        if not image.is_segmented:
            return
        path = self._archive.scratch_path("RoiSet.zip")
        with Archive(path) as rois:
            for entry in image.objects:
                roi = self._roi(image, entry)
                rois.add_bytes(f"{roi.name}.roi", roi.tobytes())
        self._archive.add_file(f"imagej/{image.stem}_RoiSet.zip", path, compressed=True)

    def finish(self) -> None:
        """Nothing is left to say."""

    def _roi(self, image: ImageEntry, entry: ObjectEntry) -> ImagejRoi:
        kind = self._project.class_name(entry.class_id)
        roi = to_roi(entry.polygon)
        roi.name = f"{entry.number:05d} {kind}"
        roi.props = f"class: {kind}\nid: {entry.id}\n" + ("" if entry.score is None else f"score: {entry.score:.7g}\n")
        roi.group = min(entry.class_id + 1, 255)
        roi.position = image.frame + 1 if (image.frames or 1) > 1 else 0
        return roi


def to_roi(polygon: Polygon) -> ImagejRoi:
    """The polygon as a sub-pixel ROI; with holes, as a composite of all rings."""
    if not polygon.holes:
        roi = ImagejRoi.frompoints(polygon.exterior)
        roi.roitype = ROI_TYPE.POLYGON
        return roi
    left, top, right, bottom = polygon.bounds
    path = np.concatenate([_path(ring) for ring in polygon.rings])
    roi = ImagejRoi(
        roitype=ROI_TYPE.RECT, options=ROI_OPTIONS.OVERLAY_BACKGROUNDS | ROI_OPTIONS.OVERLAY_LABELS, multi_coordinates=path,
        shape_roi_size=len(path),
    )  # fmt: skip
    roi.left, roi.top, roi.right, roi.bottom = int(np.floor(left)), int(np.floor(top)), int(np.ceil(right)), int(np.ceil(bottom))
    return roi


def _path(ring: Ring) -> npt.NDArray[np.float32]:
    """Java2D path segments of a ring: move to the first vertex, lines to the others, close."""
    steps = np.column_stack([np.r_[MOVE, np.full(len(ring) - 1, LINE)], ring])
    return np.append(steps.ravel(), CLOSE).astype(np.float32)
