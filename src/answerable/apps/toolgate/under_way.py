"""Calls that are under way: the same one is joined, not made twice, and of each workload only so many are."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from answerable.apps.toolgate.answers import Answer
from answerable.apps.toolgate.talks import TalkKey
from answerable.ports import Clock
from answerable.values import Digest
from answerable.values.errors import Overloaded

UNHEARD_LASTS = timedelta(minutes=10)
_MOST_UNHEARD = 1024


class Same(NamedTuple):
    """What makes two calls one."""

    talk: TalkKey
    tool: str
    arguments: Digest
    once: str
    """The client's own key."""
    unmet: bool = False
    """Is it not for this caller? Then nobody else's answer is, either."""


@dataclass(slots=True)
class _Under:
    """A call that is under way, or an act whose answer nobody was there to hear."""

    task: "asyncio.Task[Answer]"
    read: bool
    ended: datetime | None = None


class UnderWay:
    """A caller that goes away changes nothing: what was begun goes on, and is told to whoever asks again."""

    def __init__(self, clock: Clock, most: int) -> None:
        """`most` calls of one workload at once."""
        self._clock, self._most = clock, most
        self._calls: OrderedDict[Same, _Under] = OrderedDict()
        self._of_workload: Counter[str] = Counter()

    async def answer(
        self, same: Same, make: Callable[[], Coroutine[Any, Any, Answer]], *, read: bool
    ) -> Answer:
        """The answer of the call that is under way, or of the one that `make` begins. Raises Overloaded, and as `make`.

        Cancelling this does not cancel what was begun.
        """
        under = self._calls.get(same)
        if under is not None and under.ended is not None and self._clock() - under.ended > UNHEARD_LASTS:
            under = None
        if under is None:
            under = self._begin(same, make, read=read)
        try:
            answer = await asyncio.shield(under.task)
        except asyncio.CancelledError:
            raise  # the answer is kept for whoever asks again
        except Exception:
            self._forget(same, under)
            raise
        self._forget(same, under)
        return answer

    async def close(self) -> None:
        """Wait for what was begun."""
        await asyncio.gather(*[one.task for one in self._calls.values()], return_exceptions=True)

    def _begin(self, same: Same, make: Callable[[], Coroutine[Any, Any, Answer]], *, read: bool) -> _Under:
        workload = same.talk.workload
        if self._of_workload[workload] >= self._most:
            raise Overloaded(
                f"{self._most} calls of this workload are already under way; try again in a second"
            )
        self._of_workload[workload] += 1
        under = _Under(asyncio.create_task(make()), read)
        self._calls[same] = under

        def over(task: "asyncio.Task[Answer]") -> None:
            self._of_workload[workload] -= 1
            under.ended = self._clock()
            # A read is as well made again; of an act that failed nothing is to be told twice.
            if task.cancelled() or task.exception() is not None or under.read:
                self._forget(same, under)
            self._shed()

        under.task.add_done_callback(over)
        return under

    def _forget(self, same: Same, under: _Under) -> None:
        if self._calls.get(same) is under:
            del self._calls[same]

    def _shed(self) -> None:
        """Answers that nobody heard are kept for whoever asks again, but not for ever."""
        done = [same for same, under in self._calls.items() if under.ended is not None]
        for same in done[: max(0, len(done) - _MOST_UNHEARD)]:
            del self._calls[same]
