"""Keys from elsewhere, fetched again and again: the last good ones serve for a while where that fails.

An attacker who can keep the gateway from its source can so keep a revoked key alive, for as long as
the last good keys are kept and no longer.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Generic, NamedTuple, TypeVar

from answerable.adapters.world import utc_now
from answerable.ports import Clock
from answerable.values.errors import IdentityError

_LOG = logging.getLogger("answerable.identity")
SOONEST, LATEST = 5, 24 * 3600
"""Seconds between two fetches, whatever the source asks for."""
_INTERVALS_KEPT = 5
"""Intervals without a good fetch before the last good keys are given up: a publisher shows a new key three to
five of them before it is used (SPIFFE Federation, section 4.1)."""
_HURRY_SECONDS = 10.0
T = TypeVar("T")


class Fetched(NamedTuple, Generic[T]):
    """What a fetch brought."""

    value: T
    again: int
    """Seconds until the next one, as the source would have it."""
    kept: int = 0
    """Seconds that it may serve without another; five such intervals where this is 0."""


class Withdrawn(IdentityError):
    """The source says that there are no keys for us any more: the last good ones are not kept."""


class Refreshed(Generic[T]):
    """Keys that `fetch` brings. It is given the last good ones, and raises IdentityError where it can't or must not
    replace them. `nothing` is what there is before the first time and after the last good ones are given up."""

    def __init__(
        self,
        name: str,
        fetch: Callable[[T], Awaitable[Fetched[T]]],
        nothing: T,
        *,
        again: int = 300,
        clock: Clock = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.name = name
        self._fetch, self._nothing, self._clock, self._monotonic = fetch, nothing, clock, monotonic
        self._sleep = sleep
        self._value = nothing
        self._again = again
        self._kept_until: datetime | None = None
        self._failed = "they were not fetched yet"
        self._asked = float("-inf")
        self._one_at_a_time = asyncio.Lock()

    @property
    def problem(self) -> str:
        """Why there are no keys now; empty where there are."""
        if self._kept_until is not None and self._clock() < self._kept_until:
            return ""
        return f"{self.name}: {self._failed}"

    def current(self) -> T:
        """The last good keys, while they may still be believed."""
        if self._kept_until is not None and self._clock() >= self._kept_until:
            _LOG.error("%s: the last good keys are given up: %s", self.name, self._failed)
            self._kept_until, self._value = None, self._nothing
        return self._value

    async def hurry(self) -> bool:
        """Fetch now, unless that was tried in the last seconds: strangers can make us ask, and not often.

        What is being fetched already is waited for: whoever comes just after the start is not turned away.
        """
        if self._one_at_a_time.locked():
            before = self._value
            async with self._one_at_a_time:
                return self._value is not before
        if self._monotonic() - self._asked < _HURRY_SECONDS:
            return False
        return await self.refresh()

    async def run(self) -> None:
        """Fetch, as often as the source asks for, until cancelled. Never raises.

        After a failure sooner, and then less and less often: one lost answer at the start must not keep everybody out.
        """
        pause = SOONEST
        while True:
            await self.refresh()
            if self._failed:
                await self._sleep(pause)
                pause = min(2 * pause, self._again)
            else:
                pause = SOONEST
                await self._sleep(self._again)

    async def refresh(self) -> bool:
        """Fetch now. Did the keys change?"""
        async with self._one_at_a_time:
            self._asked = self._monotonic()
            try:
                value, again, kept = await self._fetch(self._value)
            except Withdrawn as error:
                self._kept_until, self._value = None, self._nothing
                self._say(str(error))
                return True
            except IdentityError as error:
                self._say(str(error))
                return False
            except Exception as error:  # noqa: BLE001 – a defect here must not end the fetching, nor go unseen
                self._say(f"{type(error).__name__}: {error}")
                return False
            self._again = min(max(again, SOONEST), LATEST)
            kept = kept or _INTERVALS_KEPT * self._again
            self._kept_until = self._clock() + timedelta(seconds=kept)
            if self._failed:
                _LOG.warning("%s: fetched", self.name)
            self._failed = ""
            changed = value != self._value
            if changed:
                self._value = value
            return changed

    def _say(self, failed: str) -> None:
        if failed == self._failed:
            return
        self._failed = failed
        kept = self._kept_until
        until = (
            f"the last good keys are kept until {kept:%Y-%m-%d %H:%M:%S} UTC" if kept else "there are no keys"
        )
        _LOG.error("%s: %s; %s", self.name, failed, until)
