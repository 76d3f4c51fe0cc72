"""When something that waits is reminded of, handed on and given up: instants, all computed when it is opened."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from answerable.approvals.calendar import ALWAYS, Calendar
from answerable.values import Money

MOST_NEEDED = 5
TWO = 2


@dataclass(frozen=True, slots=True)
class Duration:
    """So much time; `business` counts business hours alone."""

    length: timedelta
    business: bool = False


@dataclass(frozen=True, slots=True)
class Escalation:
    """Hand on to another queue, so long after it came to this one."""

    after: Duration
    to: str


@dataclass(frozen=True, slots=True)
class RouteRules:
    """How one queue works. `two_above` asks for a second person where it is about more, or nobody knows how much."""

    deadline: Duration = Duration(timedelta(hours=24))
    remind: tuple[Duration, ...] = (Duration(timedelta(hours=4)),)
    escalate: Escalation | None = None
    needs: int = 1
    two_above: Money | None = None
    valid: timedelta = timedelta(minutes=15)
    """How long an approval is good for once it is given."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What approvals.yaml says."""

    calendar: Calendar = ALWAYS
    routes: dict[str, RouteRules] = field(default_factory=dict)
    default: RouteRules = field(default_factory=RouteRules)

    def of(self, route: str) -> RouteRules:
        return self.routes.get(route, self.default)


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens while nobody answers. Instants in UTC, in order, none at or after the deadline but itself."""

    deadline: datetime
    reminders: tuple[datetime, ...] = ()
    escalations: tuple[tuple[datetime, str], ...] = ()
    needs: int = 1
    valid: timedelta = timedelta(minutes=15)


def plan_for(rules: Rules, route: str, amount: Money | None, opened: datetime) -> Plan:
    """The plan of what is opened now in that queue. Raises OverflowError where it goes past the year 9999."""
    own, begun = rules.of(route), opened.astimezone(UTC)
    deadline = _after(rules.calendar, begun, own.deadline)
    reminders = sorted({_after(rules.calendar, begun, one) for one in own.remind})
    return Plan(
        deadline,
        tuple(one for one in reminders if one < deadline),
        tuple(_escalations(rules, route, begun, deadline)),
        max(own.needs, TWO if _asks_two(own, amount) else 1),
        own.valid,
    )


def _escalations(rules: Rules, route: str, begun: datetime, deadline: datetime) -> list[tuple[datetime, str]]:
    found: list[tuple[datetime, str]] = []
    been = {route}
    while (step := rules.of(route).escalate) is not None and step.to not in been:
        begun = _after(rules.calendar, begun, step.after)
        if begun >= deadline:
            break
        found.append((begun, step.to))
        route = step.to
        been.add(route)
    return found


def _asks_two(rules: RouteRules, amount: Money | None) -> bool:
    bound = rules.two_above
    if bound is None:
        return False
    # In doubt two: an amount that nobody knows, or in a currency that the bound says nothing of.
    return amount is None or amount.currency != bound.currency or amount.minor > bound.minor


def _after(calendar: Calendar, begun: datetime, duration: Duration) -> datetime:
    return calendar.add(begun, duration.length) if duration.business else begun + duration.length
