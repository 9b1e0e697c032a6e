import pytest

from cellhub_app.core.errors import CircuitOpen
from cellhub_app.core.retry import Backoff, CircuitBreaker, retry

QUICK = Backoff(attempts=3, first_s=0.0001, max_s=0.001)


class Flaky:
    """Fails a number of times, then answers with the number of the call."""

    def __init__(self, failures: int, error: type[Exception] = OSError) -> None:
        self.calls, self.failures, self.error = 0, failures, error

    async def __call__(self) -> int:
        self.calls += 1
        if self.calls <= self.failures:
            raise self.error("not now")
        return self.calls


async def test_retry_answers_once_the_service_does() -> None:
    assert await retry(Flaky(2), on=OSError, backoff=QUICK) == 3


async def test_retry_gives_up_after_its_attempts() -> None:
    call = Flaky(5)
    with pytest.raises(OSError, match="not now"):
        await retry(call, on=OSError, backoff=QUICK)
    assert call.calls == 3


async def test_retry_does_not_repeat_other_errors() -> None:
    call = Flaky(1, ValueError)
    with pytest.raises(ValueError, match="not now"):
        await retry(call, on=OSError, backoff=QUICK)
    assert call.calls == 1


def test_delays_double_up_to_the_limit_within_a_quarter() -> None:
    plan = Backoff(first_s=1.0, max_s=5.0)
    for attempt, base in ((1, 1.0), (2, 2.0), (3, 4.0), (4, 5.0), (9, 5.0)):
        assert 0.75 * base <= plan.delay_s(attempt) <= 1.25 * base


async def test_breaker_opens_rests_and_closes_again() -> None:
    clock = [0.0]
    breaker = CircuitBreaker("The mail server", threshold=2, rest_s=10, clock=lambda: clock[0])
    call = Flaky(2)
    for _ in range(2):
        with pytest.raises(OSError, match="not now"):
            await breaker.call(call, on=OSError)
    with pytest.raises(CircuitOpen, match="The mail server does not answer"):
        await breaker.call(call, on=OSError)
    assert call.calls == 2
    clock[0] = 11
    assert await breaker.call(call, on=OSError) == 3
    assert not breaker.is_open


async def test_breaker_opens_at_once_when_the_trial_fails() -> None:
    clock = [0.0]
    breaker = CircuitBreaker("Storage", threshold=2, rest_s=10, clock=lambda: clock[0])
    call = Flaky(3)
    for _ in range(2):
        with pytest.raises(OSError, match="not now"):
            await breaker.call(call, on=OSError)
    clock[0] = 11
    with pytest.raises(OSError, match="not now"):
        await breaker.call(call, on=OSError)
    assert breaker.is_open
