"""What is done to the record itself, and stands in it: erasures, legal holds, a clock that was set.

Whoever reads the ledger later must find in it why a private part is gone, and who decided that.
"""

import msgspec


class ErasureBody(msgspec.Struct, frozen=True):
    """The keys of somebody's private parts are destroyed: by whom, and why.

    Written before the keys go. A crash between the two leaves keys that the ledger says are gone; they
    are destroyed when the ledger is next opened, and so are those that come back with an old copy.
    """

    keys: tuple[str, ...]
    by: str
    reason: str
    basis: str
    """`request` of the data subject, or `retention`: their time was over."""
    before: str | None = None
    """For retention: private parts of the months before this one (`2026-11`) are gone."""


class HoldBody(msgspec.Struct, frozen=True):
    """A legal hold is placed (`lifted` false) or lifted: what it names can't be erased meanwhile."""

    hold: str
    lifted: bool
    by: str
    reason: str
    keys: tuple[str, ...]
    """The keys it keeps; none where it keeps all."""


class ClockBody(msgspec.Struct, frozen=True):
    """The machine's clock was set, and is steady again: entries before and after are dated by different clocks."""

    seconds: int
    """How far it jumped: above 0 is forward."""
    last: str | None
    """When the entry before says that it was written."""
