"""Class names of other tools as the class identifiers of a project."""

import re

CLASSES_MAX = 32_768
_NUMBERED = re.compile(r"class (\d{1,5})")


class Classes:
    """Gives each name of an import its identifier: the project's own names keep theirs, others get free ones as they come.

    `own` is what the project calls class 0; the first foreign name means that class too when none of the project's own came before.
    """

    def __init__(self, own: str) -> None:
        self.ids: dict[str, int] = {}
        self._own = own.casefold()
        self._taken: set[int] = set()

    def id_of(self, name: str | None) -> int:
        """The identifier of a name; 0 for no name, and for names that come when all identifiers are taken."""
        if name is None:
            return 0
        if name not in self.ids:
            known = self._known(name)
            self.ids[name] = self._free() if known is None else known
            self._taken.add(self.ids[name])
        return self.ids[name]

    def _known(self, name: str) -> int | None:
        numbered = _NUMBERED.fullmatch(name.casefold())
        if numbered and int(numbered[1]) < CLASSES_MAX:
            return int(numbered[1])
        return 0 if name.casefold() == self._own else None

    def _free(self) -> int:
        return next((number for number in range(CLASSES_MAX) if number not in self._taken), 0)
