"""What holds a culture and what a microscope's program writes over it: microwells, scale bars. None of it is labelled."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cellhub_app.core.simulator.optics import blur
from cellhub_app.core.simulator.shapes import Field

BITS = 4


@dataclass(frozen=True)
class Microwells:
    """A lattice of small wells: turned by `angle`, its first well at (x, y); each holds about one body."""

    pitch: float
    angle: float
    x: float
    y: float
    round: bool

    def centres(self, height: int, width: int) -> NDArray[np.float64]:
        """The middles (n, 2) of the wells that lie in the picture or just beside it, x before y."""
        reach = int(np.hypot(height, width) / self.pitch) + 2
        steps = np.stack(np.meshgrid(np.arange(-reach, reach), np.arange(-reach, reach)), -1).reshape(-1, 2) * self.pitch
        turn = np.array([[np.cos(self.angle), np.sin(self.angle)], [-np.sin(self.angle), np.cos(self.angle)]])
        at = steps @ turn + (self.x, self.y)
        return np.asarray(at[((at > -self.pitch) & (at < (width + self.pitch, height + self.pitch))).all(1)])


def draw_microwells(rng: np.random.Generator, height: int, width: int, pitch: float) -> Microwells:
    """Square or round wells at a random place and turn."""
    return Microwells(pitch, rng.uniform(0, np.pi / 2), rng.uniform(0, width), rng.uniform(0, height), rng.random() < 0.2)


def walls(rng: np.random.Generator, height: int, width: int, wells: Microwells) -> Field:
    """Density of the walls between microwells, with the bright line of their bevel."""
    density = np.zeros((height, width), np.float32)
    bevel = np.zeros((height, width), np.float32)
    half = wells.pitch * rng.uniform(0.38, 0.47)
    thick = int(rng.integers(1, max(3, int(wells.pitch * 0.05))))
    corner = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    turn = np.array([[np.cos(wells.angle), np.sin(wells.angle)], [-np.sin(wells.angle), np.cos(wells.angle)]])
    dark, bright = float(rng.uniform(0.1, 0.7)), float(rng.uniform(0, 0.3))
    for x, y in wells.centres(height, width):
        for layer, value, grown in ((density, dark, 1.0), (bevel, bright, 1 + (thick + 1) / half)):
            if wells.round:
                centre = round(x * (1 << BITS)), round(y * (1 << BITS))
                cv2.circle(layer, centre, round(half * grown * (1 << BITS)), value, thick, cv2.LINE_AA, BITS)
            else:
                outline = np.rint((corner @ turn * grown + (x, y)) * (1 << BITS)).astype(np.int32)
                cv2.polylines(layer, [outline], True, value, thick, cv2.LINE_AA, BITS)
    return blur(density - bevel, float(rng.uniform(0.7, 3)))


def scale_bar(rng: np.random.Generator, image: NDArray[np.uint8]) -> None:
    """Write a bar, mostly with its length, into a corner of a picture (H, W, C)."""
    height, width, channels = image.shape
    length, thick = int(width * rng.uniform(0.08, 0.3)), int(rng.integers(2, 6))
    x = int(width * rng.uniform(0.03, 0.1)) if rng.random() < 0.4 else int(width * rng.uniform(0.9, 0.97)) - length
    y = int(height * rng.choice([rng.uniform(0.88, 0.97), rng.uniform(0.06, 0.12)]))
    ink = (int(rng.choice([0, 255])),) * channels
    canvas = np.ascontiguousarray(image)
    cv2.rectangle(canvas, (x, y), (x + length, y + thick), ink, -1)
    if rng.random() < 0.7:
        words = str(rng.choice(["50 um", "100 um", "200 um", "250 um", "500 um", "1000 um", "1 mm"]))
        cv2.putText(canvas, words, (x, y - 4), cv2.FONT_HERSHEY_SIMPLEX, float(rng.uniform(0.3, 0.7)), ink, 1, cv2.LINE_AA)
    image[...] = canvas.reshape(image.shape)
