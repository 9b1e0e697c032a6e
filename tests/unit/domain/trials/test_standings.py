"""From single trials to one line a model."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from cellhub_app.core.queue import JobStatus
from cellhub_app.domain.trials.schemas import TrialView
from cellhub_app.domain.trials.standings import dice, disagreement, standing, status_of

IMAGES = [uuid4(), uuid4()]


def trial(model: str, image: UUID = IMAGES[0], **values: Any) -> TrialView:
    known: dict[str, Any] = {
        "id": uuid4(), "image_id": image, "frame": 0, "face_off_id": uuid4(), "job_id": uuid4(), "model": model, "parameters": {},
        "error": None, "status": JobStatus.SUCCEEDED, "object_count": 10, "doubt": 0.1, "seconds": 1.0, "agreement": None, "truth": None,
    }  # fmt: skip
    return TrialView(**(known | values))


def truth(found: int, invented: int, missed: int) -> dict[str, int]:
    return {"found": found, "invented": invented, "missed": missed, "shared": 90, "either": 110}


def test_sums_come_first_so_that_an_image_weighs_as_much_as_it_has_objects() -> None:
    few, many = trial("unet", truth=truth(1, 0, 1)), trial("unet", IMAGES[1], truth=truth(97, 1, 0))
    seen = standing("unet", [few, many, trial("classical", truth=truth(0, 5, 5))])
    assert seen.corrected == 2
    assert seen.ap50 == pytest.approx(98 / 100)
    assert seen.f1 == pytest.approx(2 * 98 / (2 * 98 + 2))
    assert seen.dice == pytest.approx(180 / 200)


def test_images_without_a_correction_count_for_everything_but_the_scores() -> None:
    rows = [trial("unet", seconds=1.0, agreement={"contested": 3, "share": 0.2}), trial("unet", IMAGES[1], seconds=3.0, doubt=0.3)]
    seen = standing("unet", rows)
    assert (seen.objects, seen.contested, seen.seconds, seen.corrected, seen.f1) == (20, 3, 2.0, 0, None)
    assert seen.doubt == pytest.approx(0.2)


def test_what_failed_is_counted_and_nothing_else_of_it() -> None:
    seen = standing("unet", [trial("unet", status=JobStatus.FAILED, object_count=None, doubt=None, seconds=None)])
    assert (seen.done, seen.failed, seen.objects, seen.doubt) == (0, 1, 0, None)


def test_disagreement_belongs_to_images() -> None:
    rows = [trial("unet", agreement={"contested": 1, "share": 0.25}), trial("unet", IMAGES[1])]
    assert disagreement(rows) == {IMAGES[0]: 0.25}


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ([JobStatus.QUEUED, JobStatus.QUEUED], JobStatus.QUEUED),
        ([JobStatus.QUEUED, JobStatus.RUNNING], JobStatus.RUNNING),
        ([JobStatus.SUCCEEDED, JobStatus.QUEUED], JobStatus.RUNNING),
        ([JobStatus.SUCCEEDED, JobStatus.FAILED], JobStatus.SUCCEEDED),
        ([JobStatus.FAILED, JobStatus.CANCELLED], JobStatus.FAILED),
    ],
)
def test_a_face_off_stands_where_its_trials_stand(states: list[JobStatus], status: JobStatus) -> None:
    assert status_of([trial("unet", status=state) for state in states]) is status


def test_dice_of_nothing_and_nothing_is_one() -> None:
    assert dice(0, 0) == 1
    assert dice(50, 100) == pytest.approx(2 * 50 / 150)
