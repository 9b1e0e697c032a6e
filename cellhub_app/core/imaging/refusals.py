"""Why a file is refused, in words of the lab."""

from cellhub_app.core.errors import ImageRefused

AGAIN = "Upload it again."
OTHER_FORMAT = "Export it as TIFF or PNG."
ANY_FORMAT = "Upload a PNG, JPEG, TIFF, BMP, GIF or WebP image."


class Unreadable(Exception):
    """A refusal that does not know the file's name yet.

    `reason` is one of empty, truncated, damaged, tooLarge, notAnImage, unsupported, dicom.
    """

    def __init__(self, reason: str, why: str, advice: str) -> None:
        self.reason, self.why, self.advice = reason, why, advice
        super().__init__(why)

    def named(self, name: str) -> ImageRefused:
        """The refusal as one plain sentence about the named file."""
        return ImageRefused(self.reason, f"Couldn't read {name}: {self.why}. {self.advice}")


def truncated(expected: int | None = None, found: int | None = None) -> Unreadable:
    """The file is shorter than it says; sizes in bytes where they are known."""
    if expected is None or found is None:
        return Unreadable("truncated", "the file ends early", AGAIN)
    expected_size, found_size = size_in_words(expected), size_in_words(found)
    if expected_size == found_size:
        return Unreadable("truncated", f"the file ends {expected - found:,} bytes early", AGAIN)
    return Unreadable("truncated", f"the file ends early (expected {expected_size}, found {found_size})", AGAIN)


def damaged(what: str) -> Unreadable:
    """The bytes contradict themselves."""
    return Unreadable("damaged", what, "Export it again from where it was made, then upload it.")


def unsupported(what: str) -> Unreadable:
    """A sound file of a kind that is not read."""
    return Unreadable("unsupported", what, OTHER_FORMAT)


def too_large(width: int, height: int, limit_px: int) -> Unreadable:
    """More pixels than the limit."""
    why = f"it has {width:,} × {height:,} pixels and at most {limit_px // 1_000_000:,} megapixels are read"
    return Unreadable("tooLarge", why, "Crop it or save it smaller.")


def size_in_words(count: int) -> str:
    """A number of bytes for people: 812 bytes, 36.1 kB, 8.0 MB, 1.2 GB."""
    if count < 1000:
        return f"{count} bytes"
    for unit, scale in (("kB", 1e3), ("MB", 1e6)):
        if count < 999.95 * scale:
            return f"{count / scale:.1f} {unit}"
    return f"{count / 1e9:.1f} GB"
