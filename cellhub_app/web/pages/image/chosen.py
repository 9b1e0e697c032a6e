"""Objects that were chosen in the results: which plane of a stack they lie in."""

import re

from pydantic import ValidationError

from cellhub_app.core.errors import Invalid
from cellhub_app.domain.images.schemas import ImageView
from cellhub_app.domain.results import service as results
from cellhub_app.domain.results.schemas import RowsAsked
from cellhub_app.web.guard import Call

_IN_PIXELS = re.compile(r"_px2?:")


async def first_plane(call: Call, image: ImageView, where: str) -> int | None:
    """The first plane of an image that holds some of them; None where none does. `where` is as marks.js reads it.

    An address of nonsense, or of ranges that do not fit the image any more, opens it all the same: the picture says so.
    """
    unit = "px" if _IN_PIXELS.search(where) else None
    try:
        asked = RowsAsked.model_validate({"image_id": [image.id], "where": where.split(","), "unit": unit, "limit": 1})
        found = await results.page(call.session, call.principal, image.project_id, asked)
    except (ValidationError, Invalid):
        return None
    return found.data[0].frame if found.data else None
