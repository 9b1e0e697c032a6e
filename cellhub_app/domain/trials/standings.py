"""From single trials to one line a model: sums first, ratios last, so that an image weighs as much as it has objects."""

from collections.abc import Sequence
from uuid import UUID

from cellhub_app.core.metrics.matching import MatchCounts, pooled
from cellhub_app.core.queue import JobStatus
from cellhub_app.domain.trials.schemas import Standing, TrialView


def dice(shared: int, either: int) -> float:
    """2 |A and B| / (|A| + |B|) from the pixels in both and in either; 1 when there is nothing in any."""
    return 2 * shared / (shared + either) if either else 1.0


def standing(model: str, trials: Sequence[TrialView]) -> Standing:
    """What one model did over the images of a face-off."""
    done = [trial for trial in trials if trial.model == model and trial.status is JobStatus.SUCCEEDED]
    truths = [trial.truth for trial in done if trial.truth]
    counts = pooled(MatchCounts(one["found"], one["invented"], one["missed"]) for one in truths)
    doubts = [trial.doubt for trial in done if trial.doubt is not None]
    return Standing(
        model=model,
        done=len(done),
        failed=sum(trial.model == model and trial.status in {JobStatus.FAILED, JobStatus.CANCELLED} for trial in trials),
        objects=sum(trial.object_count or 0 for trial in done),
        contested=sum(int((trial.agreement or {}).get("contested", 0)) for trial in done),
        seconds=sum(trial.seconds or 0.0 for trial in done) / max(1, len(done)),
        doubt=sum(doubts) / len(doubts) if doubts else None,
        corrected=len(truths),
        ap50=counts.average_precision if truths else None,
        f1=counts.f1 if truths else None,
        dice=dice(sum(one["shared"] for one in truths), sum(one["either"] for one in truths)) if truths else None,
    )


def disagreement(trials: Sequence[TrialView]) -> dict[UUID, float]:
    """The share of contested foreground of each image whose models were compared."""
    return {trial.image_id: float(trial.agreement["share"]) for trial in trials if trial.agreement}


def status_of(trials: Sequence[TrialView]) -> JobStatus:
    """Where a face-off stands: running until its last trial ended, then done if any of them was."""
    states = {trial.status for trial in trials}
    if any(not state.is_final for state in states):
        return JobStatus.RUNNING if states - {JobStatus.QUEUED} else JobStatus.QUEUED
    return JobStatus.SUCCEEDED if JobStatus.SUCCEEDED in states else JobStatus.FAILED
