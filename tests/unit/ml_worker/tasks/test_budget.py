"""The budget that bounds what is in memory."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_worker.tasks.budget import Budget


async def test_what_does_not_fit_waits_and_keeps_its_place() -> None:
    budget, order = Budget(10), []

    async def use(name: str, amount: int, until: asyncio.Event) -> None:
        async with budget.hold(amount):
            order.append(name)
            await until.wait()

    first_done, open_gate = asyncio.Event(), asyncio.Event()
    open_gate.set()
    async with asyncio.TaskGroup() as group:
        group.create_task(use("first", 8, first_done))
        await asyncio.sleep(0)
        group.create_task(use("large", 9, open_gate))
        await asyncio.sleep(0)
        group.create_task(use("small", 1, open_gate))
        await asyncio.sleep(0)
        assert order == ["first"]
        first_done.set()
    assert order == ["first", "large", "small"]


async def test_more_than_all_gets_all_and_is_alone() -> None:
    budget = Budget(10)
    async with budget.hold(400):
        waiting = asyncio.create_task(budget.hold(1).__aenter__())
        await asyncio.sleep(0)
        assert not waiting.done()
    await waiting


async def test_who_goes_away_while_waiting_leaves_nothing_behind() -> None:
    budget = Budget(10)
    async with budget.hold(10):
        waiting = asyncio.create_task(budget.hold(5).__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    async with asyncio.timeout(1), budget.hold(10):
        pass


async def test_who_goes_away_in_the_very_moment_of_its_turn_gives_back_just_what_it_got() -> None:
    budget = Budget(10)
    async with budget.hold(10):
        leaving = asyncio.create_task(budget.hold(6).__aenter__())
        await asyncio.sleep(0)
        leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    async with budget.hold(10):
        waiting = asyncio.create_task(budget.hold(1).__aenter__())
        await asyncio.sleep(0)
        assert not waiting.done()
    await waiting


@given(st.lists(st.integers(1, 30), min_size=1, max_size=30))
def test_never_more_than_the_total_is_in_use(amounts: list[int]) -> None:
    async def use_all() -> int:
        budget, used, most = Budget(10), 0, 0

        async def use(amount: int) -> None:
            nonlocal used, most
            async with budget.hold(amount):
                used += min(amount, 10)
                most = max(most, used)
                await asyncio.sleep(0)
                used -= min(amount, 10)

        async with asyncio.timeout(10):
            await asyncio.gather(*map(use, amounts))
        return most

    assert asyncio.run(use_all()) <= 10
