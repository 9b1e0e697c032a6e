"""Conditions of images and what comes of them. What `CellHub` can do with results."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from cellhub_app.sdk.asking import Asking
from cellhub_app.sdk.results_types import Conditions, ConditionsPreview


class Results(Asking):
    """Which image shows which condition, on which plate, in which replicate."""

    def conditions(self, project_id: UUID) -> Conditions:
        """Plates, conditions, and how many images are without."""
        return Conditions.model_validate(self._json("GET", f"/projects/{project_id}/conditions"))

    def conditions_csv(self, project_id: UUID) -> str:
        """Every image with its plate, well, condition and replicate, as a CSV table."""
        return self._connection.request("GET", f"/projects/{project_id}/conditions/table.csv").text

    def preview_conditions(self, project_id: UUID, *, template: str | None = None, csv: Path | str | None = None) -> ConditionsPreview:
        """What a template of file names (`{plate}_{well}_{field}`) or a CSV table would say of the images."""
        body = _change(template, csv)
        return ConditionsPreview.model_validate(self._json("POST", f"/projects/{project_id}/conditions/preview", json=body))

    def set_conditions(
        self,
        project_id: UUID,
        *,
        template: str | None = None,
        csv: Path | str | None = None,
        wells: Sequence[dict[str, str]] | None = None,
    ) -> int:
        """Place images by a template, by a CSV table (a path, or its text), or give wells a condition; how many images changed.

        `wells`: [{"plate": "P1", "well": "B03", "condition": "10 nM taxol"}, ...].
        """
        body = {"wells": list(wells)} if wells is not None else _change(template, csv)
        return int(self._json("PUT", f"/projects/{project_id}/conditions", json=body)["changed"])


def _change(template: str | None, csv: Path | str | None) -> dict[str, Any]:
    text = csv.read_text(encoding="utf-8-sig") if isinstance(csv, Path) else csv
    return {name: value for name, value in (("template", template), ("csv", text)) if value is not None}
