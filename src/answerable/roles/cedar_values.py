"""People, what they want and how far they may go, as the entities and records of `duties.cedarschema`."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any

from answerable.roles.role import Limits, Role
from answerable.roles.ruling import Approvable, Kept
from answerable.values import OperatorId

PERSON = "Duties::Person"
Entity = dict[str, Any]
_SECOND = timedelta(seconds=1)


def person(operator: OperatorId, roles: Iterable[Role], elsewhere: Iterable[Role]) -> Entity:
    """Somebody who signed in, and the roles that they have under other ids."""
    attributes = {
        "id": operator,
        "roles": sorted(role.value for role in roles),
        "elsewhere": sorted(role.value for role in elsewhere),
    }
    return {"uid": {"type": PERSON, "id": operator}, "attrs": attributes, "parents": []}


def held(wanted: Approvable, approved: Iterable[OperatorId]) -> Entity:
    """What waits for people. What is not known is left out."""
    attributes: dict[str, Any] = {
        "kind": wanted.kind,
        "requester": wanted.requester,
        "owners": _people(wanted.requester_owners),
        "approved": _people(approved),
        "subjects": sorted(wanted.subjects),
    }
    if wanted.route is not None:
        attributes["route"] = wanted.route
    if wanted.amount is not None:
        attributes |= {"amount": wanted.amount.minor, "currency": wanted.amount.currency}
    if wanted.region is not None:
        attributes["region"] = wanted.region
    return _entity("Held", attributes)


def made(author: OperatorId | None) -> Entity:
    """A bundle or a term, of which an author that is not known is left out."""
    return _entity("Made", {} if author is None else {"author": _person(author)})


def assignment(whose: OperatorId, role: Role, others: Collection[str], *, limited: bool) -> Entity:
    """A role that somebody is to get or lose."""
    attributes = {"whose": _person(whose), "role": role.value, "others": sorted(others), "limited": limited}
    return _entity("Assignment", attributes)


def link(people: Iterable[OperatorId]) -> Entity:
    """Ids that are to be linked, or not to be any more."""
    return _entity("Link", {"people": _people(people)})


def kept(wanted: Kept) -> Entity:
    """Something that is to be looked at."""
    attributes: dict[str, Any] = {"kind": wanted.kind, "owners": _people(wanted.owners)}
    if wanted.route is not None:
        attributes["route"] = wanted.route
    return _entity("Kept", attributes)


def grants(owners: Iterable[OperatorId], approver: OperatorId | None = None) -> Entity:
    """Grants to be taken back or let out again. `approver` is whose yes no longer counts."""
    attributes: dict[str, Any] = {"owners": _people(owners)}
    if approver is not None:
        attributes["approver"] = _person(approver)
    return _entity("Grants", attributes)


def limits(found: Limits) -> dict[str, Any]:
    """How far a part of somebody's authority goes."""
    said: dict[str, Any] = {}
    if found.routes is not None:
        said["routes"] = sorted(found.routes)
    if found.subjects is not None:
        said["subjects"] = sorted(found.subjects)
    if found.amount is not None:
        said |= {"amount": found.amount.minor, "currency": found.amount.currency}
    if found.regions is not None:
        said["regions"] = sorted(found.regions)
    if found.hours is not None:
        hours = found.hours
        said["hours"] = {"days": sorted(hours.days), "start": hours.start, "end": hours.end}
    return said


def seconds(length: timedelta) -> int:
    """Whole seconds, rounded up: what is a little too long ago is too long ago."""
    return -(-length // _SECOND)


def reasons(parsed: str) -> dict[str, str]:
    """Why each rule is there, by its id, in the order of the file: of Cedar's JSON for the rules.

    Raises ValueError where a rule lacks either, or has another's id.
    """
    found: dict[str, str] = {}
    for number, raw in enumerate(json.loads(parsed)["staticPolicies"].values(), start=1):
        notes: Mapping[str, str] = raw.get("annotations", {})
        name, because = notes.get("id", ""), notes.get("because", "")
        if not name or not because or name in found:
            raise ValueError(f"rule {number} needs an @id of its own and a @because")
        found[name] = because
    return found


def digest(schema: str, policies: str) -> str:
    """One name for exactly these rules."""
    return "sha256:" + hashlib.sha256(f"{schema}\0{policies}".encode()).hexdigest()


def _person(operator: OperatorId) -> Entity:
    return {"__entity": {"type": PERSON, "id": operator}}


def _people(found: Iterable[OperatorId]) -> list[Entity]:
    return [_person(one) for one in sorted(set(found))]


def _entity(kind: str, attributes: dict[str, Any]) -> Entity:
    return {"uid": {"type": f"Duties::{kind}", "id": "it"}, "attrs": attributes, "parents": []}
