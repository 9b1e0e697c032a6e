"""CellHub from a program.

with CellHub("https://cells.example.org", token="cellhub_...") as hub:
    project = hub.create_project("Plate 7", sample_kind="nuclei")
    hub.upload(project.id, Path("plate7").glob("*.tif"))
    hub.wait_for_batch(hub.segment(project.id, model="unet").id)
    hub.download(hub.wait_for_export(hub.export(project.id, ["coco"]).id).id, Path("plate7.zip"))
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar
from uuid import UUID

import httpx

from cellhub_app.sdk.connection import Connection
from cellhub_app.sdk.downloading import Downloading
from cellhub_app.sdk.errors import WaitedTooLong
from cellhub_app.sdk.results import Results
from cellhub_app.sdk.sharing import Sharing
from cellhub_app.sdk.types import Batch, Export, FaceOff, Image, ImageMeasures, Model, ObjectMeasures, Project, Upload
from cellhub_app.sdk.uploading import Uploading

_FIRST_LOOK_S, _LAST_LOOK_S = 0.3, 5.0

Selection = Sequence[UUID] | Literal["all"]
Frames = Sequence[int] | Literal["first", "all"]
Job = TypeVar("Job", Batch, Export, FaceOff)


class CellHub(Sharing, Results):
    """A signed-in caller of one server. Every method may raise the errors of `cellhub_app.sdk.errors`."""

    def __init__(
        self,
        url: str,
        email: str | None = None,
        password: str | None = None,
        *,
        code: str = "",
        token: str | None = None,
        timeout_s: float = 60.0,
        http: httpx.Client | None = None,
    ) -> None:
        """Connect, with a personal `token` or signed in by address and password (and the `code` of a second factor).

        `http` replaces the own client (for proxies or tests).
        """
        self._http = http or httpx.Client(base_url=f"{url.rstrip('/')}/api/v1", timeout=timeout_s)
        self._connection = Connection(self._http)
        if token is not None:
            self._connection.use_token(token)
        elif email is not None and password is not None:
            self.sign_in(email, password, code)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the session stays for its time (see sign_out)."""
        self._http.close()

    def sign_in(self, email: str, password: str, code: str = "") -> None:
        """Start a session; it renews itself from then on. Raises SignedOut with `code` secondFactorNeeded where one is asked for."""
        self._connection.sign_in(email, password, code)

    def sign_out(self) -> None:
        """End the session on the server; a personal token goes on living."""
        self._connection.sign_out()

    def projects(self, q: str | None = None) -> Iterator[Project]:
        """Every project of the caller, newest first; `q` is a part of the name or description."""
        return (Project.model_validate(row) for row in self._pages("/projects", q=q))

    def project(self, project_id: UUID) -> Project:
        """One project."""
        return Project.model_validate(self._json("GET", f"/projects/{project_id}"))

    def create_project(
        self, name: str, *, description: str = "", sample_kind: str = "nuclei", pixel_size_um: float | None = None
    ) -> Project:
        """Start a project."""
        body = {"name": name, "description": description, "sampleKind": sample_kind, "pixelSizeUm": pixel_size_um}
        return Project.model_validate(self._json("POST", "/projects", json=body))

    def delete_project(self, project_id: UUID) -> None:
        """Put a project in the trash."""
        self._json("DELETE", f"/projects/{project_id}")

    def images(
        self, project_id: UUID, *, status: str | None = None, q: str | None = None, flaw: str | None = None, sort: str | None = None
    ) -> Iterator[Image]:
        """Every image of a project, newest first unless `sort` says otherwise.

        `status`: `uploaded`, `ingesting`, `ready`, `failed` of the image; `queued`, `running`, `paused`, `succeeded`, `cancelled` of its
        latest segmentation; `unsegmented` for ready and never segmented, `unsuccessful` for not read or not segmented.
        `flaw`: pictures that look `empty`, `blurred` or `saturated`, `any` of these, or `none` for what was read and showed none of them.
        """
        asked = {"status": status, "q": q, "flaw": flaw, "sort": sort}
        return (Image.model_validate(row) for row in self._pages(f"/projects/{project_id}/images", **asked))

    def upload(self, project_id: UUID, paths: Iterable[Path], on_progress: Callable[[int, Upload], None] | None = None) -> Upload:
        """Send files; each is taken once, also when an answer is lost, a request sent again, or this program started again.

        What is in the project already is not taken a second time. `on_progress` hears after each request how many files are done, and
        what became of the latest.
        """
        return Uploading(self._connection, project_id, list(paths), on_progress).run()

    def models(self, project_id: UUID | None = None) -> list[Model]:
        """The installed models; the default for the project's kind of sample comes first."""
        params = {"projectId": str(project_id)} if project_id else {}
        return [Model.model_validate(row) for row in self._json("GET", "/models", params=params)]

    def segment(
        self,
        project_id: UUID,
        model: str,
        images: Selection = "all",
        *,
        threshold: float | None = None,
        min_area_px: int | None = None,
        keep_hand_made: bool = False,
        frames: Frames = "first",
        leave_out: Sequence[str] = (),
    ) -> Batch:
        """Queue a model over images; those still being read are waited for by the server.

        With `keep_hand_made` objects that people drew, imported or changed stay, and what the model finds in their place is left out.
        `frames` says which planes of stacks: the first, all, or those with the numbers timepoint * slices + slice, counted from 0.
        `leave_out`: pictures that look "empty", "blurred" or "saturated" are not segmented, as far as they were read.
        """
        given = {"threshold": threshold, "minAreaPx": min_area_px}
        parameters = {name: value for name, value in given.items() if value is not None}
        body: dict[str, Any] = {"imageIds": _selection(images), "model": model, "parameters": parameters, "keepHandMade": keep_hand_made}
        body |= {"frames": frames if isinstance(frames, str) else list(frames), "leaveOut": list(leave_out)}
        return Batch.model_validate(self._json("POST", f"/projects/{project_id}/segmentations", json=body))

    def batch(self, batch_id: UUID) -> Batch:
        """How far a batch is."""
        return Batch.model_validate(self._json("GET", f"/batches/{batch_id}"))

    def wait_for_batch(self, batch_id: UUID, *, timeout_s: float = 3600.0, on_change: Callable[[Batch], None] | None = None) -> Batch:
        """The batch once it is done, however it ended. Raises WaitedTooLong."""
        return _wait(lambda: self.batch(batch_id), timeout_s, on_change)

    def preview(self, image_id: UUID, model: str, *, threshold: float | None = None, min_area_px: int | None = None) -> dict[str, Any]:
        """What a model would find in an image, as a GeoJSON FeatureCollection; nothing is stored."""
        given = {"model": model, "threshold": threshold, "minAreaPx": min_area_px}
        params = {name: value for name, value in given.items() if value is not None}
        collection: dict[str, Any] = self._json("GET", f"/images/{image_id}/preview", params=params)
        return collection

    def compare(self, project_id: UUID, images: Sequence[UUID], models: Sequence[str]) -> FaceOff:
        """Try 2 to 4 models on 1 to 12 images; nothing is stored until one of them segments."""
        body = {"imageIds": _selection(images), "models": list(models)}
        return FaceOff.model_validate(self._json("POST", f"/projects/{project_id}/face-offs", json=body))

    def wait_for_face_off(self, face_off_id: UUID, *, timeout_s: float = 3600.0) -> FaceOff:
        """The face-off once every model has tried every image. Raises WaitedTooLong."""
        return _wait(lambda: FaceOff.model_validate(self._json("GET", f"/face-offs/{face_off_id}")), timeout_s, None)

    def polygons(self, image_id: UUID, *, frame: int = 0, revision: int | None = None) -> dict[str, Any]:
        """A GeoJSON FeatureCollection in pixels: (0, 0) is the top-left corner of the first pixel, y downwards."""
        params = {"frame": frame} | ({"revision": revision} if revision is not None else {})
        collection: dict[str, Any] = self._json("GET", f"/images/{image_id}/polygons", params=params)
        return collection

    def measurements(self, image_id: UUID, *, frame: int = 0) -> ImageMeasures:
        """The measures of every object of one frame."""
        return ImageMeasures.model_validate(self._json("GET", f"/images/{image_id}/measurements", params={"frame": frame}))

    def project_measurements(self, project_id: UUID) -> Iterator[ObjectMeasures]:
        """The measures of every object of a project."""
        return (ObjectMeasures.model_validate(row) for row in self._pages(f"/projects/{project_id}/measurements"))

    def export(
        self, project_id: UUID, formats: Sequence[str], images: Selection = "all", *, tag: str = "", q: str = "", **options: Any
    ) -> Export:
        """Ask for a ZIP with these formats, of the named images or of all with a tag or whose name holds `q`.

        `options` are those of docs/exports.md: classes, classNames, revision, asOf, units, split, coco, outlines.
        """
        body: dict[str, Any] = {"formats": list(formats), "imageIds": _selection(images), "options": options}
        body |= {name: word for name, word in (("tag", tag), ("q", q)) if word}
        return Export.model_validate(self._json("POST", f"/projects/{project_id}/exports", json=body))

    def export_again(self, export_id: UUID) -> Export:
        """Ask for an export like another: the same formats and choices, of the same images as they are now."""
        return Export.model_validate(self._json("POST", f"/exports/{export_id}/again"))

    def wait_for_export(self, export_id: UUID, *, timeout_s: float = 3600.0, on_change: Callable[[Export], None] | None = None) -> Export:
        """The export once it is done, however it ended. Raises WaitedTooLong."""
        return _wait(lambda: Export.model_validate(self._json("GET", f"/exports/{export_id}")), timeout_s, on_change)

    def download(
        self, export_id: UUID, target: Path, *, keep_part: bool = False, on_progress: Callable[[int, int], None] | None = None
    ) -> Path:
        """Write the ZIP of a finished export, over a bad line too; a download that fails leaves no file behind.

        With `keep_part` what came stays beside the target, and the next call for this export goes on there. `on_progress` hears how many
        bytes are here, and of how many.
        """
        downloading = Downloading(self._connection, export_id, target, on_progress)
        try:
            return downloading.run()
        finally:
            if not keep_part:
                downloading.part.unlink(missing_ok=True)


def _selection(images: Selection) -> list[str] | str:
    return images if isinstance(images, str) else [str(image_id) for image_id in images]


def _wait(look: Callable[[], Job], timeout_s: float, on_change: Callable[[Job], None] | None) -> Job:
    ends = time.monotonic() + timeout_s
    pause_s, seen = _FIRST_LOOK_S, None
    while True:
        found = look()
        if on_change is not None and found != seen:
            on_change(found)
        if found.is_final:
            return found
        if time.monotonic() + pause_s > ends:
            raise WaitedTooLong(f"Still {found.status} after {timeout_s:g} seconds.")
        pause_s = _FIRST_LOOK_S if found != seen else min(_LAST_LOOK_S, pause_s * 1.5)
        seen = found
        time.sleep(pause_s)
