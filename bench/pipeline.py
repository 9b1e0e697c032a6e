"""Images a second of the whole pipeline (work loop, PostgreSQL, Valkey, storage) against the bare network on the same images.

Both run in this process with the same device and threads. It needs the services of CELLHUB_DATABASE_URL and CELLHUB_REDIS_URL, a
CELLHUB_HOME, and no other GPU worker on them; what it writes is removed again.

Usage: python -m bench.pipeline --data ../shared/data/train/nuclei_fluo [--images 200] [--model unet] [--rounds 3]
"""

import argparse
import asyncio
import resource
import statistics
import time
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import text

from cellhub_app.core.ids import new_id
from cellhub_app.core.imaging.read import probe, read_plane
from cellhub_app.core.queue import JobKind
from cellhub_app.core.runtime import Runtime, close_runtime
from cellhub_app.domain.images.repository import chosen
from cellhub_app.domain.jobs import service
from cellhub_app.models.image import Image, storage_key
from cellhub_app.models.project import Project
from cellhub_app.models.user import User
from ml_worker.context import WorkerContext
from ml_worker.inference.segmenter import Segmenter
from ml_worker.tasks.engine import open_segmenter
from ml_worker.tasks.life import start_gpu, stop

STAGES = ("read_s", "network_s", "postprocess_s", "save_s", "waited_s")


def bare(segmenter: Segmenter, files: list[Path], model: str) -> tuple[float, float]:
    """Images a second of the network alone, on images that are read and prepared already; and its processor seconds an image."""
    prepared = [segmenter.prepare(read_plane(path), model) for path in files]
    segmenter.predict(prepared[:2])
    began, spent = time.perf_counter(), time.process_time()
    for one in prepared:
        segmenter.predict([one])
    return len(files) / (time.perf_counter() - began), (time.process_time() - spent) / len(files)


async def seed(runtime: Runtime, files: list[Path]) -> tuple[UUID, UUID, list[UUID]]:
    """A person, a project and the images as if they had been uploaded and read."""
    async with runtime.work() as session:
        who = User(email=f"bench-{uuid4()}@example.org", name="Benchmark", password_hash="-")
        session.add(who)
        await session.flush()
        project = Project(name="Pipeline benchmark", created_by=who.id)
        session.add(project)
        await session.flush()
        ids = []
        for path in files:
            info = probe(path)
            known = {"width": info.width, "height": info.height, "channels": info.channels, "bytes": path.stat().st_size}
            row = Image(id=new_id(), project_id=project.id, name=path.name, status="ready", sha256="", **known)
            await runtime.storage.put(storage_key(row.id, "original"), path)
            session.add(row)
            ids.append(row.id)
    return who.id, project.id, ids


async def whole(context: WorkerContext, user_id: UUID, project_id: UUID, images: list[UUID], model: str) -> tuple[float, dict[str, float]]:
    """Images a second from the press of the button to the commit of the last result, and the mean seconds of the stages.

    `computing` is the share of that time in which the network computed.
    """
    runtime = context.runtime
    async with runtime.work() as session:
        batch = await service.add_batch(session, project_id=project_id, user_id=user_id, model=model, parameters={})
        await service.line_up(session, batch, chosen(project_id, images))
    context.wake(JobKind.SEGMENT)
    while True:
        await asyncio.sleep(0.25)
        async with runtime.work() as session:
            row = (await session.execute(text("select status, finished_at from batch where id = :id"), {"id": batch.id})).one()
        if row.finished_at:
            break
    seconds = (row.finished_at - batch.created_at).total_seconds()
    means = ", ".join(f"avg((timings ->> '{name}')::float) as {name}" for name in STAGES)
    async with runtime.work() as session:
        found = (await session.execute(text(f"select {means} from job where batch_id = :id"), {"id": batch.id})).mappings().one()
    assert row.status == "succeeded", row.status
    return len(images) / seconds, {**found, "computing": (found["network_s"] or 0) * len(images) / seconds}


async def main(args: argparse.Namespace) -> None:
    """Measure both, alternately, and print the ratio."""
    found = sorted(path for path in args.data.rglob("*") if path.suffix.lower() in {".png", ".tif", ".tiff"} and "mask" not in str(path))
    files = found[:: max(1, len(found) // args.images)][: args.images]
    ctx: dict[str, object] = {}
    await start_gpu(ctx)
    context = WorkerContext.of(ctx)
    runtime = context.runtime
    segmenter = await asyncio.to_thread(open_segmenter, runtime.settings)
    user_id, project_id, images = await seed(runtime, files)
    await whole(context, user_id, project_id, images[:10], args.model)
    ratios = []
    for _ in range(args.rounds):
        alone, alone_cpu = await asyncio.to_thread(bare, segmenter, files, args.model)
        spent, looped = time.process_time(), time.thread_time()
        together, stages = await whole(context, user_id, project_id, images, args.model)
        cpu = (time.process_time() - spent) / len(images)
        ratios.append(together / alone)
        print(f"network alone {alone:.1f} images/s, pipeline {together:.1f} images/s, ratio {ratios[-1]:.2f}")
        loop_cpu = (time.thread_time() - looped) / len(images)
        print(f"  processor ms an image: network alone {1000 * alone_cpu:.1f}, pipeline {1000 * cpu:.1f}, event loop {1000 * loop_cpu:.1f}")
        print(f"  the network computed {100 * stages['computing']:.0f} % of the time")
        print("  mean ms a stage: " + ", ".join(f"{name[:-2]} {1000 * (stages[name] or 0):.1f}" for name in STAGES))
    machine = f"{len(files)} images, {segmenter.device}, {segmenter.threads} thread(s) a pass"
    print(f"resident memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    print(f"{machine}: ratio {statistics.median(ratios):.2f} (target 0.85)")
    async with runtime.work() as session:
        await session.execute(text("delete from project where id = :id"), {"id": project_id})
        await session.execute(text("delete from app_user where id = :id"), {"id": user_id})
    for image in images:
        await runtime.storage.delete_prefix(f"images/{image}")
    await stop(context)
    await close_runtime()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--images", type=int, default=200)
    parser.add_argument("--model", default="unet")
    parser.add_argument("--rounds", type=int, default=3)
    asyncio.run(main(parser.parse_args()))
