"""Which bundle decides: the one in force for a new conversation, its own for one that has begun."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from answerable.adapters.bundle_shelf import BundleShelf
from answerable.decisions import Bundle, CedarDecider
from answerable.decisions.act_rules import ActRules
from answerable.ports import Decider
from answerable.values import Digest
from answerable.values.errors import BundleError

_LOG = logging.getLogger("answerable.bundles")
_LOOK_AGAIN_SECONDS = 1.0
_MOST_OLDER = 16


class ShelfDecider:
    """The bundle in force on a shelf, looked at again every second.

    A bundle that can't be loaded leaves the one before in force, and says so in the log.
    """

    def __init__(self, shelf: BundleShelf, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Raises BundleError where no bundle is in force yet."""
        self.shelf = shelf
        self._monotonic = monotonic
        self._stamp = shelf.stamp()
        self._decider = CedarDecider(shelf.load(shelf.active()))
        self._looked = monotonic()
        self._looking = threading.Lock()  # the issuer of grants asks from worker threads

    def current(self) -> Decider:
        """The decider of the bundle in force."""
        now = self._monotonic()
        # One at a time: of two that load, the one that began first may end last, and an older bundle would stay.
        # Whoever comes meanwhile does not wait for it.
        if now - self._looked >= _LOOK_AGAIN_SECONDS and self._looking.acquire(blocking=False):
            try:
                self._looked = now
                stamp = self.shelf.stamp()
                if stamp != self._stamp:
                    self._stamp = stamp
                    self._renew()
            finally:
                self._looking.release()
        return self._decider

    def _renew(self) -> None:
        try:
            digest = self.shelf.active()
            if digest != self._decider.bundle.digest:
                self._decider = CedarDecider(self.shelf.load(digest))
                _LOG.warning("bundle %s is in force for new conversations", digest)
        except BundleError as error:
            _LOG.error("the bundle %s stays in force: %s", self._decider.bundle.digest, error)


class KnownBundles:
    """The bundle in force, and those that older decisions were made under."""

    def __init__(self, decider: CedarDecider | ShelfDecider) -> None:
        self._decider = decider
        self._read: OrderedDict[Digest, Bundle | None] = OrderedDict()
        self._reading = threading.Lock()  # the issuer of grants asks from worker threads

    def current(self) -> Bundle:
        """The one in force for new conversations."""
        decider = self._decider
        return decider.bundle if isinstance(decider, CedarDecider) else decider.current().bundle

    def rules(self, tool: str, digest: Digest) -> ActRules | None:
        """How an act is carried out under a bundle; None where that bundle, or the act in it, is not known."""
        bundle = self.of(digest)
        action = None if bundle is None else bundle.actions.get(tool)
        return None if action is None else action.rules

    def of(self, digest: Digest) -> Bundle | None:
        """The bundle of that digest; None where it is not here any more."""
        current = self.current()
        if current.digest == digest:
            return current
        if isinstance(self._decider, CedarDecider):
            return None
        with self._reading:
            if digest not in self._read:
                try:
                    self._read[digest] = self._decider.shelf.read(digest)
                except BundleError as error:
                    _LOG.warning("an older bundle can't be read: %s", error)
                    self._read[digest] = None
                while len(self._read) > _MOST_OLDER:
                    self._read.popitem(last=False)
            return self._read[digest]
