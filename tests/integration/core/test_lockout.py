"""Guessing gets slower and slower, for one account and from one address, whether or not the account is there."""

import asyncio

import pytest

from cellhub_app.core.errors import TooManyRequests
from cellhub_app.core.lockout import FREE_OF_ACCOUNT, FREE_OF_ADDRESS, Attempt
from cellhub_app.core.runtime import Runtime


async def _pass_waits(runtime: Runtime) -> None:
    """As if every wait that runs now were over."""
    for key in await runtime.redis.keys("cellhub:guess:*:wait"):
        await runtime.redis.delete(key)


async def _refused(attempt: Attempt) -> int:
    with pytest.raises(TooManyRequests) as caught:
        await attempt.begin()
    return caught.value.retry_after_s


async def test_each_failure_after_the_first_few_doubles_the_wait(runtime: Runtime) -> None:
    attempt = Attempt(runtime.redis, "ada@example.org", "10.0.0.1")
    for _ in range(FREE_OF_ACCOUNT):
        await attempt.begin()
    waits = []
    for _ in range(4):
        await _pass_waits(runtime)
        await attempt.begin()
        waits.append(await _refused(attempt))
    assert waits == [2, 4, 8, 16]


async def test_a_refused_attempt_does_not_lengthen_the_wait(runtime: Runtime) -> None:
    attempt = Attempt(runtime.redis, "ada@example.org", "10.0.0.1")
    for _ in range(FREE_OF_ACCOUNT + 1):
        await attempt.begin()
    assert {await _refused(attempt) for _ in range(10)} <= {1, 2}


async def test_of_many_attempts_at_once_only_the_free_ones_and_one_more_pass(runtime: Runtime) -> None:
    attempts = [Attempt(runtime.redis, "ada@example.org", f"10.0.0.{number}") for number in range(40)]
    results = await asyncio.gather(*(attempt.begin() for attempt in attempts), return_exceptions=True)
    assert sum(result is None for result in results) == FREE_OF_ACCOUNT + 1


async def test_success_forgets_the_account_and_gives_the_address_only_one_attempt_back(runtime: Runtime) -> None:
    for number in range(FREE_OF_ADDRESS):
        await Attempt(runtime.redis, f"p{number}@example.org", "10.0.0.1").begin()
    own = Attempt(runtime.redis, "ada@example.org", "10.0.0.1")
    await own.begin()
    await own.succeed()
    assert await runtime.redis.get("cellhub:guess:ip:10.0.0.1") == str(FREE_OF_ADDRESS)
    for _ in range(FREE_OF_ACCOUNT):
        await Attempt(runtime.redis, "ada@example.org", "10.0.0.2").begin()


async def test_the_name_of_an_account_is_not_kept(runtime: Runtime) -> None:
    await Attempt(runtime.redis, " ADA@example.org ", "").begin()
    await Attempt(runtime.redis, "ada@example.org", "").begin()
    [key] = await runtime.redis.keys("cellhub:guess:*")
    assert "ada" not in key
    assert await runtime.redis.get(key) == "2"
