"""A project whose images are on their way, and what must be true of it whatever happened."""

import io
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import numpy as np
from PIL import Image

from tests.fixtures.samples import nuclei_files
from tests.integration.chaos.house import API, PATIENTLY_S, House
from tests.integration.worker.conftest import until

SIDE = 384
ENDS_WITHIN_S = 240
DRAWN = 3
STATES = """
    select i.id, i.name, i.status, i.segmentation_status, i.segmentation_error, i.revision, i.object_count, i.error,
        (select count(*) from segmentation s where s.image_id = i.id) as segmentations,
        (select count(*) from revision r join segmentation s on s.id = r.segmentation_id where s.image_id = i.id) as revisions,
        (select count(distinct r.job_id) from revision r join segmentation s on s.id = r.segmentation_id where s.image_id = i.id) as jobs,
        (select head from segmentation s where s.image_id = i.id) as head,
        (select count(*) from object o join segmentation s on s.id = o.segmentation_id
            where s.image_id = i.id and o.removed_revision is null) as objects
    from image i where i.project_id = %(project)s order by i.name
"""
COUNTS = "select status, count(*) as jobs from job where batch_id = %(batch)s group by status"


def pictures(count: int) -> list[tuple[str, bytes]]:
    """PNG files of simulated nuclei, no two alike: a few are drawn, the others are those turned and mirrored."""
    drawn = [np.asarray(Image.open(io.BytesIO(file.data))) for file in nuclei_files(DRAWN, side=SIDE)]
    found = []
    for k in range(count):
        picture = np.roll(np.rot90(drawn[k % DRAWN], k // DRAWN), 16 * (k // (4 * DRAWN)), axis=0)
        out = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(picture)).save(out, "PNG")
        found.append((f"field {k + 1:03}.png", out.getvalue()))
    return found


@dataclass
class Scene:
    """One project of the house and its batches."""

    house: House
    project: UUID
    names: list[str]
    batches: list[UUID] = field(default_factory=list)

    @classmethod
    async def open(cls, house: House, files: list[tuple[str, bytes]], name: str) -> "Scene":
        """A new project into which the files were uploaded; nobody waits until they are read."""
        made = (await house.http.post(f"{API}/projects", json={"name": name, "sampleKind": "nuclei"})).raise_for_status().json()
        scene = cls(house, UUID(made["id"]), [])
        await scene.upload(files)
        return scene

    async def upload(self, files: list[tuple[str, bytes]]) -> httpx.Response:
        """Send files; those that were accepted count from now on."""
        parts = [("files", (name, data, "image/png")) for name, data in files]
        answer = await self.house.http.post(f"{API}/projects/{self.project}/images", files=parts)
        if answer.status_code == 202:
            self.names += [image["name"] for image in answer.json()["accepted"]]
        return answer

    async def segment(self, model: str = "unet") -> UUID:
        """A batch over everything."""
        body = {"imageIds": "all", "model": model}
        answer = (await self.house.http.post(f"{API}/projects/{self.project}/segmentations", json=body)).raise_for_status()
        self.batches.append(UUID(answer.json()["id"]))
        return self.batches[-1]

    async def retry_failed(self) -> None:
        """Try the failed images of the last batch again."""
        (await self.house.http.post(f"{API}/batches/{self.batches[-1]}/retry-failed")).raise_for_status()

    async def is_read(self) -> bool:
        """Whether every file was read."""
        return all(image["status"] == "ready" for image in await self.images())

    async def is_trying_again(self) -> bool:
        """Whether an image of the last batch failed and waits for its next attempt."""
        query = "select from job where batch_id = %(batch)s and status = 'queued' and attempt > 0"
        return bool(await self.house.rows(query, batch=self.batches[-1]))

    async def counts(self, batch: UUID | None = None) -> Counter[str]:
        """Status -> jobs of a batch (the last one)."""
        rows = await self.house.rows(COUNTS, batch=batch or self.batches[-1])
        return Counter({row["status"]: row["jobs"] for row in rows})

    async def is_in_the_middle(self) -> bool:
        """Whether something is done and more is being done."""
        counts = await self.counts()
        return counts["succeeded"] > 0 and counts["running"] > 0

    async def middle(self) -> None:
        """Wait until the last batch is in full swing."""
        await until(self.is_in_the_middle)

    async def is_over(self) -> bool:
        """Whether every batch is closed."""
        rows = await self.house.rows("select finished_at from batch where id = any(%(ids)s)", ids=self.batches)
        return all(row["finished_at"] for row in rows)

    async def over(self) -> list[dict[str, Any]]:
        """The images once every batch is closed."""
        await until(self.is_over, within_s=ENDS_WITHIN_S, every_s=PATIENTLY_S)
        return await self.images()

    async def images(self) -> list[dict[str, Any]]:
        """Every image with all that is stored about its segmentation."""
        return await self.house.rows(STATES, project=self.project)

    async def assert_whole(self, *, failures: int = 0) -> None:
        """No image is lost, none was segmented twice, each ended as succeeded or as failed with a sentence."""
        images = await self.over()
        assert [image["name"] for image in images] == sorted(self.names)
        for image in images:
            _assert_sound(image)
        failed = [image["segmentation_error"] for image in images if image["segmentation_status"] == "failed"]
        assert len(failed) == failures, failed
        counts = await self.counts()
        assert counts == Counter({"succeeded": len(images) - failures}) + Counter({"failed": failures})


def _assert_sound(image: dict[str, Any]) -> None:
    status = image["segmentation_status"]
    assert status in {"succeeded", "failed"}, image
    if status == "failed":
        detail = image["segmentation_error"]["detail"]
        assert detail.endswith("."), image
        assert "Traceback" not in detail, image
        return
    assert image["segmentations"] == 1, image
    assert image["revisions"] == image["jobs"] == image["head"] == image["revision"], image
    assert image["objects"] == image["object_count"], image
