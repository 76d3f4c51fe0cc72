"""Which bundle decides: the one in force for a new conversation, its own for one that has begun."""

import logging
import time
from collections.abc import Callable

from answerable.adapters.bundle_shelf import BundleShelf
from answerable.decisions import CedarDecider
from answerable.ports import Decider
from answerable.values.errors import BundleError

_LOG = logging.getLogger("answerable.bundles")
_LOOK_AGAIN_SECONDS = 1.0


class ShelfDecider:
    """The bundle in force on a shelf, looked at again every second.

    A bundle that can't be loaded leaves the one before in force, and says so in the log.
    """

    def __init__(self, shelf: BundleShelf, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Raises BundleError where no bundle is in force yet."""
        self._shelf = shelf
        self._monotonic = monotonic
        self._stamp = shelf.stamp()
        self._decider = CedarDecider(shelf.load(shelf.active()))
        self._looked = monotonic()

    def current(self) -> Decider:
        """The decider of the bundle in force."""
        now = self._monotonic()
        if now - self._looked >= _LOOK_AGAIN_SECONDS:
            self._looked = now
            stamp = self._shelf.stamp()
            if stamp != self._stamp:
                self._stamp = stamp
                self._renew()
        return self._decider

    def _renew(self) -> None:
        try:
            digest = self._shelf.active()
            if digest != self._decider.bundle.digest:
                self._decider = CedarDecider(self._shelf.load(digest))
                _LOG.warning("bundle %s is in force for new conversations", digest)
        except BundleError as error:
            _LOG.error("the bundle %s stays in force: %s", self._decider.bundle.digest, error)
