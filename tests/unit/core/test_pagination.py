from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellhub_app.core.errors import Invalid
from cellhub_app.core.pagination import Cursor, Page, PageRequest, paginate

Row = tuple[int, UUID]


def read(table: list[Row], request: PageRequest) -> Page[Row]:
    """What a repository does: newest first, limit + 1 rows beyond the cursor."""
    cursor = request.cursor
    ordered = sorted(table, reverse=True)
    if cursor is None:
        rows = ordered
    elif cursor.backwards:
        rows = [row for row in reversed(ordered) if row > (cursor.value, cursor.id)]
    else:
        rows = [row for row in ordered if row < (cursor.value, cursor.id)]
    return paginate(rows[: request.limit + 1], request, lambda row: row)


tables = st.lists(st.tuples(st.integers(0, 5), st.uuids()), max_size=40, unique_by=lambda row: row[1])


@given(tables, st.integers(1, 7))
def test_following_next_visits_every_row_once_in_order(table: list[Row], limit: int) -> None:
    seen: list[Row] = []
    cursor = None
    while True:
        page = read(table, PageRequest.of(limit, cursor))
        seen += page.data
        cursor = page.next_cursor
        assert page.has_more == (cursor is not None)
        if cursor is None:
            break
    assert seen == sorted(table, reverse=True)


@given(tables, st.integers(1, 7))
def test_prev_leads_back_to_the_same_page(table: list[Row], limit: int) -> None:
    first = read(table, PageRequest.of(limit))
    if first.next_cursor is None:
        return
    second = read(table, PageRequest.of(limit, first.next_cursor))
    assert second.prev_cursor is not None
    assert read(table, PageRequest.of(limit, second.prev_cursor)).data == first.data


@given(st.one_of(st.integers(), st.text(), st.floats(allow_nan=False)), st.uuids(), st.booleans())
def test_cursor_survives_its_word(value: object, identifier: UUID, backwards: bool) -> None:
    cursor = Cursor(value, identifier, backwards)
    assert Cursor.decode(cursor.encode()) == cursor


@given(st.text(max_size=60))
def test_a_made_up_cursor_is_refused_plainly(word: str) -> None:
    with pytest.raises(Invalid, match="not one of ours"):
        Cursor.decode(word)


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_limits_outside_one_to_two_hundred_are_refused(limit: int) -> None:
    with pytest.raises(Invalid, match="between 1 and 200"):
        PageRequest.of(limit)
