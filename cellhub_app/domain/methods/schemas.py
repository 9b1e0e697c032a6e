"""What doors show of methods."""

from cellhub_app.domain.schema import Parameters, Schema


class Origin(Schema):
    """Objects of one origin: a model with certain weights and parameters (`kind` model), people (edit), or files (import)."""

    kind: str
    model: str | None
    weights_sha256: str | None
    parameters: Parameters
    images: int
    objects: int


class Replicates(Schema):
    """A condition and its number of images and of replicates."""

    condition: str
    images: int
    replicates: int


class MethodsView(Schema):
    """A methods paragraph and the facts that it is written from."""

    text: str
    images: int
    objects: int
    by_hand: int
    imported: int
    pixel_size_um: list[float]
    origins: list[Origin]
    conditions: list[Replicates]
    versions: dict[str, str]
