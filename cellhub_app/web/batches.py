"""A batch in words and shares, as boxes show it."""

from collections.abc import Sequence
from dataclasses import dataclass

from cellhub_app.core.errors import ModelUnknown
from cellhub_app.core.queue import JobStatus
from cellhub_app.domain.access import Principal
from cellhub_app.domain.jobs.schemas import BatchCounts, BatchView, EndedBatch, Starter
from cellhub_app.domain.segmentation import service as catalogue
from cellhub_app.web import routes
from cellhub_app.web.i18n import counted, duration_text, seconds_text, t
from cellhub_app.web.theme import STATUSES, face_colour, initials

GONE_COLOUR = "#6b6f76"
TOLD_APART = 2
NOT_TOLD = -1  # percent of an image that nobody says anything of
NOT_RETRYABLE = t("None of them can be tried again: they couldn't be read, were deleted, or a newer batch has taken them.")


@dataclass
class StateCount:
    """How many images of a batch stand at one status: `133`, `done`."""

    status: str
    count: str
    word: str


@dataclass
class WorkingRow:
    """A large image that is worked on: its name, where it is shown, and how far it is in percent."""

    name: str
    href: str
    percent: int


@dataclass
class Person:
    """Who started a batch, as two letters and a name."""

    name: str
    initials: str
    colour: str


@dataclass
class Ending:
    """The end of a batch as a message: its kind, title and detail, and where it leads (address, words)."""

    kind: str
    title: str
    detail: str
    link: tuple[str, str]


@dataclass
class BatchBox:
    """One batch: percents of its bar, and everything else in words."""

    id: str
    title: str
    status: str
    position: str
    time_left: str
    summary: str
    states: list[StateCount]
    working: list[WorkingRow]
    note: str
    succeeded: float
    running: float
    failed: float
    cancelled: float
    failed_count: int
    is_open: bool
    can_pause: bool
    can_resume: bool


def batch_box(batch: BatchView) -> BatchBox:
    """The batch as a box shows it."""
    counts = batch.counts.model_dump()
    total = sum(counts.values()) or 1
    is_open = batch.finished_at is None
    return BatchBox(
        id=str(batch.id),
        title=f"{model_title(batch.model)} · {counted(sum(counts.values()), 'image', 'images')}",
        status=batch.status.value,
        position=position(batch),
        time_left=time_left(batch),
        summary=summary(counts),
        states=states(counts),
        working=[WorkingRow(one.name, routes.image(batch.project_id, one.image_id), percent_of(one.progress)) for one in batch.working],
        note=note(batch),
        succeeded=100 * counts["succeeded"] / total,
        running=100 * counts["running"] / total,
        failed=100 * counts["failed"] / total,
        cancelled=100 * counts["cancelled"] / total,
        failed_count=counts["failed"],
        is_open=is_open,
        can_pause=is_open and batch.status is not JobStatus.PAUSED,
        can_resume=batch.status is JobStatus.PAUSED,
    )


def percent_of(share: float) -> int:
    """A share of work as people read it: nothing is at 100 % before it is done."""
    return min(99, int(100 * share))


def model_title(name: str) -> str:
    """The title on the model's card; its name where the card is gone."""
    try:
        return catalogue.model(name).title
    except ModelUnknown:
        return name


def position(batch: BatchView) -> str:
    """The place of the next image in the whole line; a word where nothing stands in line any more."""
    if batch.position:
        return f"{batch.position:,}"
    return t("paused") if batch.status is JobStatus.PAUSED else t("now")


def time_left(batch: BatchView) -> str:
    """A range, or a word while nobody can tell."""
    if batch.eta is None:
        return "–" if batch.status is JobStatus.PAUSED else t("soon known")
    return seconds_text(batch.eta.low_seconds, batch.eta.high_seconds)


def note(batch: BatchView) -> str:
    """The parameters; once finished also how long it took and how fast it was."""
    words = []
    if (threshold := batch.parameters.get("threshold")) is not None:
        words.append(t("threshold {value}", value=f"{threshold:g}"))
    if area := batch.parameters.get("min_area_px"):
        words.append(t("at least {area} px²", area=area))
    if batch.started_at and batch.finished_at:
        took_s = max(1.0, (batch.finished_at - batch.started_at).total_seconds())
        words.append(t("took {time}", time=duration_text(took_s)))
        if batch.counts.succeeded > 1:
            words.append(t("{pace} images/s", pace=f"{batch.counts.succeeded / took_s:.1f}"))
    return " · ".join(words)


def states(counts: dict[str, int]) -> list[StateCount]:
    """The counts in the order of a bar, without what is zero."""
    order = ("succeeded", "running", "queued", "failed", "cancelled")
    return [StateCount(name, f"{counts[name]:,}", STATUSES[name].word) for name in order if counts[name]]


def summary(counts: dict[str, int]) -> str:
    """`133 done · 4 processing · 76 queued · 1 failed`, without what is zero."""
    return " · ".join(f"{state.count} {state.word}" for state in states(counts))


def person(starter: Starter | None, looking: Principal) -> Person:
    """Who started a batch, seen by somebody: `you`, a name, or nobody who is known any more."""
    if starter is None:
        return Person(t("somebody who has left"), "–", GONE_COLOUR)
    name = t("you") if starter.id == looking.user_id else starter.name
    return Person(name, initials(starter.name), face_colour(starter.email))


def retry_words(images: int) -> str:
    """What a button says that tries failed images again; nothing for none."""
    return t("Retry these {images}", images=f"{images:,} {t('images')}") if images > 1 else t("Retry this image") if images else ""


def endings(batches: Sequence[EndedBatch]) -> list[Ending]:
    """What their person is told of batches that just ended: each for itself, or many at once in one message."""
    return [ending(batch) for batch in batches] if len(batches) <= TOLD_APART else [_many(batches)]


def ending(batch: EndedBatch) -> Ending:
    """What the person is told of one batch."""
    counts, name = batch.counts, batch.project_name
    total, project = _total(counts), (routes.project(batch.project_id), t("Open the project"))
    if batch.status is JobStatus.CANCELLED:
        told = t("{name}: the segmentation was cancelled", name=name)
        return Ending("info", told, _segmented(counts.succeeded, total), project)
    title = _segmented(counts.succeeded, total, counts.failed, name)
    if not counts.failed:
        gone = t("{count} cancelled.", count=f"{counts.cancelled:,}") if counts.cancelled else ""
        return Ending("success", title, gone, project)
    detail = batch.causes[0].detail if len(batch.causes) == 1 else ""
    return Ending("warning" if counts.succeeded else "error", title, detail, (f"{routes.QUEUE}?batch={batch.id}", t("See why")))


def _many(batches: Sequence[EndedBatch]) -> Ending:
    done, failed = (sum(getattr(batch.counts, name) for batch in batches) for name in ("succeeded", "failed"))
    detail = _segmented(done, sum(_total(batch.counts) for batch in batches), failed)
    title = t("{count} batches of yours have ended", count=f"{len(batches):,}")
    return Ending("warning" if failed else "info", title, detail, (routes.QUEUE, t("Open the queue")))


def _segmented(done: int, total: int, failed: int = 0, name: str = "") -> str:
    """`133 of 214 images of Hela dose are segmented, 1 failed`; with a full stop where no project is named."""
    images = counted(total, "image", "images")
    said = {"done": f"{done:,}", "images": t("{images} of {name}", images=images, name=name) if name else images}
    words = t("{done} of {images} is segmented", **said) if 1 in {done, total} else t("{done} of {images} are segmented", **said)
    words += t(", {failed} failed", failed=f"{failed:,}") if failed else ""
    return words if name else f"{words}."


def _total(counts: BatchCounts) -> int:
    return sum(counts.model_dump().values())
