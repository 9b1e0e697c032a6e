"""Filters, order and selection live in the address, so that a reload or a link brings one back to the same place."""

from typing import Any

import reflex as rx

from cellhub_app.web.components.modules import linked_modules

_LIBRARY = linked_modules(__file__, "AddressQuery.jsx")


class AddressQuery(rx.NoSSRComponent):
    """Shows nothing; writes `query` (words by name, empty ones left out) into the address when it changes."""

    library = _LIBRARY
    tag = "AddressQuery"

    query: rx.Var[dict[str, Any]]


address_query = AddressQuery.create
