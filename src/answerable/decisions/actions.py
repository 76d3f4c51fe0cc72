"""actions.yaml: which tool is which act, on what, and which facts a policy may ask about it.

    cancel_reservation:
      subjects: [cancellation, refund]
      brings: [follow_up]
      amounts: {refund: "payment_history[?amount < `0`].amount"}   # of the answer
      covers: "flights[].flight_number"
      reversible: false
      route: duty-manager
      resource: {record: Reservation, id: args.reservation_id}
      needs:
        customer: {record: User, id: resource.user_id}
      consent: {about: [cancel], shows: [args.reservation_id]}
      facts:
        for_health: {type: flag, from: "mentions(talk.customer, ['sick'])", when_offered: true}
      connector: shop                # and what else `act_rules` says of carrying it out

Expressions see `args`, `resource` and each need (as answered), `records` (by kind and
id), `talk` (see `dialogue.Talk.as_facts`) and `consent`: the last `offer` of such an act
that was answered with a yes or a no, its `answer`, and all `offers` of it up to there.
A fact without a value is *missing*, and what is missing refuses. `when_offered` is the
value assumed when a line merely speaks of the act, before there are arguments; with
`as_said: true` it is the sum that the line names, where it names one. `define`
names values that facts and `shows` share, and `otherwise` tells the model how to learn a
missing fact.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from answerable.claims import Subject
from answerable.decisions.act_rules import KEYS, NO_RULES, ActRules, parse_act_rules
from answerable.findings import ActShows
from answerable.records.expressions import Expression
from answerable.records.mapping import Attribute, Mappings, attribute, expression, known_keys
from answerable.records.typed import Type
from answerable.values.errors import BundleError

ACTIONS = "actions.yaml"

_KEYS = KEYS | frozenset(
    "subjects brings amounts covers reversible route resource needs define consent facts".split()
)
_RESERVED = frozenset({"args", "resource", "records", "talk", "now", "consent", "assurance", "repeats"})


@dataclass(frozen=True, slots=True)
class Need:
    """A record that must have been read: which kind, and where its id stands.

    Without an optional one the act can be decided all the same; policies see it if it was read.
    """

    name: str
    kind: str
    id: Expression
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ConsentRule:
    """What the offer must have said. `shows` finds values, or lists of forms of one value."""

    about: tuple[str, ...]
    shows: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact computed for one act. `when_offered` is None where a line alone can't assume it.

    `otherwise` tells the model how to learn it where it is missing. With `as_said` a sum that
    the line names goes before `when_offered`: the policies then decide on that sum.
    """

    attribute: Attribute
    when_offered: Any = None
    otherwise: str | None = None
    as_said: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """An act of the business, named as its tool is."""

    tool: str
    subjects: frozenset[Subject]
    shows: ActShows
    """What a success bears out: its subjects and those that it brings ("you will receive an e-mail")."""
    reversible: bool
    route: str | None
    resource: Need | None
    needs: tuple[Need, ...] = ()
    define: tuple[tuple[str, Expression], ...] = ()
    """Values that facts are computed from, in their order; no policy sees them."""
    consent: ConsentRule | None = None
    facts: tuple[Fact, ...] = ()
    rules: ActRules = NO_RULES
    """How it is carried out."""


def parse_actions(raw: dict[str, Any], records: Mappings) -> Mapping[str, Action]:
    """Check the parsed file. Raises BundleError, naming the entry and the remedy."""
    tools = frozenset(raw)
    return {tool: _action(tool, entry, records, tools) for tool, entry in raw.items()}


def _action(tool: str, entry: Any, records: Mappings, tools: frozenset[str]) -> Action:
    where = f"{ACTIONS}: {tool}"
    body = known_keys(entry, _KEYS, where)
    reversible = body.get("reversible")
    if not isinstance(reversible, bool):
        raise BundleError(f"{where}: 'reversible' must be true or false: can the act be undone?")
    route = body.get("route")
    if route is not None and (not isinstance(route, str) or not route):
        raise BundleError(f"{where}: 'route' must name who answers when the act is held")
    resource = body.get("resource")
    needs = body.get("needs", {})
    if not isinstance(needs, dict):
        raise BundleError(f"{where}: 'needs' must be a mapping of names to records")
    facts = body.get("facts", {})
    if not isinstance(facts, dict):
        raise BundleError(f"{where}: 'facts' must be a mapping of names to types and expressions")
    define = body.get("define", {})
    if not isinstance(define, dict):
        raise BundleError(f"{where}: 'define' must be a mapping of names to expressions")
    names = [*needs, *define, *facts]
    for name in names:
        if name in _RESERVED or names.count(name) > 1 or not isinstance(name, str):
            raise BundleError(f"{where}: '{name}' is taken; give it another name")
    made = Action(
        tool,
        _subjects(body.get("subjects", []), f"{where}: subjects"),
        _shows(body, where),
        reversible,
        route,
        None if resource is None else _need("resource", resource, records, f"{where}: resource"),
        tuple(_need(name, one, records, f"{where}: needs.{name}") for name, one in needs.items()),
        tuple((name, expression(one, f"{where}: define.{name}")) for name, one in define.items()),
        _consent(body.get("consent"), where),
        tuple(_fact(name, one, f"{where}: facts.{name}") for name, one in facts.items()),
        parse_act_rules(body, tools, where),
    )
    _check_roots(made, where)
    return made


def _check_roots(action: Action, where: str) -> None:
    """Every expression asks only for what is known when it is computed: any other name finds nothing, silently."""
    known = {"args", "records", "talk"}

    def check(one: Expression, place: str) -> None:
        if one.roots - known:
            raise BundleError(
                f"{where}: {place}: '{one.text}' asks for '{min(one.roots - known)}', which is not known there; "
                f"known are {', '.join(sorted(known))}; what several expressions share stands in 'define'"
            )

    if action.resource is not None:
        check(action.resource.id, "resource")
        known.add("resource")
    for need in action.needs:
        check(need.id, f"needs.{need.name}")
        known.add(need.name)
    known.add("consent")
    for name, one in action.define:
        check(one, f"define.{name}")
        known.add(name)
    for one in action.consent.shows if action.consent else ():
        check(one, "consent.shows")
    for fact in action.facts:
        check(fact.attribute.expression, f"facts.{fact.attribute.name}")
        known.add(fact.attribute.name)
    rules = action.rules
    for place, found in (
        ("amount", rules.amount),
        ("region", rules.region),
        ("leads_to", rules.leads_to.amount),
    ):
        if found is not None:
            check(found, place)


def _shows(body: dict[str, Any], where: str) -> ActShows:
    subjects = _subjects(body.get("subjects", []), f"{where}: subjects")
    subjects |= _subjects(body.get("brings", []), f"{where}: brings")
    amounts = body.get("amounts", {})
    if not isinstance(amounts, dict):
        raise BundleError(f"{where}: 'amounts' must be a mapping of subjects to expressions over the answer")
    _subjects(list(amounts), f"{where}: amounts")  # raises for a name that is none
    covers = body.get("covers")
    return ActShows(
        subjects,
        {Subject(name): expression(one, f"{where}: amounts.{name}") for name, one in amounts.items()},
        None if covers is None else expression(covers, f"{where}: covers"),
    )


def _subjects(raw: Any, where: str) -> frozenset[Subject]:
    if not isinstance(raw, list):
        raise BundleError(f"{where}: '{raw}' must be a list, as [refund]")
    for one in raw:
        if one not in list(Subject):
            raise BundleError(f"{where}: '{one}' is no subject; write one of {', '.join(Subject)}")
    return frozenset(Subject(one) for one in raw)


def _need(name: str, entry: Any, records: Mappings, where: str) -> Need:
    body = known_keys(entry, frozenset({"record", "id", "optional"}), where)
    kind = body.get("record")
    if not isinstance(kind, str) or kind not in records:
        raise BundleError(f"{where}: there is no record '{kind}'; write one of {', '.join(records)}")
    if not name.isidentifier():
        raise BundleError(f"{where}: '{name}' can't be a name in a policy; use letters, digits and _")
    optional = body.get("optional", False)
    if not isinstance(optional, bool):
        raise BundleError(f"{where}: 'optional' must be true or false")
    return Need(name, kind, expression(body.get("id"), where), optional)


def _consent(entry: Any, where: str) -> ConsentRule | None:
    if entry is None:
        return None
    body = known_keys(entry, frozenset({"about", "shows"}), f"{where}: consent")
    about, shows = body.get("about"), body.get("shows", [])
    if not isinstance(about, list) or not about or not all(isinstance(one, str) and one for one in about):
        raise BundleError(f"{where}: consent needs 'about', words of which the offer must use one")
    if not isinstance(shows, list):
        raise BundleError(f"{where}: consent: 'shows' must be a list of expressions")
    return ConsentRule(
        tuple(one.casefold() for one in about),
        tuple(expression(one, f"{where}: consent.shows") for one in shows),
    )


def _fact(name: str, entry: Any, where: str) -> Fact:
    if not isinstance(entry, dict):
        raise BundleError(f"{where} must be a mapping with type and from")
    body = dict(entry)
    offered, otherwise = body.pop("when_offered", None), body.pop("otherwise", None)
    if otherwise is not None and not isinstance(otherwise, str):
        raise BundleError(f"{where}: 'otherwise' must say how to learn it, in words")
    as_said = body.pop("as_said", False)
    found = attribute(name, body, where)
    if not isinstance(as_said, bool) or (as_said and found.type is not Type.CENTS):
        raise BundleError(f"{where}: 'as_said' is true or false, and true only for cents")
    return Fact(found, offered, otherwise, as_said)
