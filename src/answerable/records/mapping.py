"""records.yaml: which tool's answer shows which thing, and where in it each attribute stands.

    Reservation:
      read_with: get_reservation_details
      also_from: [cancel_reservation]
      id: reservation_id
      attributes:
        cabin:    {type: text, from: cabin}
        created:  {type: instant, from: created_at}
        insured:  {type: flag, from: "insurance == 'yes'"}

A write whose answer shows the changed thing stands under `also_from`: later answers
supersede earlier ones. `rows` makes one answer show many things. Where an answer does
not name its thing, `id_in_call` (instead of `id`) finds the id in the call's arguments.
Where rows lack what was asked for (a search by date answers flights without one),
`from_call` puts it on each of them: `from_call: {date: date}`. What a row says itself stays.
"""

import collections.abc
from dataclasses import dataclass
from typing import Any

from answerable.records.expressions import Expression, ExpressionFailed
from answerable.records.typed import Type
from answerable.values.errors import BundleError

RECORDS = "records.yaml"
_TAKEN = frozenset("Line Talk Workload Action String Long Bool Boolean Set Record Entity Extension".split())
"""Names of Cedar's own types, and of the built-in schema's: a record of that name would shadow them."""

_KEYS = frozenset({"read_with", "also_from", "id", "id_in_call", "from_call", "rows", "things", "attributes"})
_ATTRIBUTE_KEYS = frozenset({"type", "from", "optional", "said_as"})


@dataclass(frozen=True, slots=True)
class Attribute:
    """One typed attribute: where it stands in the answer. Without a value, an optional one is left out."""

    name: str
    type: Type
    expression: Expression
    optional: bool = False
    said_as: frozenset[str] = frozenset()
    """Words by which a line speaks of a count: "10 options available"."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """How one kind of record is read. `read_with` is the tool that a bot is told to read it with."""

    kind: str
    read_with: str
    tools: frozenset[str]
    id: Expression
    id_in_call: bool
    rows: Expression | None
    attributes: tuple[Attribute, ...]
    things: Expression | None = None
    """The names of what a record holds, as a customer would call it."""
    from_call: tuple[tuple[str, Expression], ...] = ()
    """Fields that rows take from the call's arguments, where they have none of that name."""

    def things_of(self, raw: Any) -> tuple[str, ...]:
        """The things in an answer."""
        try:
            found = self.things.find(raw) if self.things else None
        except ExpressionFailed:
            return ()
        return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


Mappings = collections.abc.Mapping[str, Mapping]
"""By kind of record."""


def parse_mappings(raw: dict[str, Any]) -> Mappings:
    """Check the parsed file. Raises BundleError, naming the entry and the remedy."""
    return {kind: _mapping(kind, entry) for kind, entry in raw.items()}


def _mapping(kind: str, entry: Any) -> Mapping:
    where = f"{RECORDS}: {kind}"
    if not kind.isidentifier() or not kind[0].isupper():
        raise BundleError(f"{RECORDS}: '{kind}' can't name a record; write a word with a capital, as 'Order'")
    if kind in _TAKEN:
        raise BundleError(
            f"{RECORDS}: '{kind}' is a word that policies need themselves; write 'My{kind}' or the like"
        )
    body = known_keys(entry, _KEYS, where)
    read_with = body.get("read_with")
    if not isinstance(read_with, str) or not read_with:
        raise BundleError(f"{where} has no 'read_with'; name the tool whose answer shows it")
    also = body.get("also_from", [])
    if not isinstance(also, list) or not all(isinstance(tool, str) for tool in also):
        raise BundleError(f"{where}: 'also_from' must be a list of tools' names")
    attributes = body.get("attributes", {})
    if not isinstance(attributes, dict):
        raise BundleError(f"{where}: 'attributes' must be a mapping of names to types and places")
    rows = body.get("rows")
    from_call = body.get("from_call", {})
    if not isinstance(from_call, dict) or not all(isinstance(name, str) for name in from_call):
        raise BundleError(
            f"{where}: 'from_call' must be a mapping of fields to places in the call's arguments"
        )
    if "id" in body and "id_in_call" in body:
        raise BundleError(f"{where} has both 'id' and 'id_in_call'; keep one")
    return Mapping(
        kind,
        read_with,
        frozenset([read_with, *also]),
        expression(body.get("id_in_call", body.get("id")), f"{where}: id"),
        "id_in_call" in body,
        None if rows is None else expression(rows, f"{where}: rows"),
        tuple(attribute(name, one, f"{where}.{name}") for name, one in attributes.items()),
        expression(body["things"], f"{where}: things") if "things" in body else None,
        tuple((name, expression(one, f"{where}: from_call.{name}")) for name, one in from_call.items()),
    )


def attribute(name: str, entry: Any, where: str) -> Attribute:
    """One typed place of an answer, from its parsed entry. Raises BundleError."""
    if not name.isidentifier():
        raise BundleError(f"{where}: '{name}' can't be an attribute in a policy; use letters, digits and _")
    body = known_keys(entry, _ATTRIBUTE_KEYS, where)
    optional = body.get("optional", False)
    if not isinstance(optional, bool):
        raise BundleError(f"{where}: 'optional' must be true or false")
    said_as = body.get("said_as", [])
    if not isinstance(said_as, list) or not all(isinstance(one, str) for one in said_as):
        raise BundleError(f"{where}: 'said_as' must be a list of words")
    words = frozenset(one.casefold() for one in said_as)
    return Attribute(name, type_of(body, where), expression(body.get("from"), where), optional, words)


def type_of(body: dict[str, Any], where: str) -> Type:
    """The `type` of an entry. Raises BundleError."""
    try:
        return Type(body.get("type", ""))
    except ValueError:
        kinds = ", ".join(Type)
        raise BundleError(f"{where}: '{body.get('type')}' is no type; write one of {kinds}") from None


def expression(text: Any, where: str) -> Expression:
    """The compiled expression. Raises BundleError."""
    if not isinstance(text, str) or not text.strip():
        raise BundleError(f"{where}: a JMESPath expression is missing; say where it stands in the answer")
    return Expression(text, where)


def known_keys(entry: Any, keys: frozenset[str], where: str) -> dict[str, Any]:
    """The entry, if it is a mapping with no other keys than these: a typo must not go unnoticed. Raises BundleError."""
    if not isinstance(entry, dict):
        raise BundleError(f"{where} must be a mapping with {', '.join(sorted(keys))}")
    for key in entry:
        if key not in keys:
            raise BundleError(f"{where}: '{key}' is unknown; write one of {', '.join(sorted(keys))}")
    return entry
