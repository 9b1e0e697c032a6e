"""What an image was made to show: its condition, its place on a plate, and the replicate that it belongs to."""

from sqlalchemy import CheckConstraint, Index, SmallInteger
from sqlmodel import Field

from cellhub_app.models.base import UUID, Table, reference


class ImageCondition(Table, table=True):
    """The place of an image in the experiment; an image without a row has no condition.

    A condition is free text ("10 nM taxol"). A replicate is the independent unit (a well, a dish, an animal, a day); where it is '' the
    image itself is the unit. Rows and columns of wells count from 0: A01 is (0, 0).
    """

    __tablename__ = "image_condition"
    __table_args__ = (
        Index("ix_image_condition_project_id", "project_id", "condition"),
        CheckConstraint("(well_row is null) = (well_column is null)", name="whole_well"),
        CheckConstraint("well_row >= 0 and well_column >= 0", name="well"),
    )

    image_id: UUID = Field(foreign_key="image.id", primary_key=True, ondelete="CASCADE")
    project_id: UUID = reference("project.id")
    plate: str = Field(default="", max_length=80)
    well_row: int | None = Field(default=None, sa_type=SmallInteger)
    well_column: int | None = Field(default=None, sa_type=SmallInteger)
    condition: str = Field(default="", max_length=120)
    replicate: str = Field(default="", max_length=80)

    @property
    def well(self) -> str:
        """The name of the well, such as A01; empty where there is none."""
        return "" if self.well_row is None or self.well_column is None else well_name(self.well_row, self.well_column)


def well_name(row: int, column: int) -> str:
    """The name of a well: (1, 2) is B03."""
    return f"{chr(ord('A') + row)}{column + 1:02d}"
