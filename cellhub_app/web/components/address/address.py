"""Filters, order and selection live in the address, so that a reload or a link brings one back to the same place."""

from typing import Any

import reflex as rx

_MODULES = {"AddressQuery.jsx": rx.asset("AddressQuery.jsx", shared=True)}


class AddressQuery(rx.NoSSRComponent):
    """Shows nothing; writes `query` (words by name, empty ones left out) into the address when it changes."""

    library = _MODULES["AddressQuery.jsx"].importable_path
    tag = "AddressQuery"

    query: rx.Var[dict[str, Any]]


address_query = AddressQuery.create
