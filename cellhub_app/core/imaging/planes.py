"""The planes of a stack and their numbers: a z-stack counts its slices, a time series its timepoints, and what has both goes through them.

The outlines of a plane are stored under its number, its *frame*; 0 is the first slice of the first timepoint.
"""

from collections.abc import Sequence
from typing import Literal

PLANES_MAX = 2_000

Frames = Literal["first", "all"] | Sequence[int]


def frame_of(z: int, timepoint: int, slices: int) -> int:
    """The number of a plane: all slices of the first timepoint come first, then those of the next."""
    return timepoint * slices + z


def plane_of(frame: int, slices: int) -> tuple[int, int]:
    """(z, timepoint) of the plane with a number, in an image of so many slices."""
    timepoint, z = divmod(frame, slices)
    return z, timepoint


def count(slices: int | None, timepoints: int | None) -> int:
    """How many planes an image has; what is not known counts as one."""
    return (slices or 1) * (timepoints or 1)


def middle(slices: int | None) -> int:
    """The number of the slice to look at first, where nothing says which: the ends of a stack are often out of focus."""
    return (slices or 1) // 2


def chosen(frames: Frames, planes: int) -> Sequence[int]:
    """The numbers that are meant in an image of so many planes, in their order; they may be more than there are."""
    if isinstance(frames, str):
        return range(planes if frames == "all" else 1)
    return sorted(set(frames))


def refusal(name: str, frames: Frames, planes: int) -> str | None:
    """Why these planes of an image can't be worked on, in one sentence; None where they can."""
    wanted = chosen(frames, planes)
    if len(wanted) > PLANES_MAX:
        return f"{len(wanted):,} planes of {name} are too many: at most {PLANES_MAX:,} are segmented at once. Choose some by their numbers."
    if wanted and wanted[-1] >= planes:
        has = "one plane" if planes == 1 else f"{planes:,} planes"
        return f"{name} has {has}, counted from 0, so there is no plane {wanted[-1]}. Choose planes that it has, or all."
    return None


def words(frame: int, slices: int, planes: int) -> str:
    """A plane as people count it, from 1: `plane 3`, `time 2`, `plane 3 at time 2`; nothing where there is but one."""
    z, timepoint = plane_of(frame, slices)
    if planes == 1:
        return ""
    if planes == slices:
        return f"plane {z + 1}"
    return f"time {timepoint + 1}" if slices == 1 else f"plane {z + 1} at time {timepoint + 1}"
