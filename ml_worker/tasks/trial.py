"""Trying models on an image: nothing becomes a revision. Several models on one image are compared with each other and with corrections."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import numpy as np

from cellhub_app.core.geometry import codec
from cellhub_app.core.geometry.raster import labels_from_polygons, polygons_from_labels
from cellhub_app.core.ids import new_id
from cellhub_app.core.imaging.disagreement import draw_disagreement
from cellhub_app.core.limits import IMAGE_TIME_LIMIT_S
from cellhub_app.core.metrics.agreement import PARTNER_IOU, Agreement, compare
from cellhub_app.core.metrics.matching import count_matches, foreground_counts
from cellhub_app.core.queue import JobStatus
from cellhub_app.core.runtime import Runtime, emit
from cellhub_app.domain.annotations import service as annotations
from cellhub_app.domain.jobs import work
from cellhub_app.domain.jobs.claiming import Claimed
from cellhub_app.domain.jobs.leases import Finished
from cellhub_app.domain.jobs.news import Subject, job_event
from cellhub_app.domain.trials import service as trials
from cellhub_app.domain.trials.schemas import Result, TrialView
from cellhub_app.models.image import storage_key
from cellhub_app.models.trial import disagreement_key, maps_key, outlines_key, picture_key
from ml_worker.inference.instances import Instances
from ml_worker.inference.postprocess import Labels
from ml_worker.inference.prepared import Parameters, Prepared
from ml_worker.inference.segmenter import Segmenter
from ml_worker.tasks import tried_planes
from ml_worker.tasks.budget import Budget
from ml_worker.tasks.kept_maps import KeptMaps, Seen
from ml_worker.tasks.leftovers import TRYING
from ml_worker.tasks.network import NetworkStage
from ml_worker.tasks.threads import Threads

PIXELS_IN_HAND = 16_000_000
NO_REVISION = 1  # the viewer takes revision 0 for "never segmented"


@dataclass(frozen=True)
class Tried:
    """What one model found; `seconds` of network and post-processing."""

    trial: TrialView
    instances: Instances
    seconds: float


@dataclass(frozen=True)
class Opened:
    """What an image's file is opened for: what the networks are given, and the pictures of a plane of which there are none yet."""

    prepared: list[Prepared]
    pictures: dict[str, bytes]


@dataclass(frozen=True)
class Compared:
    """What is stored of an image: the results, the outlines of each trial, the picture of what is contested (None for one model)."""

    results: list[Result]
    outlines: dict[UUID, bytes]
    picture: bytes | None


class _Lane:
    """What tries have to themselves: a preview, which somebody waits for, never stands behind the large images of a face-off."""

    def __init__(self, name: str) -> None:
        self.threads = Threads(name, 1)
        self.memory = Budget(PIXELS_IN_HAND)


class Trials:
    """`work` is what the work loop calls for each job of kind trial. Shares the network with the segmenting of batches."""

    def __init__(self, runtime: Runtime, segmenter: Segmenter, network: NetworkStage) -> None:
        self._runtime, self._segmenter, self._network = runtime, segmenter, network
        self._weights = {card.name: card.weights_sha256 for card in segmenter.models()}
        self._kept = KeptMaps(runtime.storage)
        self._previews, self._face_offs = _Lane("preview"), _Lane("face-off")

    @property
    def left_behind(self) -> int:
        """Threads that hang."""
        return self._previews.threads.left_behind + self._face_offs.threads.left_behind

    def close(self) -> None:
        """Let the threads end."""
        self._previews.threads.close()
        self._face_offs.threads.close()

    async def work(self, job: Claimed) -> None:
        """Try the job's models on its image and store what they found. Raises what any stage raises."""
        async with self._runtime.work() as session:
            wanted = await trials.of_job(session, job.id)
        lane = self._previews if all(trial.face_off_id is None for trial in wanted) else self._face_offs
        async with lane.memory.hold(round(job.megapixels * 1e6)):
            await self._try(job, wanted, lane.threads)

    async def _try(self, job: Claimed, wanted: Sequence[TrialView], threads: Threads) -> None:
        began = time.perf_counter()
        seen, pictures = await self._see(job, wanted, threads)
        tried = [await threads.run(IMAGE_TIME_LIMIT_S, self._outline, trial, seen[trial.model]) for trial in wanted]
        found = await threads.run(IMAGE_TIME_LIMIT_S, compared, tried, await self._corrected(job, wanted) if len(wanted) > 1 else None)
        await self._store(job, wanted, found, pictures, time.perf_counter() - began)

    async def _corrected(self, job: Claimed, wanted: Sequence[TrialView]) -> list[bytes] | None:
        async with self._runtime.work() as session:
            corrected = await annotations.corrected(session, _image(job), wanted[0].frame)
        return corrected[1] if corrected else None

    async def _see(self, job: Claimed, wanted: Sequence[TrialView], threads: Threads) -> tuple[dict[str, Seen], dict[str, bytes]]:
        """What each model sees in the plane, as it is kept, else from the network; and pictures of the plane if it is not the first."""
        seen: dict[str, Seen] = {}
        for trial in wanted:
            kept = await self._kept.get(self._key(job, trial))
            if kept is not None:
                seen[trial.model] = kept
        missing = [trial for trial in wanted if trial.model not in seen]
        if not missing and wanted[0].frame == 0:
            return seen, {}
        opened = await self._open(job, wanted[0].frame, missing, threads)
        for trial, prepared in zip(missing, opened.prepared, strict=True):
            maps, seconds = await self._network.predict(prepared, first=trial.face_off_id is None)
            seen[trial.model] = Seen(maps, prepared.shape, seconds)
            await self._kept.keep(self._key(job, trial), seen[trial.model])
        return seen, opened.pictures

    def _key(self, job: Claimed, trial: TrialView) -> str:
        channel = trial.parameters.get("channel", 0)
        return maps_key(_image(job), trial.model, self._weights.get(trial.model), channel, trial.frame)

    async def _open(self, job: Claimed, frame: int, missing: Sequence[TrialView], threads: Threads) -> Opened:
        with TemporaryDirectory(prefix=TRYING) as folder:
            path = await self._runtime.storage.fetch(storage_key(_image(job), "original"), Path(folder) / "original")
            return await threads.run(IMAGE_TIME_LIMIT_S, self._read, job, path, frame, missing)

    def _read(self, job: Claimed, path: Path, frame: int, missing: Sequence[TrialView]) -> Opened:
        """Prepared with the models' own thresholds: the maps are to serve any other as well."""
        plane = tried_planes.pixels(job, path, frame)
        own = [Parameters(channel=trial.parameters.get("channel", 0)) for trial in missing]
        prepared = [self._segmenter.prepare(plane, trial.model, given) for trial, given in zip(missing, own, strict=True)]
        return Opened(prepared, tried_planes.pictures(plane, path, job.image_name) if frame else {})

    def _outline(self, trial: TrialView, seen: Seen) -> Tried:
        began = time.perf_counter()
        prepared = self._segmenter.recall(seen.shape, trial.model, parameters_of(trial.parameters))
        instances = self._segmenter.finish(prepared, seen.maps)
        return Tried(trial, instances, seen.seconds + time.perf_counter() - began)

    async def _store(
        self, job: Claimed, wanted: Sequence[TrialView], found: Compared, pictures: Mapping[str, bytes], seconds: float
    ) -> None:
        storage, face_off_id = self._runtime.storage, wanted[0].face_off_id
        objects = [(outlines_key(trial_id), data) for trial_id, data in found.outlines.items()]
        if found.picture is not None and face_off_id is not None:
            objects.append((disagreement_key(face_off_id, _image(job)), found.picture))
            objects += [(picture_key(face_off_id, _image(job), part), data) for part, data in pictures.items()]
        await asyncio.gather(*(storage.put(key, data) for key, data in objects))
        async with self._runtime.work() as session:
            if not await work.hold(session, [job]):
                return
            await trials.save(session, found.results)
            await work.finish(session, [Finished(job, {"trial_s": round(seconds, 4)})])
            emit(session, job_event(Subject.of(job), JobStatus.SUCCEEDED, faceOffId=face_off_id))


def compared(tried: Sequence[Tried], corrected: Sequence[bytes] | None) -> Compared:
    """Put what several models found in one image beside each other, and beside the outlines that a person corrected."""
    labels = [one.instances.labels for one in tried]
    agreement = compare(labels) if len(tried) > 1 else None
    truth = None if corrected is None else labels_from_polygons([codec.decode(one) for one in corrected], *labels[0].shape)
    results, outlines = [], {}
    for index, one in enumerate(tried):
        contested = agreement.contested[index] if agreement else np.zeros(len(one.instances.scores), np.bool_)
        results.append(
            Result(
                one.trial.id,
                object_count=len(one.instances.scores),
                doubt=one.instances.doubt,
                seconds=one.seconds,
                agreement=_agreement(agreement, index, [other.trial.model for other in tried]),
                truth=None if truth is None else _truth(truth, labels[index]),
            )
        )
        outlines[one.trial.id] = _packed(one.instances, contested)
    return Compared(results, outlines, draw_disagreement(agreement.votes, len(tried)) if agreement else None)


def _agreement(agreement: Agreement | None, index: int, models: Sequence[str]) -> dict[str, Any] | None:
    if agreement is None:
        return None
    others = {model: round(float(agreement.f1[index, k]), 4) for k, model in enumerate(models) if k != index}
    return {"contested": int(agreement.contested[index].sum()), "share": round(agreement.share, 4), "f1": others}


def _truth(truth: Labels, labels: Labels) -> dict[str, int]:
    [counts] = count_matches(truth, labels, (PARTNER_IOU,))
    shared, either = foreground_counts(truth, labels)
    return {
        "found": counts.true_positives, "invented": counts.false_positives, "missed": counts.false_negatives,
        "shared": shared, "either": either,
    }  # fmt: skip


def _packed(instances: Instances, contested: np.ndarray[Any, np.dtype[np.bool_]]) -> bytes:
    """The outlines as the viewer reads them; objects that some other model does not see are of class 1."""
    polygons = polygons_from_labels(instances.labels)
    rows = zip(polygons, codec.encode_many(polygons), instances.scores.tolist(), instances.doubts.tolist(), contested.tolist(), strict=True)
    areas = np.bincount(instances.labels.ravel(), minlength=len(polygons) + 1)[1:].tolist()
    items = [
        codec.CollectionItem(new_id(), score, doubt, area, int(is_contested), geometry)
        for (_, geometry, score, doubt, is_contested), area in zip(rows, areas, strict=True)
    ]
    return codec.encode_collection(NO_REVISION, items)


def parameters_of(given: dict[str, Any]) -> Parameters:
    """The parameters of a trial."""
    return Parameters(given.get("threshold"), given.get("min_area_px"), given.get("channel", 0))


def _image(job: Claimed) -> UUID:
    assert job.image_id is not None  # noqa: S101 - a trial has an image
    return job.image_id
