"""What people said goes when its time is over, while the gateway runs: a look every hour."""

import asyncio
import logging

from answerable.adapters.stored_ledger import StoredLedger
from answerable.apps.ledger.erasing import Officer, retire
from answerable.values.errors import AnswerableError

_LOG = logging.getLogger("answerable.ledger")
_SECONDS = 3600.0


class Retention:
    """Erases whole months once their last day is more than `days` ago. The log's own key signs for it."""

    def __init__(self, ledger: StoredLedger, days: int, officer: Officer) -> None:
        self._ledger, self._days, self._officer = ledger, days, officer

    async def run(self, seconds: float = _SECONDS) -> None:
        """Until cancelled. Never raises: what went wrong is tried again the next time."""
        while True:
            await self.once()
            await asyncio.sleep(seconds)

    async def once(self) -> None:
        """One look."""
        try:
            gone = await retire(self._ledger, self._days, self._officer)
        except AnswerableError as error:
            _LOG.error("what is older than %d days could not be erased: %s", self._days, error)
        except Exception:  # noqa: BLE001 – a defect here must not end the looking, nor go unseen
            _LOG.exception("what is older than %d days could not be erased", self._days)
        else:
            if gone:
                _LOG.warning("%d keys were past their %d days and are destroyed", len(gone), self._days)
