"""What a run did, in words."""

from dataclasses import dataclass

from cellhub_app.core.queue import JobStatus
from cellhub_app.domain.jobs.runs import Run
from cellhub_app.domain.jobs.schemas import FRAMES, KEEP_HAND_MADE, BatchLine
from cellhub_app.web.batches import model_title, time_left
from cellhub_app.web.i18n import counted, duration_text, t

_PARAMETERS = {"threshold": t("Threshold"), "min_area_px": t("Smallest object, px²"), "channel": t("Channel")}

PLANES_NAMED = 8


@dataclass
class Fact:
    """One thing to know of a run: what, and how much."""

    name: str
    value: str


def facts(run: Run) -> list[Fact]:
    """The model, how it was asked to work, what it found, and how long that took."""
    batch, pace = run.batch, run.pace
    found = [Fact(t("Model"), model_title(batch.model)), *_parameters(batch)]
    if batch.counts.succeeded:  # only a result tells which weights were there
        found.insert(1, Fact(t("Weights"), run.weights_sha256[:12] or t("none")))
        found.append(Fact(t("Found"), counted(run.objects, "object", "objects")))
    for name, middle, most in (
        (t("Wait in line"), pace.waited_p50, pace.waited_p95),
        (t("Work on an image"), pace.took_p50, pace.took_p95),
    ):
        if middle is not None and most is not None:
            found.append(Fact(name, _range(time_text(middle), time_text(most))))
    return found


def _parameters(batch: BatchLine) -> list[Fact]:
    found = []
    for name, value in batch.parameters.items():
        if name == KEEP_HAND_MADE:
            found.append(Fact(t("Objects made by hand"), t("kept")))
            continue
        if name == FRAMES:
            found.append(Fact(t("Planes"), _planes(value)))
            continue
        shown = int(value) + 1 if name == "channel" else value
        found.append(Fact(_PARAMETERS.get(name, name), f"{shown:g}" if isinstance(shown, int | float) else str(shown)))
    return found


def _planes(frames: str | list[int]) -> str:
    """Which planes of each image, counted from 1 as the viewer does."""
    if isinstance(frames, str):
        return t("all")
    numbers = ", ".join(f"{frame + 1:,}" for frame in frames[:PLANES_NAMED])
    more = len(frames) - PLANES_NAMED
    return t("{numbers} and {more} more", numbers=numbers, more=f"{more:,}") if more > 0 else numbers


def _range(middle: str, most: str) -> str:
    return middle if middle == most else t("{middle}, 95 % within {most}", middle=middle, most=most)


def outlook(batch: BatchLine, *, may_edit: bool) -> str:
    """What comes next in a run that is not over, or how it ended, for somebody who may resume it or not."""
    if batch.finished_at is None:
        if batch.status is JobStatus.PAUSED:
            return t("Paused: what waits is segmented once you resume.") if may_edit else t("Paused.")
        left = t("Time left: {time}.", time=time_left(batch))
        return t("Place in line: {place}.", place=f"{batch.position:,}") + " " + left if batch.position else left
    if batch.status is JobStatus.CANCELLED:
        return t("Cancelled: images that were not done keep the objects they had.")
    took_s = (batch.finished_at - (batch.started_at or batch.created_at)).total_seconds()
    return t("Took {time}.", time=duration_text(took_s))


def time_text(seconds: float) -> str:
    """`61 ms`, `3.5 s`, `1.2 min`."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s" if seconds < 60 else f"{seconds / 60:.1f} min"
