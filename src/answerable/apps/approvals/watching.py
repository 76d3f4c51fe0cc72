"""Goes on with everything that waits, when it is time, in this process. What is durable is in the store alone.

After a crash the next process finds in the store what is not settled, and goes on with that. Of several processes each
looks after what it was told of; what another leaves lying is taken over `LATE` after it should have gone on.
"""

import asyncio
import heapq
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from answerable.ports import Clock
from answerable.values import ApprovalId
from answerable.values.errors import AnswerableError

_LOG = logging.getLogger("answerable.approvals")
SWEEP = timedelta(seconds=30)
LATE = timedelta(seconds=60)
AT_ONCE = 16

GoOn = Callable[[ApprovalId], Awaitable[datetime | None]]
Left = Callable[[], Awaitable[Sequence[ApprovalId]]]


class Watch:
    """Begin it with `run`; tell it with `wake` of whatever something happened to."""

    def __init__(
        self, go_on: GoOn, left: Left, clock: Clock, *, sweep: timedelta = SWEEP, late: timedelta = LATE
    ) -> None:
        """`sweep`: how often to look for what nobody here was told of; `late`: how long others are given for it."""
        self._sweep_every, self._late = sweep, late
        self._go_on, self._left, self._clock = go_on, left, clock
        self.loop: asyncio.AbstractEventLoop | None = None
        """The one that it runs in, and everything about approvals with it."""
        self._times: list[tuple[datetime, ApprovalId]] = []
        self._next: dict[ApprovalId, datetime] = {}
        """When each is looked at next: what stands in `_times` beside it is old."""
        self._under_way: set[ApprovalId] = set()
        self._again: set[ApprovalId] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self._room = asyncio.Semaphore(AT_ONCE)

    def wake(self, approval: ApprovalId) -> None:
        """Something happened to it: look at it now. To be called in the loop's own thread."""
        if approval in self._under_way:
            self._again.add(approval)
        else:
            self._at(approval, self._clock())

    async def run(self) -> None:
        """Until cancelled. What is under way then ends as a crash would end it: the next process goes on."""
        self.loop = asyncio.get_running_loop()
        swept = await self._sweep(timedelta(0))
        try:
            while True:
                now = self._clock()
                if now >= swept + self._sweep_every:
                    await self._sweep(self._late)
                    swept = now
                self._begin(now)
                first = self._times[0][0] if self._times else swept + self._sweep_every
                wait = (min(first, swept + self._sweep_every) - self._clock()).total_seconds()
                try:
                    async with asyncio.timeout(max(wait, 0)):
                        await self._woken.wait()
                except TimeoutError:
                    pass
                self._woken.clear()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _sweep(self, late: timedelta) -> datetime:
        """Look for what nobody here was told of. `late`: how long another process may have been about to."""
        now = self._clock()
        try:
            for approval in await self._left():
                if approval not in self._next and approval not in self._under_way:
                    self._at(approval, now + late)
        except AnswerableError as error:
            _LOG.warning("what waits for people can't be looked through: %s", error)
        return now

    def _begin(self, now: datetime) -> None:
        while self._times and self._times[0][0] <= now:
            at, approval = heapq.heappop(self._times)
            if self._next.get(approval) != at:
                continue
            del self._next[approval]
            self._under_way.add(approval)
            task = asyncio.create_task(self._one(approval))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _one(self, approval: ApprovalId) -> None:
        again: datetime | None = None
        try:
            async with self._room:
                again = await self._go_on(approval)
        except Exception:  # noqa: BLE001 – whatever it was, the others go on
            _LOG.exception("'%s' can't go on", approval)
            again = self._clock() + self._late
        finally:
            self._under_way.discard(approval)
        if approval in self._again:
            self._again.discard(approval)
            again = self._clock()
        if again is not None:
            self._at(approval, again)

    def _at(self, approval: ApprovalId, at: datetime) -> None:
        self._next[approval] = at
        heapq.heappush(self._times, (at, approval))
        self._woken.set()
