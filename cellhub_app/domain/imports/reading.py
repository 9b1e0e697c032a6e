"""What every reader works with: the images, the report, and the ways from foreign shapes to objects."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from cellhub_app.core.errors import Invalid
from cellhub_app.core.geometry.polygon import Polygon
from cellhub_app.domain.imports.findings import FoundObject, ImageObjects, KnownImage, Report, Target
from cellhub_app.domain.imports.matching import Images
from cellhub_app.domain.imports.package import Package
from cellhub_app.domain.imports.shapes import Mask, ShapeLost, polygons_of, polygons_of_mask

UNREAD = "the image itself could not be read"


class Reading:
    """One import at work. Everything that is not taken over is written into the report."""

    def __init__(self, folder: str, images: Images, report: Report) -> None:
        self.folder, self._images, self.report = folder, images, report

    def each(
        self, package: Package, endings: tuple[str, ...], one: Callable[[str, bytes], Iterable[ImageObjects]]
    ) -> Iterator[ImageObjects]:
        """What `one` finds in every file that has one of the endings.

        Among many files those that can't be read are told in the report. Raises Invalid when the upload is a single file that can't be
        read, or holds none of the kind.
        """
        names = [name for name in package.under(self.folder) if name.lower().endswith(endings)]
        if not names and package.is_archive:
            raise Invalid(f"{package.name} holds no file that ends in {' or '.join(endings)}.")
        for name in names or package.names:
            try:
                yield from one(name, package.read(name))
            except Invalid as error:
                if len(names) <= 1:
                    raise
                self.report.refuse(name, error.detail)

    def target(self, *names: str, identifier: object = None, size: tuple[int | None, int | None] = (None, None)) -> Target | None:
        """The image that an identifier or the first fitting name means; None, and a line in the report, where there is none.

        `size` is the (height, width) that the file believes it has, px.
        """
        known = self._images.by_id(identifier)
        found = [(known, 0)] if known else [self._images.by_name(name) for name in names]
        match = next((entry for entry in found if isinstance(entry, tuple)), None)
        if match is None:
            self.report.leave(names[0], next(entry for entry in found if isinstance(entry, str)))
            return None
        return self._sized(names[0], *match, size)

    def _sized(self, name: str, image: KnownImage, frame: int, size: tuple[int | None, int | None]) -> Target | None:
        if image.height is None or image.width is None:
            self.report.leave(name, UNREAD)
            return None
        height, width = size
        if (height, width) not in ((None, None), (image.height, image.width)):
            self.report.leave(name, f"it is {width} x {height} px in the file and {image.width} x {image.height} px in the project")
            return None
        return Target(image, frame, image.height, image.width)

    def outline(self, target: Target, rings: Sequence[Any], name: str | None, score: float | None = None) -> list[FoundObject]:
        """The objects of an outline with its holes, px; none, and a line in the report, where nothing can be made of it."""
        return self._taken(lambda: polygons_of(rings, target.height, target.width), name, score)

    def mask(self, mask: Mask, x0: int, y0: int, name: str | None, score: float | None = None) -> list[FoundObject]:
        """The objects of a mask crop (h, w) at (x0, y0)."""
        return self._taken(lambda: polygons_of_mask(mask, x0, y0), name, score)

    def _taken(self, make: Callable[[], tuple[list[Polygon], str | None]], name: str | None, score: float | None) -> list[FoundObject]:
        try:
            polygons, note = make()
        except ShapeLost as loss:
            self.lose(str(loss))
            return []
        if note:
            self.report.repaired[note] += 1
        return [FoundObject(polygon, name, score) for polygon in polygons]

    def lose(self, why: str) -> None:
        """An object is not imported; `why` completes the sentence."""
        self.report.lost[why] += 1

    def done(self, target: Target, objects: Sequence[FoundObject]) -> ImageObjects:
        """All objects that a file has for an image."""
        self.report.images += 1
        self.report.read += len(objects)
        return ImageObjects(target, objects)
