"""What to do next with an act that may have been done and may not.

It is never called again unless the back end does one key once (`repeatable`). Where none of the ways to know
is open, a person decides.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from answerable.actions.state import Progress, State
from answerable.values.errors import ActionError

MOST_ATTEMPTS = 3
MOST_LOOKS = 10
PATIENCE = timedelta(seconds=60)
"""How long after a call a back end may still be at work on it: until then its "no such call" settles nothing.

Longer than the longest that any back end behind a connector may take.
"""
_FIRST_WAIT = timedelta(seconds=5)
_LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Ways:
    """How a back end lets anybody find out."""

    checks_grants: bool
    repeatable: bool
    can_query: bool


@dataclass(frozen=True, slots=True)
class RevokeAndLook:
    """Take its grant back, and then look whether it was used before that."""


@dataclass(frozen=True, slots=True)
class Query:
    """Ask the back end what became of the call."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Send the same call under the same key once more."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Look again then."""

    until: datetime


@dataclass(frozen=True, slots=True)
class AskPerson:
    """Nothing else is left."""


Next = RevokeAndLook | Query | Retry | Wait | AskPerson


def next_step(
    progress: Progress,
    ways: Ways,
    *,
    now: datetime,
    until: datetime,
    grant_used: bool | None = None,
    asked: bool = False,
    stopped: bool = False,
    patience: timedelta = PATIENCE,
) -> Next:
    """What to do with an uncertain act. Raises ActionError for one that is not.

    1. Where the back end checks grants, the grant says it: taken back and never used is certainly not done.
    2. Asking changes nothing, so it comes before anything that does. Once in a while (`asked`: this time it was).
    3. The same call again, where the back end does one key once and brokers no grant: while the permit lasts
       (`until`), a few times, and not where a revocation stands against it (`stopped`).
    4. To be asked again later, where it can be asked; but not for ever.
    5. A person.
    """
    if progress.state is not State.UNCERTAIN:
        raise ActionError(f"an act that is '{progress.state}' is not to be resolved")
    # 1. `grant_used` is None until somebody looked.
    if ways.checks_grants and grant_used is None:
        return RevokeAndLook()
    # 2.
    if ways.can_query and not asked and progress.looks < MOST_LOOKS:
        return Query()
    # 3. A back end that checks grants turns a second use of one away, and no second one is issued.
    if (
        ways.repeatable
        and not ways.checks_grants
        and not stopped
        and now < until
        and progress.attempt < MOST_ATTEMPTS
    ):
        return Retry()
    # 4.
    if ways.can_query and progress.looks < MOST_LOOKS:
        settles = now if progress.quiet_since is None else progress.quiet_since + patience
        return Wait(max(now + waiting(progress.looks), min(settles, now + patience)))
    # 5.
    return AskPerson()


def is_final(progress: Progress, now: datetime, patience: timedelta = PATIENCE) -> bool:
    """May "it was not done", as a query answers, be believed by now? Before, the call may still be under way."""
    return progress.quiet_since is None or now >= progress.quiet_since + patience


def waiting(looks: int) -> timedelta:
    """How long to wait after so many looks."""
    return min(_FIRST_WAIT * (1 << min(looks, 20)), _LONGEST_WAIT)
