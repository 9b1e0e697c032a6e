"""How large objects are, and at what scale a network should see them.

Networks see objects best at the sizes they were trained on. Every training crop is scaled so that its image's typical diameter falls into
TRAINED_PX, and an image whose objects are far from it is shown to the network smaller or larger (the idea of Cellpose's size model:
Stringer et al., Nature Methods 2021).
"""

import numpy as np
from numpy.typing import NDArray

TRAINED_PX = (10.0, 64.0)


def typical_diameter(labels: NDArray[np.integer]) -> float | None:
    """The typical equivalent diameter of the objects of a (H, W) label image, in px; None without objects.

    The geometric mean of the median over objects and the median over their pixels: a few specks beside one large body, or one
    large clump among cells, move it little.
    """
    areas = np.bincount(labels.ravel())[1:]
    areas = np.sort(areas[areas > 0])
    if areas.size == 0:
        return None
    middle = float(np.median(areas))
    share = np.cumsum(areas)
    heavy = float(areas[int(np.searchsorted(share, share[-1] / 2))])
    return float(2 * np.sqrt(np.sqrt(middle * heavy) / np.pi))
