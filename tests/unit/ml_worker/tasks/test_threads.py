"""Threads with a limit of time."""

import asyncio
import contextlib
import gc
import weakref
from threading import Barrier, Event

import numpy as np
import pytest
from numpy.typing import NDArray

from ml_worker.tasks.threads import Threads, TookTooLong


async def test_a_thread_that_hangs_is_left_behind_and_the_others_go_on() -> None:
    threads, hang = Threads("test", 1), Event()
    try:
        with pytest.raises(TookTooLong):
            await threads.run(0.05, hang.wait)
        assert threads.left_behind == 1
        assert await threads.run(5, sum, [1, 2]) == 3
    finally:
        hang.set()
        threads.close()


async def test_as_many_calls_run_at_once_as_there_are_threads() -> None:
    threads, meet = Threads("test", 2), Barrier(2, timeout=10)
    first, second = await asyncio.gather(threads.run(10, meet.wait), threads.run(10, meet.wait))
    assert {first, second} == {0, 1}
    threads.close()


async def test_waiting_for_a_free_thread_does_not_count() -> None:
    threads, release = Threads("test", 1), Event()
    busy = asyncio.create_task(threads.run(10, release.wait))
    quick = asyncio.create_task(threads.run(0.2, int))
    done, _ = await asyncio.wait([quick], timeout=0.4)
    assert not done
    release.set()
    assert await quick == 0
    assert await busy
    threads.close()


async def test_what_the_call_raises_is_raised() -> None:
    threads = Threads("test", 1)
    with pytest.raises(ZeroDivisionError):
        await threads.run(5, lambda: 1 // 0)
    threads.close()


async def test_what_a_failed_call_was_given_is_let_go() -> None:
    threads = Threads("test", 1)

    def divide(image: NDArray[np.uint8]) -> int:
        return image.size // 0

    async def fail() -> weakref.ref[NDArray[np.uint8]]:
        image = np.zeros((4, 4), np.uint8)
        with contextlib.suppress(ZeroDivisionError):
            await threads.run(5, divide, image)
        return weakref.ref(image)

    gc.disable()
    try:
        seen = await fail()
        async with asyncio.timeout(10):
            while seen() is not None:  # noqa: ASYNC110 - the thread lets go of it a moment after its answer
                await asyncio.sleep(0.01)
    finally:
        gc.enable()
        threads.close()
