"""Images that were picked in the gallery and are carried to another page, for as long as the tab lives."""

from cellhub_app.domain.images.selection import Chosen
from cellhub_app.web.session import SessionState


class PickedState(SessionState):
    """What was picked last, in which project. Private: it never travels to the browser."""

    _project: str = ""
    _count: int = 0
    _chosen: Chosen | None = None

    def _pick(self, project_id: str, chosen: Chosen | None, count: int) -> None:
        """Remember a selection; None forgets it."""
        self._project, self._chosen, self._count = project_id, chosen, count

    def _of(self, project_id: str) -> tuple[Chosen | None, int]:
        """The selection of this project and how many images it has; none where nothing is remembered."""
        is_known = self._project == project_id and self._chosen is not None
        return (self._chosen, self._count) if is_known else (None, 0)
