"""Limits as people type them, on a page or a command line.

routes    refunds, claims            subjects  refund
amount    250.00 EUR                 regions   eu
hours     mon-fri 08:00-18:00        or        mon,wed 00:00-24:00
"""

from answerable.roles import Hours, Limits, limits_from_text, limits_text
from answerable.values import Money
from answerable.values.errors import RoleError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WHOLE = frozenset({"JPY", "KRW"})
_CENTS = 2
_MOST_DIGITS = 12
_MINUTES = 60


def limits_typed(
    *, routes: str = "", subjects: str = "", amount: str = "", regions: str = "", hours: str = ""
) -> Limits:
    """What the fields come to; an empty one is no limit. Raises RoleError, quoting the field."""
    limits = Limits(
        _names(routes), _names(subjects), money_typed(amount) if amount.strip() else None, _names(regions),
        _hours(hours.strip().lower()) if hours.strip() else None,
    )  # fmt: skip
    return limits_from_text(limits_text(limits))


def money_typed(text: str) -> Money:
    """`250 EUR`, `250.00 EUR`, `4000 JPY`. Raises RoleError."""
    figure, _, currency = text.strip().partition(" ")
    whole, point, cents = figure.partition(".")
    usable = (
        len(currency) == 3 and currency.isascii() and currency.isupper()  # noqa: PLR2004 – ISO 4217
        and whole.isascii() and whole.isdigit() and len(whole) <= _MOST_DIGITS
        and (not point or (len(cents) == _CENTS and cents.isascii() and cents.isdigit() and currency not in _WHOLE))
    )  # fmt: skip
    if not usable:
        raise RoleError(f"'{text}' is no amount; write it as '250.00 EUR'")
    if currency in _WHOLE:
        return Money(int(whole), currency)
    return Money(int(whole) * 100 + int(cents or "0"), currency)


def limits_shown(limits: Limits) -> str:
    """Limits in words."""
    parts: list[str] = []
    for name, found in (
        ("routes", limits.routes),
        ("subjects", limits.subjects),
        ("regions", limits.regions),
    ):
        if found is not None:
            parts.append(f"{name} {', '.join(sorted(found))}")
    if limits.amount is not None:
        parts.append(f"up to {limits.amount}")
    if limits.hours is not None:
        days = ",".join(DAYS[day] for day in sorted(limits.hours.days))
        parts.append(f"{days} {_clock(limits.hours.start)}-{_clock(limits.hours.end)}")
    return "; ".join(parts) or "no limits"


def _names(text: str) -> frozenset[str] | None:
    found = frozenset(part.strip() for part in text.split(",") if part.strip())
    return found or None


def _hours(text: str) -> Hours:
    days, _, span = text.partition(" ")
    start, dash, end = span.strip().partition("-")
    if not dash:
        raise RoleError(f"'{text}' are no hours; write them as 'mon-fri 08:00-18:00'")
    return Hours(
        frozenset(day for part in days.split(",") for day in _days(part, text)), _minute(start), _minute(end)
    )


def _days(part: str, text: str) -> range:
    first, dash, last = part.partition("-")
    if first not in DAYS or (dash and last not in DAYS):
        raise RoleError(f"'{text}' names no days; write them as 'mon-fri' or 'mon,wed'")
    begin = DAYS.index(first)
    return range(begin, (DAYS.index(last) if dash else begin) + 1)


def _minute(text: str) -> int:
    hour, colon, minute = text.strip().partition(":")
    usable = bool(colon) and all(one.isascii() and one.isdigit() and len(one) == 2 for one in (hour, minute))  # noqa: PLR2004
    if not usable or int(minute) >= _MINUTES:
        raise RoleError(f"'{text}' is no time of day; write it as 08:00")
    return int(hour) * _MINUTES + int(minute)


def _clock(minute: int) -> str:
    return f"{minute // _MINUTES:02d}:{minute % _MINUTES:02d}"
