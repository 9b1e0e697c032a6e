"""A face-off as the page tells it: words and figures for each model, and for each result."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cellhub_app.core.queue import JobStatus
from cellhub_app.domain.images.schemas import ImageView
from cellhub_app.domain.trials.schemas import FaceOffView, Standing, TrialView
from cellhub_app.web import routes
from cellhub_app.web.batches import model_title
from cellhub_app.web.descriptions import plane_text
from cellhub_app.web.i18n import counted, t

DASH = "–"


@dataclass
class Row:
    """One model beside the pictures."""

    name: str
    title: str
    objects: str
    contested: str
    seconds: str
    doubt: str
    ap50: str
    f1: str
    dice: str
    note: str
    is_best: bool


@dataclass
class Figure:
    """One image of the face-off in the strip."""

    id: str
    state: str
    share: str
    title: str
    picture: str


def rows(view: FaceOffView) -> list[Row]:
    """The models in their order; the best is the one with the highest F1 against corrections, where there are any."""
    scored = [standing for standing in view.standings if standing.f1 is not None]
    best = max(scored, key=lambda standing: standing.f1 or 0.0).model if len(scored) > 1 else ""
    return [_row(standing, is_best=standing.model == best) for standing in view.standings]


def _row(standing: Standing, *, is_best: bool) -> Row:
    known = standing.done > 0
    return Row(
        name=standing.model,
        title=model_title(standing.model),
        objects=f"{standing.objects:,}" if known else DASH,
        contested=f"{standing.contested:,}" if known else DASH,
        seconds=t("{seconds} s", seconds=f"{standing.seconds:.2f}") if known else DASH,
        doubt=f"{100 * standing.doubt:.0f} %" if standing.doubt is not None else DASH,
        ap50=_score(standing.ap50),
        f1=_score(standing.f1),
        dice=_score(standing.dice),
        note=t("failed on {images}", images=counted(standing.failed, "image", "images")) if standing.failed else "",
        is_best=is_best,
    )


def _score(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def place(view: FaceOffView, image: ImageView) -> str:
    """Which plane of a stack is compared; empty for an image of one plane."""
    return plane_text(image, view.frames.get(image.id, 0))


def picture(view: FaceOffView, image_id: str, part: str) -> str:
    """Where the picture (display or thumbnail) of the plane is; empty until a worker has made that of another one than the first."""
    frame = view.frames.get(UUID(image_id), 0)
    if frame == 0:
        return f"{routes.API}/images/{image_id}/{part}"
    is_there = any(str(trial.image_id) == image_id and trial.status is JobStatus.SUCCEEDED for trial in view.trials)
    return routes.face_off_picture(view.id, image_id, part) if is_there else ""


def figures(view: FaceOffView, images: dict[str, ImageView]) -> list[Figure]:
    """The images in the order in which they were chosen; `share` is how much of the foreground the models disagree about."""
    names = {key: ", ".join(filter(None, [image.name, place(view, image)])) for key, image in images.items()}
    return [_figure(view, str(image_id), names.get(str(image_id), "")) for image_id in view.image_ids]


def _figure(view: FaceOffView, image_id: str, name: str) -> Figure:
    states = {trial.status for trial in view.trials if str(trial.image_id) == image_id}
    share = next((value for key, value in view.disagreement.items() if str(key) == image_id), None)
    state = "running" if any(not status.is_final for status in states) else "succeeded" if JobStatus.SUCCEEDED in states else "failed"
    words = "" if share is None else f"{100 * share:.0f} %"
    told = t("{name}: the models disagree about {share} of the foreground", name=name, share=words) if words else name
    return Figure(image_id, state, words, told, picture(view, image_id, "thumbnail") or routes.thumbnail(image_id))


def result(view: FaceOffView, image: ImageView, model: str) -> dict[str, Any]:
    """One side of the duel: a title, a line of figures or the reason why there are none, and where the outlines are."""
    found = next((trial for trial in view.trials if trial.image_id == image.id and trial.model == model), None)
    title, where = model_title(model), place(view, image)
    if found is None:
        return {"title": title, "note": "", "url": ""}
    if found.status is not JobStatus.SUCCEEDED:
        return {"title": title, "note": found.error.detail if found.error else _joined(where, t("not tried yet")), "url": ""}
    return {"title": title, "note": _joined(where, *_counts(found)), "url": f"{routes.API}/trials/{found.id}/polygons?format=binary"}


def _joined(*words: str) -> str:
    return " · ".join(filter(None, words))


def _counts(trial: TrialView) -> list[str]:
    words = [counted(trial.object_count or 0, "object", "objects")]
    if trial.agreement:
        words.append(t("{count} contested", count=trial.agreement["contested"]))
    return words


def progress(view: FaceOffView) -> tuple[int, str]:
    """Percent done, and in words; the words are empty once nothing is left to do."""
    done = sum(trial.status.is_final for trial in view.trials)
    if done == len(view.trials):
        return 100, ""
    return round(100 * done / max(1, len(view.trials))), t("{done} of {total} tried", done=done, total=len(view.trials))


def corrections(view: FaceOffView) -> str:
    """Against what AP, F1 and Dice are measured, or how to get them."""
    count = max((standing.corrected for standing in view.standings), default=0)
    if count:
        return t("AP, F1 and Dice against {images} that somebody corrected by hand.", images=counted(count, "image", "images"))
    return t("Correct the outlines of one of these images by hand, and compare again: then AP, F1 and Dice say who is right.")
