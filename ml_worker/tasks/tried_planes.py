"""The plane of an image that models are tried on: its pixels, and pictures of it."""

from pathlib import Path

from cellhub_app.core.errors import ImageRefused, NotFound
from cellhub_app.core.imaging import planes
from cellhub_app.core.imaging.display import encode_webp, limit_side, to_display
from cellhub_app.core.imaging.info import Plane
from cellhub_app.core.imaging.read import probe, read_plane
from cellhub_app.core.imaging.refusals import AGAIN, Unreadable
from cellhub_app.core.imaging.thumbnail import make_thumbnail
from cellhub_app.domain.jobs.claiming import Claimed

TOO_LARGE = "{name} is too large to try models on, which takes at most 100 megapixels and 384 MB: try them on a smaller part of it."


def pixels(job: Claimed, path: Path, frame: int) -> Plane:
    """All channels of the plane. Raises ImageRefused, which names the plane unless it is the first."""
    name = _name(job, frame)
    try:
        return read_plane(path, *planes.plane_of(frame, job.frames or 1), name=name)
    except NotFound as error:
        raise Unreadable("damaged", "the file does not have it", AGAIN).named(name or "the file") from error
    except ImageRefused as refusal:
        if refusal.reason != "tooLarge":
            raise
        raise ImageRefused("tooLarge", TOO_LARGE.format(name=job.image_name or "This image")) from refusal


def pictures(plane: Plane, path: Path, name: str | None) -> dict[str, bytes]:
    """What the page shows of a plane, as ingest makes it of the first one: part (models/trial.py) -> WebP."""
    rgb = limit_side(to_display(plane, is_rgb=probe(path, name).is_rgb))
    return {"display": encode_webp(rgb), "thumbnail": make_thumbnail(rgb)}


def _name(job: Claimed, frame: int) -> str | None:
    words = planes.words(frame, job.frames or 1, planes.count(job.frames, job.timepoints))
    return f"{words} of {job.image_name}" if frame and words and job.image_name else job.image_name
