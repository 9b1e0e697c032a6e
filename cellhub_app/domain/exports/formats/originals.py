"""The files as they were uploaded, byte by byte."""

from uuid import UUID

from cellhub_app.domain.exports.archive import Archive
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry

README = {"originals/<name>": "The uploaded files, unchanged; files that could not be read are left out."}


class OriginalsWriter:
    """A file goes in once, however many of its frames were segmented."""

    def __init__(self, _bundle: Bundle, archive: Archive) -> None:
        self._archive = archive
        self._latest: UUID | None = None

    def add(self, image: ImageEntry) -> None:
        """The upload behind an image; frames of one file come one after the other."""
        if image.status == "failed" or image.id == self._latest:
            return
        self._latest = image.id
        self._archive.add_file(f"originals/{image.file_name}", image.original())

    def finish(self) -> None:
        """Nothing is left to say."""
