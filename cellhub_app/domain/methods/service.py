"""The methods paragraph of a project."""

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.statistics.choosing import Test
from cellhub_app.core.statistics.groups import Unit
from cellhub_app.domain.access import Permission, Principal, require
from cellhub_app.domain.methods import repository, wording
from cellhub_app.domain.methods.schemas import MethodsView, Origin, Replicates

SOFTWARE = {"CellHub": "cellhub", "PyTorch": "torch", "OpenCV": "opencv-python-headless", "scikit-image": "scikit-image", "SciPy": "scipy"}


async def paragraph(
    session: AsyncSession,
    principal: Principal,
    project_id: UUID,
    conditions: Sequence[Replicates],
    *,
    test: Test | None = None,
    unit: Unit = "replicate",
) -> MethodsView:
    """What was done to the project's images, ready to paste, with a test also how they were compared. Raises ProjectNotFound."""
    await require(session, principal, project_id, Permission.VIEW)
    images, known, *sizes = await repository.pictures(session, project_id)
    origins = [Origin.model_validate(row) for row in map(_origin, await repository.origins(session, project_id))]
    objects = sum(origin.objects for origin in origins)
    by_hand, imported = (sum(each.objects for each in origins if each.kind == kind) for kind in ("edit", "import"))
    pixels, versions = [size for size in sizes if size is not None], installed()
    sentences = (
        wording.segmentation(origins, images, versions["CellHub"]), wording.corrections(objects, by_hand, imported),
        wording.measurement(pixels, known, images), wording.experiment(conditions), wording.statistics(test, unit),
        wording.software(versions),
    )  # fmt: skip
    return MethodsView(
        text=" ".join(filter(None, sentences)), images=images, objects=objects, by_hand=by_hand, imported=imported,
        pixel_size_um=pixels, origins=origins, conditions=[*conditions], versions=versions,
    )  # fmt: skip


def installed() -> dict[str, str]:
    """The versions of the software that segments and measures, as far as it is installed here."""
    found = {}
    for name, package in SOFTWARE.items():
        try:
            found[name] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _origin(row: tuple[str, str | None, str | None, dict[str, object], int, int]) -> dict[str, object]:
    return dict(zip(("kind", "model", "weights_sha256", "parameters", "images", "objects"), row, strict=True))
