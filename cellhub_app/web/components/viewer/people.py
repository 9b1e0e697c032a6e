"""Who else looks at the image: faces in the bar, their objects outlined in their colour, and a question before changing one of those."""

import reflex as rx

from cellhub_app.web.components.viewer.viewer import LIBRARY


class PeopleBar(rx.NoSSRComponent):
    """The others who are here, and word to them of what is looked at here. Empty `image_id`: nobody is told.

    A person is `{"id", "name", "initials", "colour", "objectId", "isEditing"}`.
    """

    library = LIBRARY
    tag = "PeopleBar"

    # Below which address a tab says that it is here.
    api: rx.Var[str]
    image_id: rx.Var[str]
    people: rx.Var[list[dict[str, str | bool]]]
    # The object that is chosen here.
    object_id: rx.Var[str]


people_bar = PeopleBar.create
