"""The base of what goes out of a door: camelCase outside, snake_case inside."""

from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, PlainSerializer
from pydantic.alias_generators import to_camel

Item = TypeVar("Item")


def _camelised(parameters: dict[str, Any]) -> dict[str, Any]:
    return {to_camel(name): value for name, value in parameters.items()}


Parameters = Annotated[dict[str, Any], PlainSerializer(_camelised, return_type=dict[str, Any], when_used="json")]
"""What a job was told: names as they are stored inside, camelCase when they leave as JSON."""


class Schema(BaseModel):
    """A value that a door shows; reads attributes of table rows."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, from_attributes=True)


class Problem(Schema):
    """A failure's stable word and its sentence for people."""

    code: str
    detail: str


class PageView(Schema, Generic[Item]):
    """One page of a list."""

    data: list[Item]
    next_cursor: str | None = None
    prev_cursor: str | None = None
    has_more: bool = False
