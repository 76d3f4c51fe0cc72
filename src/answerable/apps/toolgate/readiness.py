"""Can the back ends be used? Anybody may ask, so they are asked themselves every few seconds at most."""

import asyncio
import logging
from collections.abc import Callable

from answerable.apps.toolgate.catalogue import Catalogue

_LOG = logging.getLogger("answerable.tools")
_SECONDS = 5.0


class BackEndsReady:
    """The last answer serves for a few seconds; whoever comes while they are asked waits for that one."""

    def __init__(self, catalogue: Catalogue, monotonic: Callable[[], float]) -> None:
        self._catalogue, self._monotonic = catalogue, monotonic
        self._door = asyncio.Lock()
        self._problem, self._until = "", float("-inf")

    async def problem(self) -> str:
        """Empty where all can be used. Which can't and why is for the log to say, and not for strangers."""
        async with self._door:
            if self._monotonic() >= self._until:
                self._problem = await self._asked()
                self._until = self._monotonic() + _SECONDS
            return self._problem

    async def _asked(self) -> str:
        found = [(one.name, why) for one in self._catalogue.connectors if (why := await one.problem())]
        for name, why in found:
            _LOG.warning("the back end '%s' can't be used: %s", name, why)
        return "some can't be used; the log says which" if found else ""
