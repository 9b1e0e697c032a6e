import asyncio

import pytest

from cellhub_app.cli.stack_data import together
from cellhub_app.cli.stack_process import StackError


async def fail(message: str) -> None:
    raise StackError(message)


async def test_the_first_failure_is_raised_as_it_is_however_deep_it_lies() -> None:
    with pytest.raises(StackError, match=r"^no room$"):
        await together(asyncio.sleep(60), together(fail("no room"), asyncio.sleep(60)))


async def test_work_is_done_at_once() -> None:
    first, second = asyncio.Event(), asyncio.Event()

    async def meet(mine: asyncio.Event, theirs: asyncio.Event) -> None:
        mine.set()
        await theirs.wait()

    await asyncio.wait_for(together(meet(first, second), meet(second, first)), timeout=10)
