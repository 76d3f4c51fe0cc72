"""What is wrong, or looks wrong, with a pack that can be parsed: policies that contradict, hide or never apply."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import cedarpy

from answerable.claims import Claim, Force, Kind, Subject
from answerable.decisions.actions import ACTIONS
from answerable.decisions.bundle import MANIFEST, Bundle
from answerable.decisions.policies import WORDING
from answerable.records.mapping import RECORDS
from answerable.terms import TERMS

Read = Callable[[str], Claim]


class Severity(StrEnum):
    """An error must be mended; a warning should be looked at."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing found: in which file, on which line where that is known, and what to do."""

    severity: Severity
    file: str
    line: int | None
    text: str


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A policy as Cedar has it."""

    id: str
    file: str
    permits: bool
    actions: frozenset[str]
    conditions: str
    """Its scope beyond the action, and its conditions, in one canonical text; empty is "always"."""
    names: frozenset[str]
    """Attributes that it asks for."""


def lint(bundle: Bundle, files: Mapping[str, bytes], read: Read, now: datetime) -> list[Remark]:
    """Everything found, in the order of the files. `read` is the gate's reader for a line alone. Pure."""
    own = {name: text.decode() for name, text in files.items() if name.endswith(".cedar")}
    policies = [policy for name, text in own.items() for policy in _parsed(name, text)]
    found = [
        *_manifest(bundle, now),
        *_policies(bundle, policies),
        *_acts(bundle, policies),
        *_unused(bundle, policies),
        *_terms(bundle, now),
        *_words(bundle, read),
    ]
    return [
        Remark(one.severity, one.file, one.line or _line_of(files, one.file, one.text), one.text)
        for one in found
    ]


def _error(file: str, text: str) -> Remark:
    return Remark(Severity.ERROR, file, None, text)


def _warning(file: str, text: str) -> Remark:
    return Remark(Severity.WARNING, file, None, text)


def _manifest(bundle: Bundle, now: datetime) -> Iterator[Remark]:
    manifest = bundle.manifest
    if manifest.approver is None:
        yield _warning(
            MANIFEST, "'approver' is empty: nobody stands behind the pack, and it can't be put in force"
        )
    if manifest.effective_from > now:
        yield _warning(
            MANIFEST, f"'effective_from' is {manifest.effective_from:%Y-%m-%d}, which is still to come"
        )


def _policies(bundle: Bundle, policies: list[_Parsed]) -> Iterator[Remark]:
    known = {*bundle.actions, "say"}
    for policy in policies:
        for action in sorted(policy.actions - known):
            yield _error(
                policy.file, f"policy '{policy.id}' names the act '{action}', which {ACTIONS} has not"
            )
    for at, policy in enumerate(policies):
        for other in policies[:at]:
            shared = policy.actions & other.actions
            if not shared or policy.conditions != other.conditions:
                continue
            acts = ", ".join(sorted(shared))
            if policy.permits is not other.permits:
                permit, forbid = (policy, other) if policy.permits else (other, policy)
                yield _error(
                    permit.file,
                    f"policy '{permit.id}' permits {acts} exactly when '{forbid.id}' forbids it: it has no effect",
                )
            else:
                yield _warning(
                    policy.file,
                    f"policy '{policy.id}' says of {acts} what '{other.id}' says already; keep one",
                )
    for forbid in policies:
        if forbid.permits or forbid.conditions:
            continue
        for permit in policies:
            if permit.permits and permit.conditions and permit.actions <= forbid.actions:
                yield _error(
                    permit.file,
                    f"policy '{permit.id}' is never reached: '{forbid.id}' forbids all that it permits, always",
                )


def _acts(bundle: Bundle, policies: list[_Parsed]) -> Iterator[Remark]:
    for tool, action in bundle.actions.items():
        permits = [policy for policy in policies if policy.permits and tool in policy.actions]
        always = [p for p in policies if not p.permits and tool in p.actions and not p.conditions]
        if not permits:
            yield _error(
                ACTIONS, f"no policy permits '{tool}': it is always refused; write a permit, or drop the act"
            )
        elif always:
            yield _error(
                ACTIONS, f"'{tool}' is always refused: policy '{always[0].id}' forbids it without a condition"
            )
        if not action.reversible and action.route is None:
            yield _warning(
                ACTIONS, f"'{tool}' can't be undone and has no 'route': where it would be held, it is refused"
            )
        if action.consent is None and not action.reversible:
            yield _warning(
                ACTIONS, f"'{tool}' can't be undone and has no 'consent': no policy can ask for a yes to it"
            )


def _unused(bundle: Bundle, policies: list[_Parsed]) -> Iterator[Remark]:
    for tool, action in bundle.actions.items():
        asked = frozenset().union(*(policy.names for policy in policies if tool in policy.actions))
        for fact in action.facts:
            if fact.attribute.name not in asked:
                yield _warning(
                    ACTIONS, f"no policy for '{tool}' asks for its fact '{fact.attribute.name}'; drop it"
                )
    used = {
        need.kind for action in bundle.actions.values() for need in (action.resource, *action.needs) if need
    }
    texts = " ".join(
        expression.text
        for action in bundle.actions.values()
        for expression in (
            *(fact.attribute.expression for fact in action.facts),
            *(value for _, value in action.define),
        )
    )
    for kind in bundle.records:
        if kind not in used and f"records.{kind}" not in texts:
            yield _warning(
                RECORDS, f"nothing asks for the record '{kind}'; drop it, or write the act that needs it"
            )


def _terms(bundle: Bundle, now: datetime) -> Iterator[Remark]:
    for term in bundle.terms.terms:
        if term.approver is None:
            yield _warning(TERMS, f"'{term.id}' has no approver: nobody stands behind its wording")
        if term.last is not None and term.last < now.date():
            yield _warning(TERMS, f"'{term.id}' ended on {term.last}; drop it, or say what holds now")


def _words(bundle: Bundle, read: Read) -> Iterator[Remark]:
    """Words for the customer must commit nobody themselves; the gate's own reader says whether they do."""
    for wording in bundle.wording.values():
        claim = read(wording.text)
        if claim.kind in (Kind.COMMITTAL, Kind.UNKNOWN):
            yield _error(
                WORDING,
                f"'{wording.id}' is read as {claim.force.value} ({claim.subject.value}); write what commits nobody",
            )
    for term in bundle.terms.terms:
        about = read(term.wording).subject
        if about not in term.subjects and about is not Subject.NONE:
            yield _warning(
                TERMS,
                f"the wording of '{term.id}' is read to be about {about.value}, which is not among its subjects: "
                f"lines like it are not held against it; add {about.value}",
            )
        if read(term.wording).force in (Force.COMPLETED, Force.UNKNOWN):
            yield _error(
                TERMS,
                f"the wording of '{term.id}' is read as {read(term.wording).force.value}; word it as a rule",
            )


def _parsed(file: str, text: str) -> Iterator[_Parsed]:
    for raw in json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"].values():
        scope = raw["action"]
        entities = [scope["entity"]] if "entity" in scope else scope.get("entities", [])
        narrow = [raw[key] for key in ("principal", "resource") if raw[key].get("op") != "All"]
        conditions = [*narrow, *raw.get("conditions", [])]
        yield _Parsed(
            raw["annotations"]["id"],
            file,
            raw["effect"] == "permit",
            frozenset(one["id"] for one in entities),
            json.dumps(conditions, sort_keys=True) if conditions else "",
            frozenset(_names(conditions)),
        )


def _names(node: Any) -> Iterator[str]:
    """Every attribute that a condition gets or asks after."""
    ahead = [node]
    while ahead:
        one = ahead.pop()
        if isinstance(one, dict):
            for key in (".", "has"):
                inner = one.get(key)
                if isinstance(inner, dict) and isinstance(inner.get("attr"), str):
                    yield inner["attr"]
            ahead += one.values()
        elif isinstance(one, list):
            ahead += one


def _line_of(files: Mapping[str, bytes], file: str, text: str) -> int | None:
    """The line where the first name in quotes of a remark stands first in the file."""
    quoted = text.split("'")[1::2]
    for name in quoted[:1]:
        for number, line in enumerate(files.get(file, b"").decode().splitlines(), start=1):
            if f'"{name}"' in line or line.lstrip().startswith(f"{name}:"):
                return number
    return None
