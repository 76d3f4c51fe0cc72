"""A clock that jumps is not trusted: what would be written by it waits until it has been steady for a while.

The wall clock is held against one that can't be set (CLOCK_BOOTTIME, which runs on while the machine
sleeps). Entries are dated, and what is owed by when depends on it; a date that a machine made up in
passing would stand for ever. Once the clock is steady again the jump itself is put on record, and
writing goes on.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from answerable.receipts import ClockBody, Draft
from answerable.values import from_rfc3339, rfc3339
from answerable.values.errors import LedgerUnavailable

TRACE = "clock"
"""The trace that every entry about the clock is of."""
TOLERANCE_SECONDS = 30.0
STEADY_SECONDS = 30.0


def _steady() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class ClockWatch:
    """Watches one machine's clock. `check` before every commit."""

    def __init__(
        self,
        *,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = _steady,
        tolerance: float = TOLERANCE_SECONDS,
        settle: float = STEADY_SECONDS,
    ) -> None:
        """`wall` and `steady` in seconds. A jump of up to `tolerance` seconds is none."""
        self._wall, self._steady = wall, steady
        self._tolerance, self._settle = tolerance, settle
        self._door = threading.Lock()
        self._offset = wall() - steady()
        self._suspect: tuple[float, float] | None = None
        """The new offset, and since when it has been that."""
        self._pending: Draft | None = None
        self._last: str | None = None

    def resume_after(self, at: str) -> None:
        """Start behind an entry written `at` (RFC 3339): a clock that stands before that was set back."""
        with suppress(ValueError):  # a text that is no instant says nothing of the clock
            behind = from_rfc3339(at).timestamp() - self._wall()
            if behind > self._tolerance:
                self._last = at
                self._offset += behind

    def problem(self) -> str:
        """Why the clock is not trusted now; empty where it is."""
        with self._door:
            offset, waiting = self._look()
        jumped = offset - self._offset
        if not waiting:
            return ""
        return (
            f"this machine's clock jumped {'forward' if jumped > 0 else 'back'} by {abs(jumped):.0f} seconds; nothing "
            f"is dated by it until it has been steady for {self._settle:.0f} seconds"
        )

    def check(self) -> Draft | None:
        """Look at the clock; the entry that has to go first, where it jumped and is steady again.

        Raises LedgerUnavailable while it is not to be trusted.
        """
        if why := self.problem():
            raise LedgerUnavailable(why)
        with self._door:
            offset, _ = self._look()
            jumped = offset - self._offset
            self._offset, self._suspect = offset, None  # a clock that is slewed drifts, and never jumps
            if abs(jumped) > self._tolerance:
                at = rfc3339(datetime.fromtimestamp(self._wall(), UTC))
                self._pending = Draft(TRACE, at, ClockBody(round(jumped), self._last))
            self._last = None
            return self._pending

    def recorded(self) -> None:
        """What `check` gave last is durable."""
        self._pending = None

    def _look(self) -> tuple[float, bool]:
        """The offset of the wall clock, and whether it has to wait until it counts."""
        now = self._steady()
        offset = self._wall() - now
        if abs(offset - self._offset) <= self._tolerance:
            self._suspect = None
            return offset, False
        if self._suspect is None or abs(offset - self._suspect[0]) > self._tolerance:
            self._suspect = (offset, now)
        return offset, now - self._suspect[1] < self._settle
