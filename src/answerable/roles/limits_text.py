"""Limits as one canonical JSON text: the same limits are always the same letters, for the ledger and for stores.

    {"amount":{"currency":"USD","minor":25000},"hours":{"days":[0,1,2,3,4],"end":1080,"start":480},"routes":["refunds"]}

A limit that there is not is left out. Texts and whole numbers alone, so that this is also RFC 8785's form.
"""

import json
from typing import Any

from answerable.roles.role import Hours, Limits
from answerable.values import Money
from answerable.values.errors import RoleError
from answerable.values.money import LARGEST_MINOR
from answerable.values.strict_json import JsonError, json_object

_MOST = 4096
_MOST_NAMES = 64
_LONGEST_NAME = 200
_MINUTES = 24 * 60
_DAYS = 7
_CURRENCY = 3
_SETS = ("regions", "routes", "subjects")


def limits_text(limits: Limits) -> str:
    """Write limits. Raises RoleError where they can't be read back: an empty set, an hour that is none."""
    said: dict[str, Any] = {}
    for name in _SETS:
        if (found := getattr(limits, name)) is not None:
            said[name] = sorted(found)
    if limits.amount is not None:
        said["amount"] = {"currency": limits.amount.currency, "minor": limits.amount.minor}
    if limits.hours is not None:
        hours = limits.hours
        said["hours"] = {"days": sorted(hours.days), "end": hours.end, "start": hours.start}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    limits_from_text(text)
    return text


def limits_from_text(text: str) -> Limits:
    """Read limits back. Raises RoleError, saying which can't be used."""
    if len(text) > _MOST:
        raise RoleError(f"limits are {len(text)} letters; at most {_MOST} are taken")
    try:
        said = json_object(text.encode())
    except (JsonError, UnicodeEncodeError) as error:
        raise RoleError(f"the limits '{text[:80]}' can't be read: {error}") from None
    sets = {name: _names(name, said.pop(name)) for name in _SETS if name in said}
    amount = _amount(said.pop("amount")) if "amount" in said else None
    hours = _hours(said.pop("hours")) if "hours" in said else None
    if said:
        raise RoleError(f"'{next(iter(said))}' is no limit; amount, hours, {', '.join(_SETS)} are")
    return Limits(sets.get("routes"), sets.get("subjects"), amount, sets.get("regions"), hours)


def _names(limit: str, found: Any) -> frozenset[str]:
    usable = isinstance(found, list) and 0 < len(found) <= _MOST_NAMES
    if not usable or not all(
        isinstance(one, str) and 0 < len(one) <= _LONGEST_NAME and one.isprintable() for one in found
    ):
        raise RoleError(f"the limit '{limit}' is a list of one to {_MOST_NAMES} names")
    return frozenset(found)


def _amount(found: Any) -> Money:
    if isinstance(found, dict) and found.keys() == {"currency", "minor"}:
        currency, minor = found["currency"], found["minor"]
        if (
            isinstance(currency, str) and len(currency) == _CURRENCY and currency.isascii()
            and currency.isupper() and _whole(minor, 0, LARGEST_MINOR)
        ):  # fmt: skip
            return Money(minor, currency)
    raise RoleError(
        "the limit 'amount' is a whole number of minor units, 0 or more, and a currency such as USD"
    )


def _hours(found: Any) -> Hours:
    if isinstance(found, dict) and found.keys() == {"days", "end", "start"}:
        days, start, end = found["days"], found["start"], found["end"]
        named = isinstance(days, list) and days and all(_whole(one, 0, _DAYS - 1) for one in days)
        if named and _whole(start, 0, _MINUTES) and _whole(end, 0, _MINUTES) and start < end:
            return Hours(frozenset(days), start, end)
    raise RoleError(
        "the limit 'hours' is days 0 (Monday) to 6, and the minutes of the day at which it starts and ends"
    )


def _whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
