"""A budget that several tasks share, first come first served."""

from asyncio import Future, get_running_loop
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Budget:
    """At most `total` in use at once; what asks for more than there is in all gets everything, alone.

    Whole numbers, because sums of fractions drift and the last drop would never come back.
    """

    def __init__(self, total: int) -> None:
        self._total = self._free = total
        self._waiting: deque[tuple[int, Future[None]]] = deque()

    @asynccontextmanager
    async def hold(self, amount: int) -> AsyncIterator[None]:
        """Wait for the amount, in the order of asking, and use it while the block lasts."""
        amount = min(amount, self._total)
        if self._waiting or amount > self._free:
            turn: Future[None] = get_running_loop().create_future()
            place = (amount, turn)
            self._waiting.append(place)
            try:
                await turn
            except BaseException:
                self._withdraw(place)
                raise
        else:
            self._free -= amount
        try:
            yield
        finally:
            self._free += amount
            self._serve()

    def _withdraw(self, place: tuple[int, "Future[None]"]) -> None:
        amount, turn = place
        if place in self._waiting:
            self._waiting.remove(place)
        elif not turn.cancelled():
            self._free += amount
        self._serve()

    def _serve(self) -> None:
        while self._waiting and self._waiting[0][0] <= self._free:
            amount, turn = self._waiting.popleft()
            if not turn.done():
                self._free -= amount
                turn.set_result(None)
