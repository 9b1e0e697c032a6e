"""The measures of intensity, from original pixel values, once for each channel. Pixels that are not finite are left out."""

from math import inf

import numpy as np
import numpy.typing as npt

from cellhub_app.core.metrics.metric import Metric, Unit
from cellhub_app.core.metrics.moments import LabelImage, intensity_sums

PIXELS = "over the pixels of the object"

INTENSITY_METRICS = (
    Metric("intensity_mean", "Mean intensity", "I_mean", Unit.INTENSITY, "mean of the values", PIXELS, low=-inf),
    Metric("intensity_std", "Intensity standard deviation", "I_std", Unit.INTENSITY, "sqrt(mean((I - I_mean)²))", PIXELS),
    Metric("intensity_min", "Minimum intensity", "I_min", Unit.INTENSITY, "smallest value", PIXELS, low=-inf),
    Metric("intensity_max", "Maximum intensity", "I_max", Unit.INTENSITY, "largest value", PIXELS, low=-inf),
    Metric("intensity_integrated", "Integrated intensity", "I_sum", Unit.INTENSITY, "sum of the values", PIXELS, low=-inf),
)


def intensity_table(labels: LabelImage, image: npt.NDArray[np.generic], count: int) -> npt.NDArray[np.float64]:
    """The INTENSITY_METRICS of the labels 1..count, channel after channel: (count, 5 C) for an image (H, W, C)."""
    channels = [intensity_sums(labels, image[:, :, channel], count) for channel in range(image.shape[2])]
    return np.concatenate(channels, axis=1) if channels else np.empty((count, 0))
