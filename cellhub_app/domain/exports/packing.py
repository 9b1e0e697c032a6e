"""From a bundle to a ZIP: every image passes once through every format."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from cellhub_app.domain.exports.archive import Archive
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry, Writer
from cellhub_app.domain.exports.readme import ReadmeWriter
from cellhub_app.domain.exports.registry import FORMATS
from cellhub_app.domain.exports.splits import SplitWriter


def pack(
    bundle: Bundle, images: Iterable[ImageEntry], formats: Sequence[str], target: Path, check: Callable[[], None] = lambda: None
) -> int:
    """Write the ZIP of the formats to `target` and answer its size in bytes. `check` is called often and stops the work by raising."""
    with Archive(target, check) as archive:
        contents = [item for name in formats for item in FORMATS[name].contents.items()]
        writers: list[Writer] = [ReadmeWriter(bundle, archive, contents)]
        if bundle.split:
            writers.append(SplitWriter(archive))
        writers += [FORMATS[name].open(bundle, archive) for name in formats]
        for image in images:
            check()
            for writer in writers:
                writer.add(image)
        for writer in writers:
            check()
            writer.finish()
    return target.stat().st_size
