from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellhub_app.core.events import Event, EventType

values = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20))


@given(st.sampled_from(EventType), *[st.uuids() | st.none()] * 3, st.dictionaries(st.text(max_size=10), values, max_size=5))
def test_an_event_survives_its_line(
    kind: EventType, project: UUID | None, user: UUID | None, team: UUID | None, data: dict[str, object]
) -> None:
    event = Event(kind, project, user, data, team)
    assert Event.decode(event.encode()) == event


@pytest.mark.parametrize("line", ["", "{", "[]", '{"type": "nothing"}'])
def test_other_lines_are_refused(line: str) -> None:
    with pytest.raises((ValueError, TypeError, AttributeError)):
        Event.decode(line)
