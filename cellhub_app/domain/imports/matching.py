"""Which image of the project a name in a file means."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from cellhub_app.domain.imports.findings import KnownImage

UNKNOWN = "the project has no image of this name"
AMBIGUOUS = "the project has several images of this name"
_FRAME = re.compile(r"(.+)_frame(\d{1,6})")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')


class Images:
    """The images of a project, found by identifier, by file name, or by file name without its ending; case does not matter."""

    def __init__(self, known: Iterable[KnownImage]) -> None:
        self._by_id: dict[str, KnownImage] = {}
        self._by_name: dict[str, list[KnownImage]] = defaultdict(list)
        self._by_stem: dict[str, list[KnownImage]] = defaultdict(list)
        for image in known:
            self._by_id[str(image.id)] = image
            self._by_name[_plain(image.name)].append(image)
            self._by_stem[stem(_plain(image.name))].append(image)

    def by_id(self, identifier: object) -> KnownImage | None:
        """The image of an identifier that CellHub wrote into a file."""
        return self._by_id.get(identifier) if isinstance(identifier, str) else None

    def by_name(self, name: str) -> tuple[KnownImage, int] | str:
        """The image and the frame that a name means, or why it means none. Folders before the name do not count."""
        found = self._candidates(name)
        if not found and (framed := _FRAME.fullmatch(stem(_plain(name)))):
            stacks, frame = self._candidates(framed[1]), int(framed[2])
            return (stacks[0], frame) if len(stacks) == 1 and frame < stacks[0].planes else UNKNOWN
        if not found:
            return UNKNOWN
        return (found[0], 0) if len(found) == 1 else AMBIGUOUS

    def _candidates(self, name: str) -> list[KnownImage]:
        """Images of exactly this name, else those that have it without ending."""
        plain = _plain(name)
        return self._by_name.get(plain) or self._by_stem.get(plain) or self._by_stem.get(stem(plain)) or []


def stem(name: str) -> str:
    """The name without its last ending."""
    return name.rpartition(".")[0] or name


def base_name(name: str) -> str:
    """The last part of a path of any system."""
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2]


def _plain(name: str) -> str:
    """A name as exports write it, without folders, folded."""
    return _FORBIDDEN.sub("_", unicodedata.normalize("NFC", base_name(name))).strip(". ").casefold()
