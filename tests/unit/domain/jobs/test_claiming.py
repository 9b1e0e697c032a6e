"""Which of the candidates a claim takes."""

from typing import Any
from uuid import UUID

from cellhub_app.domain.jobs.claiming import Appetite, choose

ALICE, BOB = UUID(int=1), UUID(int=2)


def row(number: int, user: UUID = ALICE, model: str = "unet", megapixels: float = 1.0, **more: Any) -> dict[str, Any]:
    columns = {
        "id": UUID(int=100 + number),
        "user_id": user,
        "model": model,
        "megapixels": megapixels,
        "is_suspect": False,
        "is_gone": False,
    }
    return columns | more


def taken(rows: list[dict[str, Any]], appetite: Appetite) -> list[int]:
    return [job.int - 100 for job in choose(rows, appetite).take]


def test_a_claim_is_about_two_seconds_of_work() -> None:
    assert taken([row(n) for n in range(10)], Appetite(10, 2.0, {"unet": 0.5})) == [0, 1, 2, 3]


def test_one_job_is_taken_however_large() -> None:
    assert taken([row(0, megapixels=100), row(1)], Appetite(10, 2.0, {"unet": 0.5})) == [0]


def test_a_claim_is_one_model_and_keeps_each_users_order() -> None:
    rows = [row(0), row(1, BOB, "hrnet"), row(2), row(3, BOB), row(4, model="hrnet"), row(5)]
    assert taken(rows, Appetite(10, 60, {})) == [0, 2]


def test_what_a_worker_died_of_is_taken_alone_and_only_by_an_idle_worker() -> None:
    rows = [row(0, is_suspect=True), row(1)]
    assert taken(rows, Appetite(10, 60, {})) == [0]
    assert taken(rows, Appetite(10, 60, {}, is_idle=False)) == []


def test_a_suspect_behind_the_head_waits() -> None:
    assert taken([row(0), row(1, is_suspect=True), row(2)], Appetite(10, 60, {})) == [0]


def test_deleted_images_are_set_apart() -> None:
    choice = choose([row(0, is_gone=True), row(1)], Appetite(10, 60, {}))
    assert [job.int - 100 for job in choice.gone] == [0]
    assert [job.int - 100 for job in choice.take] == [1]
    assert choose([], Appetite(10, 60, {})).take == []
