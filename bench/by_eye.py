"""What do models find in images that nobody annotated? Their outlines are drawn over the images, to be looked at.

Usage: python -m bench.by_eye [--models hrnet resunet ...] [--images FOLDER] [--out FOLDER]

The images are the bright-field organoids of CELLHUB_DATA (by default ../shared/data), the models by default all networks that serve
spheroids. A picture OUT/<image>_<model>.jpg is written for each; sure objects have a green outline, doubtful ones an orange one.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np

from bench.accuracy import DATA
from cellhub_app.core.geometry.raster import polygons_from_labels
from cellhub_app.core.imaging.read import read_plane
from ml_worker.inference.cpu import wait_without_spinning

wait_without_spinning()

from ml_worker.inference.instances import Instances  # noqa: E402 - torch reads how to wait when it is loaded
from ml_worker.inference.preprocess import Pixels, Stretch, three_channels  # noqa: E402
from ml_worker.inference.segmenter import Segmenter  # noqa: E402

OUT = Path(__file__).resolve().parents[1] / ".cellhub" / "by_eye"
SURE, DOUBTFUL = (70, 200, 60), (0, 140, 255)  # BGR
DOUBTFUL_FROM = 0.5
LONGEST_PX = 1600


def drawn(image: Pixels, found: Instances) -> np.ndarray:
    """The image (H, W, C) as BGR with the outlines of what was found."""
    grey = three_channels(Stretch.of(image)(image))
    canvas = np.ascontiguousarray((255 * np.clip(grey, 0, 1)).astype(np.uint8)[:, :, ::-1])
    for polygon, doubt in zip(polygons_from_labels(found.labels), found.doubts, strict=True):
        outer = np.rint(polygon.rings[0]).astype(np.int32)
        cv2.polylines(canvas, [outer], True, DOUBTFUL if doubt >= DOUBTFUL_FROM else SURE, 3)
    scale = min(1.0, LONGEST_PX / max(canvas.shape[:2]))
    return cv2.resize(canvas, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def main() -> None:
    """Draw, and say how many objects each model finds."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--models", nargs="*")
    options.add_argument("--images", type=Path, default=DATA / "brightfield_unlabelled")
    options.add_argument("--out", type=Path, default=OUT)
    given = options.parse_args()
    segmenter = Segmenter(device="cpu")
    models = given.models or [card.name for card in segmenter.models() if card.architecture and "spheroids" in card.sample_kinds]
    given.out.mkdir(parents=True, exist_ok=True)
    print(f"| image | {' | '.join(models)} |\n|---|{'---|' * len(models)}")
    for path in sorted(given.images.iterdir()):
        image, counts = read_plane(path), []
        for model in models:
            found = segmenter.segment(image, model)
            cv2.imwrite(str(given.out / f"{path.stem}_{model}.jpg"), drawn(image, found))
            counts.append(f"{len(found.doubts)}, {int((found.doubts >= DOUBTFUL_FROM).sum())} doubtful")
        print(f"| {path.name} | {' | '.join(counts)} |", flush=True)


if __name__ == "__main__":
    main()
