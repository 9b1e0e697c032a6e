"""Sums over the pixels of every object of a label image, each in one pass."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cellhub_app.core.geometry.compiled import compiled

LabelImage = npt.NDArray[np.int32]
Table = npt.NDArray[np.float64]

PIXEL_VARIANCE = 1 / 12  # of a unit square about its centre


@dataclass(frozen=True)
class Moments:
    """Per object (n,), px: pixel count, centroid (pixel centres at .5), central second moments of pixels as squares, bounding box."""

    area: Table
    centroid_x: Table
    centroid_y: Table
    variance_x: Table
    variance_y: Table
    covariance: Table
    width: Table
    height: Table


def moments(labels: LabelImage, count: int) -> Moments:
    """Moments of the labels 1..count of an image (H, W); objects without a pixel have area 0 and otherwise NaN."""
    sums = _sum_places(labels, count)
    area = sums[:, 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_x, mean_y = sums[:, 1] / area, sums[:, 2] / area
        second = sums[:, 3:6] / area[:, None]
    empty = np.where(area > 0, 0.0, np.nan)
    return Moments(
        area=area,
        centroid_x=sums[:, 6] + mean_x + 0.5,
        centroid_y=sums[:, 7] + mean_y + 0.5,
        variance_x=second[:, 0] - mean_x**2 + PIXEL_VARIANCE,
        variance_y=second[:, 1] - mean_y**2 + PIXEL_VARIANCE,
        covariance=second[:, 2] - mean_x * mean_y,
        width=sums[:, 9] - sums[:, 8] + 1 + empty,
        height=sums[:, 11] - sums[:, 10] + 1 + empty,
    )


def intensity_sums(labels: LabelImage, channel: npt.NDArray[np.generic], count: int) -> Table:
    """Per object (count, 5) of one channel (H, W): mean, standard deviation, minimum, maximum, sum; NaN where it has no finite pixel."""
    sums = _sum_values(labels, np.ascontiguousarray(channel, dtype=np.float64), count)
    number = sums[:, 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sums[:, 2] / number
        spread = np.sqrt(np.maximum(sums[:, 3] / number - mean**2, 0))
    measures = np.stack([sums[:, 1] + mean, spread, sums[:, 4], sums[:, 5], sums[:, 1] * number + sums[:, 2]], axis=1)
    measures[number == 0] = np.nan
    return measures


@compiled
def _sum_places(labels: LabelImage, count: int) -> Table:
    """Columns: n, x, y, xx, yy, xy about the first pixel met, that pixel's x and y, smallest and largest x, smallest and largest y."""
    sums = np.zeros((count, 12))
    for y in range(labels.shape[0]):
        for x in range(labels.shape[1]):
            label = labels[y, x]
            if label <= 0:
                continue
            row = sums[label - 1]
            if row[0] == 0:
                row[6], row[8], row[9] = x, x, x
                row[7], row[10], row[11] = y, y, y
            dx, dy = x - row[6], y - row[7]
            row[0] += 1
            row[1] += dx
            row[2] += dy
            row[3] += dx * dx
            row[4] += dy * dy
            row[5] += dx * dy
            row[8], row[9], row[11] = min(row[8], x), max(row[9], x), y
    return sums


@compiled
def _sum_values(labels: LabelImage, channel: Table, count: int) -> Table:
    """Columns: n, the first value met, sum and sum of squares about it, smallest, largest; only finite pixels count."""
    sums = np.zeros((count, 6))
    for y in range(labels.shape[0]):
        for x in range(labels.shape[1]):
            label = labels[y, x]
            value = channel[y, x]
            if label <= 0 or not np.isfinite(value):
                continue
            row = sums[label - 1]
            if row[0] == 0:
                row[1], row[4], row[5] = value, value, value
            row[0] += 1
            row[2] += value - row[1]
            row[3] += (value - row[1]) ** 2
            row[4], row[5] = min(row[4], value), max(row[5], value)
    return sums
