"""Neighbours that no real neck divides are one object: long and spread-out cells have several peaks in the distance map.

What counts is how deep the map falls between two peaks, relative to the lower one: the dynamics of a peak (M. Grimaud, "A new measure of
contrast: the dynamics", Proc. SPIE 1769, 1992) as a share of its height. Every peak joins at most one higher neighbour, so a low bump
between two large objects is no bridge, and what is out of sight, beyond the neighbours, decides nothing (pieces.py relies on that).
"""

import numpy as np
from numpy.typing import NDArray

from cellhub_app.core.geometry.compiled import compiled

Labels = NDArray[np.int32]
Level = NDArray[np.uint8]
Places = NDArray[np.int64]


@compiled
def _peaks(labels: Labels, level: Level, peaks: Level) -> int:
    """Fill in the highest level of each label; the number of pairs of 4-neighbours that belong to two of them."""
    height, width = labels.shape
    pairs = 0
    for y in range(height):
        for x in range(width):
            own = labels[y, x]
            if own > 0:
                peaks[own] = max(peaks[own], level[y, x])
                pairs += x + 1 < width and labels[y, x + 1] > 0 and labels[y, x + 1] != own
                pairs += y + 1 < height and labels[y + 1, x] > 0 and labels[y + 1, x] != own
    return pairs


@compiled
def _borders(labels: Labels, level: Level, keys: Places, levels: Level) -> None:
    """Per such pair: lower label * (n + 1) + higher label, and the lower of both levels."""
    height, width = labels.shape
    count = labels.max() + np.int64(1)
    place = 0
    for y in range(height):
        for x in range(width):
            own = labels[y, x]
            if own > 0:
                for down in range(2):
                    v, u = y + down, x + 1 - down
                    if v < height and u < width and labels[v, u] > 0 and labels[v, u] != own:
                        keys[place] = min(own, labels[v, u]) * count + max(own, labels[v, u])
                        levels[place] = min(level[y, x], level[v, u])
                        place += 1


@compiled
def _parents(keys: Places, saddles: Level, peaks: Level, share: float) -> Labels:
    """Per label the one that it joins, else itself: over the highest saddle; of equals the higher, then the one with the lower number."""
    count = len(peaks)
    parents = np.arange(count).astype(np.int32)
    best = np.zeros(count, np.int64)
    for place in range(len(keys)):
        low, high = keys[place] // count, keys[place] % count
        if peaks[low] >= peaks[high]:
            low, high = high, low
        rank = saddles[place] * np.int64(256) + peaks[high]
        if saddles[place] > share * peaks[low] and (rank > best[low] or (rank == best[low] and high < parents[low])):
            best[low], parents[low] = rank, high
    for label in range(count):
        root = label
        while parents[root] != root:
            root = parents[root]
        parents[label] = root
    return parents


def joined(labels: Labels, level: Level, share: float) -> Labels:
    """Which of 1..n each of the labels 0..n of an image (H, W) becomes, given the level (H, W) of its distance map; int32 (n + 1,).

    A label joins a neighbour with a higher peak, or with as high a one and a lower number, when somewhere on their border the level is
    above this share of its own peak; 1 joins none.
    """
    peaks = np.zeros(int(labels.max(initial=0)) + 1, np.uint8)
    pairs = _peaks(labels, level, peaks)
    keys, levels = np.empty(pairs, np.int64), np.empty(pairs, np.uint8)
    _borders(labels, level, keys, levels)
    borders, owners = np.unique(keys, return_inverse=True)
    saddles = np.zeros(len(borders), np.uint8)
    np.maximum.at(saddles, owners, levels)
    parents = _parents(borders, saddles, peaks, share)
    return np.unique(parents, return_inverse=True)[1].astype(np.int32)
