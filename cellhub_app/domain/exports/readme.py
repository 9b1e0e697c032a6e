"""README.txt of an export: what is inside, in words."""

from collections.abc import Iterator, Sequence

from cellhub_app.domain.exports.archive import Archive
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry

INTRODUCTION = """\
{name}
Exported by CellHub: {images} images, {objects} objects.

Coordinates are pixels: (0, 0) is the top-left corner of the first pixel, x to the right, y down.
A pixel belongs to an object when its centre does.
"""
UNITS = """\
Columns and keys carry their unit. Pixels and micrometres never share a column.
Micrometres are given where the image's pixel size is known{known}.
Images of the same name (without its ending) get _2, _3 ... in the order of their upload.
"""


def _choices(bundle: Bundle) -> Iterator[str]:
    if bundle.units != "both":
        yield f"Tables have {'pixels' if bundle.units == 'px' else 'micrometres'} only, as was asked for.\n"
    if bundle.split:
        shares = ", ".join(f"{group} {getattr(bundle.split, group):.6g}" for group in bundle.split.used)
        yield f"Images are split into {shares}; the seed is {bundle.split.seed}. split.csv says which image is where.\n"


class ReadmeWriter:
    """Counts what passes by and explains it at the end."""

    def __init__(self, bundle: Bundle, archive: Archive, contents: Sequence[tuple[str, str]]) -> None:
        self._bundle, self._archive, self._contents = bundle, archive, contents
        self._objects = self._unsegmented = self._unread = 0

    def add(self, image: ImageEntry) -> None:
        """Count an image."""
        self._objects += sum(1 for _ in image.objects)
        self._unread += image.status == "failed"
        self._unsegmented += image.status != "failed" and not image.is_segmented

    def finish(self) -> None:
        """Write the file."""
        self._archive.add_text("README.txt", self._lines())

    def _lines(self) -> Iterator[str]:
        yield INTRODUCTION.format(name=self._bundle.project.name, images=self._bundle.image_count, objects=self._objects)
        yield UNITS.format(known="" if self._bundle.has_um else " (here it is known for none)")
        yield from _choices(self._bundle)
        if self._unsegmented:
            yield f"{self._unsegmented} of the images have not been segmented: they are in the tables, not among outlines and masks.\n"
        if self._unread:
            yield f"{self._unread} of the files could not be read: the tables say why.\n"
        yield "\nInside\n"
        for name, text in self._contents:
            yield f"\n{name}\n    {text}\n"
