"""How an act is carried out once it is permitted: where, for how much, how often, and how it is taken back.

    refund_order:
      connector: shop
      amount: args.amount            # in major units, as the arguments have it
      currency: USD
      region: resource.country
      undo: {tool: cancel_refund, arguments: {refund_id: result.refund_id}}
      limits:
        - {per: customer, within: day, most: 3, amount: 50000}   # minor units
        - {per: tool, within: hour, most: 200}
      leads_to: {tools: [create_return], most: 4, amount: resource.total}

A limit counts acts of its own tool: those of one customer, one conversation or one workload, or all of them.
`leads_to` names the acts that may follow in the chain which this one begins, on the same thing and for the same
customer; `amount` there is what all of them together may come to (without it: what this act comes to).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from answerable.records.expressions import Expression, ExpressionFailed
from answerable.records.mapping import expression, known_keys
from answerable.records.typed import Type, Untypable, typed
from answerable.values import Money
from answerable.values.errors import ActionRefused, BundleError
from answerable.values.money import LARGEST_MINOR

LONGEST_CHAIN = 8
"""Acts of one chain, where `leads_to` names no number."""
MOST_LIMITS = 16
_MOST_ACTS = 1_000_000
_CURRENCY_LETTERS = 3

KEYS = frozenset("connector amount currency region undo limits leads_to".split())
_WITHIN = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


class Per(StrEnum):
    """Whose acts of a tool are counted together."""

    CUSTOMER = "customer"
    CONVERSATION = "conversation"
    WORKLOAD = "workload"
    TOOL = "tool"
    """Everybody's."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many acts of a tool, or so much money, within the time that lies behind. None is "no such limit"."""

    per: Per
    window: timedelta
    most: int | None = None
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Undo:
    """The act that takes another back. Arguments are expressions over `args` and `result` of the one taken back."""

    tool: str
    arguments: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class LeadsTo:
    """What may follow in the chain that an act begins; `most` counts the first one too."""

    tools: frozenset[str] = frozenset()
    most: int = LONGEST_CHAIN
    amount: Expression | None = None


@dataclass(frozen=True, slots=True)
class ActRules:
    """How one kind of act is carried out. Without a connector, nobody here can."""

    connector: str | None = None
    amount: Expression | None = None
    currency: str | None = None
    region: Expression | None = None
    undo: Undo | None = None
    limits: tuple[Limit, ...] = ()
    leads_to: LeadsTo = LeadsTo()

    def amount_of(self, values: Mapping[str, Any]) -> Money | None:
        """What the act comes to; None where the pack names no amount. Raises ActionRefused where none is found.

        `values` are what the pack's expressions see: `args`, `resource` and each need.
        """
        return self._money(self.amount, values)

    def budget_of(self, values: Mapping[str, Any]) -> Money | None:
        """What the whole chain that this act begins may come to. Raises as `amount_of`."""
        return self._money(self.leads_to.amount or self.amount, values)

    def region_of(self, values: Mapping[str, Any]) -> str | None:
        """The region whose people may approve the act; None where none is found."""
        try:
            found = None if self.region is None else self.region.find(dict(values))
        except ExpressionFailed:
            return None
        return found if isinstance(found, str) and found else None

    def _money(self, one: Expression | None, values: Mapping[str, Any]) -> Money | None:
        if one is None or self.currency is None:
            return None
        try:
            minor = typed(one.find(dict(values)), Type.CENTS)
        except (ExpressionFailed, Untypable):
            minor = -1
        if not isinstance(minor, int) or not 0 <= minor <= LARGEST_MINOR:
            raise ActionRefused(
                f"what the act comes to is not known: '{one.text}' finds no sum in its arguments and records"
            )
        return Money(minor, self.currency)


NO_RULES = ActRules()


def parse_act_rules(body: Mapping[str, Any], tools: frozenset[str], where: str) -> ActRules:
    """Read the keys of `KEYS` of an entry; `tools` are all that the file has. Raises BundleError."""
    connector = body.get("connector")
    if connector is not None and (not isinstance(connector, str) or not connector):
        raise BundleError(
            f"{where}: 'connector' must name the back end that does the act, as [connector: shop]"
        )
    currency = body.get("currency")
    if currency is not None and not _is_currency(currency):
        raise BundleError(
            f"{where}: the currency '{currency}' is none; write its three letters, as USD (ISO 4217)"
        )
    amount, region = body.get("amount"), body.get("region")
    if amount is not None and currency is None:
        raise BundleError(f"{where}: 'amount' needs a 'currency', as USD")
    return ActRules(
        connector,
        None if amount is None else expression(amount, f"{where}: amount"),
        currency,
        None if region is None else expression(region, f"{where}: region"),
        _undo(body.get("undo"), where),
        _limits(body.get("limits", []), currency, amount is not None, where),
        _leads_to(body.get("leads_to", []), tools, currency, where),
    )


def _undo(entry: Any, where: str) -> Undo | None:
    if entry is None:
        return None
    place = f"{where}: undo"
    body = known_keys(entry, frozenset({"tool", "arguments"}), place)
    tool, arguments = body.get("tool"), body.get("arguments", {})
    if not isinstance(tool, str) or not tool:
        raise BundleError(f"{place} needs the 'tool' that takes the act back")
    if not isinstance(arguments, dict) or not all(isinstance(name, str) for name in arguments):
        raise BundleError(
            f"{place}: 'arguments' must be a mapping of names to expressions over args and result"
        )
    found = tuple((name, expression(one, f"{place}: arguments.{name}")) for name, one in arguments.items())
    for name, one in found:
        if unknown := one.roots - {"args", "result"}:
            raise BundleError(
                f"{place}: arguments.{name}: '{one.text}' asks for '{min(unknown)}', which is not known there; "
                "known are args, result"
            )
    return Undo(tool, found)


def _limits(entries: Any, currency: str | None, has_amount: bool, where: str) -> tuple[Limit, ...]:  # noqa: FBT001
    if not isinstance(entries, list) or len(entries) > MOST_LIMITS:
        raise BundleError(f"{where}: 'limits' must be a list of at most {MOST_LIMITS} limits")
    return tuple(
        _limit(one, currency, has_amount, f"{where}: limits[{at}]") for at, one in enumerate(entries)
    )


def _limit(entry: Any, currency: str | None, has_amount: bool, where: str) -> Limit:  # noqa: FBT001
    body = known_keys(entry, frozenset({"per", "within", "most", "amount"}), where)
    per, within, most, amount = (body.get(name) for name in ("per", "within", "most", "amount"))
    if per not in list(Per):
        raise BundleError(f"{where}: 'per' must be one of {', '.join(Per)}")
    if within not in list(_WITHIN):  # a list takes what no dictionary does
        raise BundleError(f"{where}: 'within' must be one of {', '.join(_WITHIN)}")
    if most is None and amount is None:
        raise BundleError(
            f"{where} limits nothing; write 'most', a number of acts, or 'amount', in minor units"
        )
    if most is not None and not _is_count(most, _MOST_ACTS):
        raise BundleError(f"{where}: 'most' must be a number of acts from 0 to {_MOST_ACTS}")
    if amount is not None and not _is_count(amount, LARGEST_MINOR):
        raise BundleError(f"{where}: 'amount' must be a whole number of minor units (cents), as 50000")
    if amount is not None and (currency is None or not has_amount):
        raise BundleError(f"{where}: 'amount' needs the act's own 'amount' and 'currency' beside it")
    money = None if amount is None or currency is None else Money(amount, currency)
    return Limit(Per(per), _WITHIN[within], most, money)


def _leads_to(entry: Any, tools: frozenset[str], currency: str | None, where: str) -> LeadsTo:
    place = f"{where}: leads_to"
    if isinstance(entry, list):
        entry = {"tools": entry}
    body = known_keys(entry, frozenset({"tools", "most", "amount"}), place)
    named, most, amount = body.get("tools", []), body.get("most", LONGEST_CHAIN), body.get("amount")
    if not isinstance(named, list):
        raise BundleError(f"{place}: 'tools' must be a list of acts, as [create_return]")
    for one in named:
        if one not in list(tools):
            raise BundleError(
                f"{place}: there is no act '{one}'; write one of {', '.join(sorted(map(str, tools)))}"
            )
    if not _is_count(most, LONGEST_CHAIN) or most == 0:
        raise BundleError(
            f"{place}: 'most' must be a number of acts from 1 to {LONGEST_CHAIN}, the first one included"
        )
    if amount is not None and currency is None:
        raise BundleError(f"{place}: 'amount' needs the act's 'currency' beside it")
    return LeadsTo(frozenset(named), most, None if amount is None else expression(amount, f"{place}: amount"))


def _is_currency(text: Any) -> bool:
    return isinstance(text, str) and len(text) == _CURRENCY_LETTERS and text.isascii() and text.isupper()


def _is_count(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most
