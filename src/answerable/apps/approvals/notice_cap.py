"""How often those who answer are told of one program's things: a bot that asks for thousands sends nobody thousands.

What is over the cap is told of together, once an hour for each queue; all of it stands in the list. Kept in this
process alone: after a crash people may be told of a few more.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from answerable.values import WorkloadId

MOST_NOTICES = 30
_HOUR = timedelta(hours=1)


class Telling(StrEnum):
    ALONE = "alone"
    TOGETHER = "together"
    """As one of several, of which nobody was told this hour."""
    TOLD = "told"
    """Somebody was told this hour that there are more than they are told of."""


@dataclass(slots=True)
class NoticeCap:
    """Counts the notices of the hour. Every notice has an id: trying again counts once."""

    most: int = MOST_NOTICES
    """Of one program, in an hour."""
    _hour: datetime | None = None
    _alone: dict[WorkloadId, set[str]] = field(default_factory=dict)
    _together: set[tuple[WorkloadId, str]] = field(default_factory=set)

    def telling(self, workload: WorkloadId, route: str, notice: str, now: datetime) -> Telling:
        """How that notice is told. `TOGETHER` is answered once; `failed` lets it be answered again."""
        if (hour := begun(now)) != self._hour:
            self._hour = hour
            self._alone.clear()
            self._together.clear()
        alone = self._alone.setdefault(workload, set())
        if notice in alone:
            return Telling.ALONE
        if len(alone) < self.most:
            alone.add(notice)
            return Telling.ALONE
        if (workload, route) in self._together:
            return Telling.TOLD
        self._together.add((workload, route))
        return Telling.TOGETHER

    def failed(self, workload: WorkloadId, route: str) -> None:
        """What was to be told together did not go out."""
        self._together.discard((workload, route))


def begun(now: datetime) -> datetime:
    """When the hour of that instant began."""
    return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def together(route: str, most: int, now: datetime) -> str:
    """The digest's words. They name nobody."""
    until = begun(now) + _HOUR
    return (
        f"More than {most} notices of one program in an hour. The rest waits in '{route}' too, and is not told one "
        f"by one before {until:%H:%M} UTC: look at the list."
    )
