"""Pyramids of raw tiles: which planes of which images have one."""

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field

from cellhub_app.models.base import UUID, Table, datetime, document, moment
from cellhub_app.models.image import storage_key


class Pyramid(Table, table=True):
    """One plane (frame and timepoint) of an image in raw tiles of `bytes` altogether, or why it has none.

    Those that are not `is_kept` were made because somebody looked, go after some days, and are made again when somebody looks again.
    """

    __tablename__ = "pyramid"
    __table_args__ = (Index("ix_pyramid_passing", "made_at", postgresql_where=text("not is_kept")),)

    image_id: UUID = Field(foreign_key="image.id", primary_key=True, ondelete="CASCADE")
    frame: int = Field(primary_key=True)
    timepoint: int = Field(primary_key=True)
    bytes: int = Field(default=0, sa_type=BigInteger)
    error: dict[str, str] | None = document(nullable=True)
    is_kept: bool = False
    made_at: datetime = moment(default_now=True)


def pyramid_key(image_id: UUID, frame: int, timepoint: int, part: str = "") -> str:
    """Where a plane's tiles and their description are kept (core/imaging/places.py); without a part, the folder of all."""
    return storage_key(image_id, f"tiles/{frame}-{timepoint}/{part}".rstrip("/"))
