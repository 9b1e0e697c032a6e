"""What is said of a project and of an image, to members and to visitors alike."""

from cellhub_app.core.imaging.planes import plane_of
from cellhub_app.domain.annotations.schemas import RevisionView
from cellhub_app.domain.images.schemas import ImageCounts, ImageView
from cellhub_app.domain.projects.schemas import ProjectView
from cellhub_app.domain.shares.schemas import SharedProject
from cellhub_app.models.annotation import RevisionKind
from cellhub_app.models.project import SampleKind
from cellhub_app.web.batches import model_title
from cellhub_app.web.i18n import counted, t

OBJECTS = {
    SampleKind.NUCLEI: ("nucleus", "nuclei"),
    SampleKind.CELLS: ("cell", "cells"),
    SampleKind.SPHEROIDS: ("spheroid", "spheroids"),
    SampleKind.OTHER: ("object", "objects"),
}
MADE_BY = {RevisionKind.IMPORT: t("Imported"), RevisionKind.RESTORE: t("Restored")}


def meta(project: ProjectView | SharedProject, counts: ImageCounts) -> str:
    """`214 images · 133 segmented · 9,412 nuclei · 0.325 µm per px`."""
    words = [counted(counts.total, "image", "images") if counts.total else t("no images yet")]
    if counts.done:
        words += [t("{done} segmented", done=f"{counts.done:,}"), counted(counts.objects, *OBJECTS[project.sample_kind])]
    if project.pixel_size_um:
        words.append(t("{size} µm per px", size=f"{project.pixel_size_um:g}"))
    return " · ".join(words)


def size_text(image: ImageView) -> str:
    """`1,392 × 1,040 px · 452 × 338 µm · 16 bit`."""
    if not image.width or not image.height:
        return ""
    words = [f"{image.width:,} × {image.height:,} px"]
    if image.pixel_size_um:
        words.append(f"{image.width * image.pixel_size_um:,.0f} × {image.height * image.pixel_size_um:,.0f} µm")
    if image.bit_depth:
        words.append(t("{bits} bit", bits=image.bit_depth))
    if image.channels and image.channels > 1:
        words.append(t("{count} channels", count=image.channels))
    return " · ".join(words)


def plane_text(image: ImageView, frame: int) -> str:
    """`slice 12 of 30`, `timepoint 3 of 9`, or both; empty for an image of one plane."""
    slices, timepoints = image.frames or 1, image.timepoints or 1
    z, timepoint = plane_of(frame, slices)
    words = [t("slice {number} of {count}", number=z + 1, count=slices)] if slices > 1 else []
    if timepoints > 1:
        words.append(t("timepoint {number} of {count}", number=timepoint + 1, count=timepoints))
    return ", ".join(words)


def caption(latest: RevisionView | None) -> str:
    """`U-Net · revision 4`; the viewer adds how many objects it shows."""
    if latest is None:
        return t("Not segmented yet")
    return " · ".join([_source(latest), t("revision {number}", number=latest.number)])


def _source(latest: RevisionView) -> str:
    return model_title(latest.model) if latest.model else MADE_BY.get(latest.kind, t("Edited by hand"))


def provenance(latest: RevisionView | None) -> str:
    """What made the polygons: model, weights, parameters, when."""
    if latest is None:
        return ""
    words = [_source(latest)]
    if latest.weights_sha256:
        words[0] += f" ({latest.weights_sha256[:8]})"
    names = {"threshold": t("threshold"), "min_area_px": t("at least {px} px²")}
    if (threshold := latest.parameters.get("threshold")) is not None:
        words.append(f"{names['threshold']} {threshold:g}")
    if area := latest.parameters.get("min_area_px"):
        words.append(names["min_area_px"].format(px=area))
    return f"{', '.join(words)}. {latest.created_at:%d %b %Y, %H:%M} UTC."


def problem(image: ImageView) -> str:
    """Why there is no picture or no result, in one sentence."""
    if image.error:
        return image.error.detail
    return image.segmentation.error.detail if image.segmentation and image.segmentation.error else ""
