"""approvals.yaml: when people answer, and how each queue works.

hours:                        # without it, "business" time is all the time
  zone: Europe/Berlin         # the bundle's where none is named
  week: {mon-fri: "09:00-12:30 13:00-17:00", sat: "10:00-14:00"}
  holidays: [2026-12-25, 2027-01-01]
default: {deadline: 8h, valid: 10m}
routes:
  support-lead:
    deadline: 4h business     # then it expires: that is nobody's no
    remind: [1h, 3h]          # so long after it was opened
    escalate: {after: 2h, to: support-director}
    needs: 1                  # people
    two_above: "500.00 USD"   # one more where it is about more, or nobody knows how much
    valid: 15m                # how long an approval can be used
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from answerable.approvals.calendar import ALWAYS, DAYS_OF_WEEK, MINUTES_OF_DAY, Calendar, Span
from answerable.approvals.plan import MOST_NEEDED, Duration, Escalation, RouteRules, Rules
from answerable.approvals.request import UNROUTED
from answerable.decisions import Bundle
from answerable.decisions.bundle import APPROVALS
from answerable.records.mapping import known_keys
from answerable.values import Money
from answerable.values.errors import BundleError
from answerable.values.money import LARGEST_MINOR, WITHOUT_MINOR_UNITS

LONGEST = timedelta(days=90)
LONGEST_BUSINESS = timedelta(hours=500)
LONGEST_VALID = timedelta(hours=24)
MOST_REMINDERS = 10
MOST_HOLIDAYS = 500

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_MOST_DIGITS = 5
_ROUTE_KEYS = frozenset("deadline remind escalate needs two_above valid".split())
_TWO_DIGITS = 2
_ZERO = timedelta(0)


def rules_of(bundle: Bundle) -> Rules:
    """What a bundle says of approvals. Raises BundleError."""
    return parse_rules(bundle.approvals, bundle.manifest.zone)


def parse_rules(raw: Mapping[str, Any], zone: tzinfo) -> Rules:
    """Check the parsed file; `zone` is the bundle's own. Raises BundleError, naming the entry and the remedy."""
    body = known_keys(dict(raw), frozenset({"hours", "default", "routes"}), APPROVALS)
    calendar = _calendar(body["hours"], zone) if "hours" in body else replace(ALWAYS, zone=zone)
    default = _route(body.get("default", {}), RouteRules(), f"{APPROVALS}: default")
    routes = body.get("routes", {})
    if not isinstance(routes, dict):
        raise BundleError(f"{APPROVALS}: 'routes' must be a mapping of queues to their rules")
    named: dict[str, RouteRules] = {}
    for name, entry in routes.items():
        if not isinstance(name, str) or not name.strip() or not name.isprintable():
            raise BundleError(f"{APPROVALS}: '{name}' can't be a queue's name; write a word, as support-lead")
        named[name] = _route(entry, default, f"{APPROVALS}: {name}")
    _check_steps(named, default)
    return Rules(calendar, named, default)


def _check_steps(routes: dict[str, RouteRules], default: RouteRules) -> None:
    """Escalations lead to queues that are there, and never around in a circle."""
    for start, rules in {**routes, UNROUTED: routes.get(UNROUTED, default)}.items():
        been, step = [start], rules.escalate
        while step is not None:
            if step.to not in routes:
                raise BundleError(
                    f"{APPROVALS}: {been[-1]} escalates to '{step.to}', which is no queue here; add it to 'routes'"
                )
            if step.to in been:
                raise BundleError(
                    f"{APPROVALS}: escalations go in a circle: {' → '.join([*been, step.to])}; end it somewhere"
                )
            been.append(step.to)
            step = routes[step.to].escalate


def _route(entry: Any, default: RouteRules, where: str) -> RouteRules:
    body = known_keys(entry, _ROUTE_KEYS, where)
    found = default
    if "deadline" in body:
        found = replace(found, deadline=_duration(body["deadline"], f"{where}: deadline"))
    if "remind" in body:
        reminders = body["remind"]
        if not isinstance(reminders, list) or len(reminders) > MOST_REMINDERS:
            raise BundleError(
                f"{where}: 'remind' must be a list of up to {MOST_REMINDERS} times, as [1h, 3h]"
            )
        found = replace(found, remind=tuple(_duration(one, f"{where}: remind") for one in reminders))
    if "escalate" in body:
        found = replace(found, escalate=_escalation(body["escalate"], f"{where}: escalate"))
    if "needs" in body:
        needs = body["needs"]
        if isinstance(needs, bool) or not isinstance(needs, int) or not 1 <= needs <= MOST_NEEDED:
            raise BundleError(
                f"{where}: 'needs' is how many people approve, 1 to {MOST_NEEDED}, not '{needs}'"
            )
        found = replace(found, needs=needs)
    if "two_above" in body:
        found = replace(found, two_above=_money(body["two_above"], f"{where}: two_above"))
    if "valid" in body:
        valid = _duration(body["valid"], f"{where}: valid")
        if valid.business or valid.length > LONGEST_VALID:
            raise BundleError(
                f"{where}: an approval is valid for up to {LONGEST_VALID}, by the clock; as 15m"
            )
        found = replace(found, valid=valid.length)
    for name, after in (("escalate", found.escalate.after if found.escalate else None),):
        if after and after.business == found.deadline.business and after.length >= found.deadline.length:
            raise BundleError(f"{where}: '{name}' comes at or after the deadline; make it earlier")
    return found


def _escalation(entry: Any, where: str) -> Escalation | None:
    if entry is None:
        return None
    body = known_keys(entry, frozenset({"after", "to"}), where)
    to = body.get("to")
    if not isinstance(to, str) or not to:
        raise BundleError(f"{where}: 'to' must name the next queue")
    return Escalation(_duration(body.get("after"), f"{where}: after"), to)


def _duration(text: Any, where: str) -> Duration:
    told = f"{where}: '{text}' is no length of time; write 30m, 4h, 2d or 4h business"
    number, _, business = text.partition(" ") if isinstance(text, str) else ("", "", "")
    digits, unit = number[:-1], number[-1:]
    counts = digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS
    if not counts or unit not in _UNITS or business.strip() not in ("", "business"):
        raise BundleError(told)
    length = int(digits) * _UNITS[unit]
    if business and unit == "d":
        raise BundleError(f"{where}: '{text}': business days are of different lengths; write business hours")
    most = LONGEST_BUSINESS if business else LONGEST
    if not _ZERO < length <= most:
        raise BundleError(f"{where}: '{text}' must be more than nothing and up to {most}")
    return Duration(length, bool(business))


def _money(text: Any, where: str) -> Money:
    told = f"{where}: '{text}' is no amount; write it as \"500.00 USD\""
    figure, _, currency = text.partition(" ") if isinstance(text, str) else ("", "", "")
    if len(currency) != 3 or not (currency.isascii() and currency.isalpha() and currency.isupper()):  # noqa: PLR2004
        raise BundleError(told)
    units, point, cents = figure.partition(".")
    places = 0 if currency in WITHOUT_MINOR_UNITS else _TWO_DIGITS
    well = units.isascii() and units.isdigit() and (not point or (cents.isascii() and cents.isdigit()))
    if not well or (point and len(cents) != places):
        raise BundleError(told)
    try:
        minor = int(Decimal(figure).scaleb(places))
    except InvalidOperation:
        raise BundleError(told) from None
    if minor > LARGEST_MINOR:
        raise BundleError(told)
    return Money(minor, currency)


def _calendar(entry: Any, zone: tzinfo) -> Calendar:
    where = f"{APPROVALS}: hours"
    body = known_keys(entry, frozenset({"zone", "week", "holidays"}), where)
    if "zone" in body:
        try:
            zone = ZoneInfo(str(body["zone"]))
        except (KeyError, ValueError, OSError):
            raise BundleError(
                f"{where}: '{body['zone']}' is no time zone known here; write an IANA name such as 'Europe/Berlin'"
            ) from None
    holidays = body.get("holidays", [])
    if (
        not isinstance(holidays, list)
        or len(holidays) > MOST_HOLIDAYS
        or not all(isinstance(one, date) and not isinstance(one, datetime) for one in holidays)
    ):
        raise BundleError(f"{where}: 'holidays' must be a list of up to {MOST_HOLIDAYS} days, as 2026-12-25")
    try:
        return Calendar(zone, _week(body.get("week"), where), frozenset(holidays))
    except ValueError as error:
        raise BundleError(f"{where}: {error}") from error


def _week(entry: Any, where: str) -> tuple[tuple[Span, ...], ...]:
    if not isinstance(entry, dict):
        raise BundleError(f"{where}: 'week' must name days and hours, as mon-fri: \"09:00-17:00\"")
    week: list[tuple[Span, ...]] = [()] * DAYS_OF_WEEK
    for days, hours in entry.items():
        first, to, last = str(days).partition("-")
        if (
            first not in _DAYS
            or (to and last not in _DAYS)
            or (to and _DAYS.index(last) < _DAYS.index(first))
        ):
            raise BundleError(f"{where}: '{days}' are no days; write mon, tue … or mon-fri")
        spans = tuple(_span(one, where) for one in str(hours).split())
        for day in range(_DAYS.index(first), _DAYS.index(last if to else first) + 1):
            if week[day]:
                raise BundleError(f"{where}: '{_DAYS[day]}' is named twice; give its hours once")
            week[day] = spans
    return tuple(week)


def _span(text: str, where: str) -> Span:
    first, _, last = text.partition("-")
    found = _minutes(first), _minutes(last)
    if None in found:
        raise BundleError(f"{where}: '{text}' are no hours; write 09:00-17:00")
    return found[0] or 0, found[1] or 0


def _minutes(text: str) -> int | None:
    """Minutes since midnight of `09:00`; 24:00 is the end of the day."""
    hour, colon, minute = text.partition(":")
    digits = hour + minute
    if not colon or len(hour) != _TWO_DIGITS or len(minute) != _TWO_DIGITS or not digits.isascii():
        return None
    if not digits.isdigit() or int(minute) >= 60:  # noqa: PLR2004
        return None
    found = int(hour) * 60 + int(minute)
    return found if found <= MINUTES_OF_DAY else None
