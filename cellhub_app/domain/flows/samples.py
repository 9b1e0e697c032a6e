"""A first project to try everything on: pictures that CellHub simulates itself, and two that scikit-image brings along."""

import asyncio
from contextlib import nullcontext
from io import BytesIO

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from cellhub_app.core.runtime import Runtime
from cellhub_app.core.simulator.samples import SampleImage, sample_set
from cellhub_app.domain.access import Principal
from cellhub_app.domain.flows.upload import Incoming, IncomingFile, add_images
from cellhub_app.domain.projects import service as projects
from cellhub_app.domain.projects.schemas import NewProject, ProjectView
from cellhub_app.models.project import SampleKind

NAME = "Sample images"
DESCRIPTION = (
    "Pictures to try CellHub on. Those named “Simulated” were drawn by CellHub and show no real cells; "
    "the tissue section and the single cell come with scikit-image."
)


async def create_project(runtime: Runtime, principal: Principal) -> ProjectView:
    """Make a project with the sample images in it; a worker reads them like any upload. Raises NotAllowed for guests."""
    files = await asyncio.to_thread(_files)
    async with runtime.work() as session:
        made = await projects.create(session, principal, NewProject(name=NAME, description=DESCRIPTION, sample_kind=SampleKind.NUCLEI))
    await add_images(runtime, principal, made.id, nullcontext(Incoming(files)))
    return made


def _files() -> list[IncomingFile]:
    return [IncomingFile.of_bytes(sample.name, _png(sample)) for sample in reversed(sample_set())]


def _png(sample: SampleImage) -> bytes:
    origin = PngInfo()
    origin.add_itxt("Source", sample.origin)
    buffer = BytesIO()
    Image.fromarray(sample.image).save(buffer, "PNG", pnginfo=origin)
    return buffer.getvalue()
