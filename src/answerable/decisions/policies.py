"""Policies as an auditor needs them: what each one's annotations say, checked."""

import json
from collections.abc import Mapping
from typing import Any

import cedarpy

from answerable.decisions.decision import ActOutcome, Outcome, Policy, Wording
from answerable.values import PolicyId
from answerable.values.errors import BundleError

POLICIES = "policies.cedar"
WORDING = "wording.yaml"
FALLBACK_WORDING = "default"
SAY = "say"

_NEEDED = ("id", "owner", "because")
_KNOWN = frozenset({*_NEEDED, "outcome", "wording", "route", "instead", "cites", "controls"})


def read_policies(texts: Mapping[str, str], wording: Mapping[str, Wording]) -> dict[PolicyId, Policy]:
    """Every policy of some files, in the order of the files. Raises BundleError, naming file and policy."""
    found: dict[PolicyId, Policy] = {}
    for file, text in texts.items():
        for position, raw in enumerate(_parsed(file, text), start=1):
            policy = _policy(file, position, raw, wording)
            if policy.id in found:
                raise BundleError(f'{file}: two policies have @id("{policy.id}"); ids must differ')
            found[policy.id] = policy
    return found


def _parsed(file: str, text: str) -> list[dict[str, Any]]:
    try:
        parsed = json.loads(cedarpy.policies_to_json_str(text))
    except ValueError as error:
        raise BundleError(f"{file} can't be parsed: {error}; correct it there") from error
    for raw in parsed["templates"].values():
        named = raw.get("annotations", {}).get("id", "")
        raise BundleError(
            f"{file}: policy '{named}' has a slot (?principal or ?resource), and nothing here fills "
            "slots, so it would never apply; write it without"
        )
    return list(parsed["staticPolicies"].values())


def _policy(file: str, position: int, raw: dict[str, Any], wording: Mapping[str, Wording]) -> Policy:
    notes: dict[str, str] = raw.get("annotations", {})
    where = f"{file}: policy {notes.get('id') or f'number {position}'}"
    for key in _NEEDED:
        if not notes.get(key):
            raise BundleError(f'{where} has no @{key}("..."); every policy names its {key}')
    for key in notes:
        if key not in _KNOWN:
            raise BundleError(f"{where}: @{key} is unknown; write one of {', '.join(sorted(_KNOWN))}")
    actions = _actions(raw["action"])
    says = SAY in actions or not actions
    permits = raw["effect"] == "permit"
    words = notes.get("wording", FALLBACK_WORDING)
    if says and words not in wording:
        raise BundleError(f'{where} has @wording("{words}"), which is not in {WORDING}')
    outcome = Outcome.RELEASE if permits or not says else _outcome(notes, where)
    on_act = ActOutcome.PERMIT if permits or (says and actions) else _act_outcome(notes, where, says=says)
    return Policy(
        PolicyId(notes["id"]), notes["owner"], notes["because"], permits=permits, outcome=outcome,
        wording=words if says and not permits else None, route=notes.get("route"), on_act=on_act,
        instead=notes.get("instead"), cites=_listed(notes.get("cites")),
        controls=_listed(notes.get("controls")), file=file, acts=actions, always=_always(raw),
    )  # fmt: skip


def _outcome(notes: dict[str, str], where: str) -> Outcome:
    try:
        outcome = Outcome(notes.get("outcome", ""))
    except ValueError:
        outcome = Outcome.RELEASE
    if outcome is Outcome.RELEASE:
        raise BundleError(f'{where} forbids, so it needs @outcome("revise"), ("hold") or ("withhold")')
    return outcome


def _act_outcome(notes: dict[str, str], where: str, *, says: bool) -> ActOutcome:
    try:
        outcome = ActOutcome(notes.get("outcome", ""))
    except ValueError:
        outcome = ActOutcome.PERMIT
    if outcome is not ActOutcome.PERMIT:
        return outcome
    if says:  # it forbids lines and acts alike, with a line's outcome: an act is then as much stopped
        return ActOutcome.REFUSE
    raise BundleError(f'{where} forbids an act, so it needs @outcome("refuse") or @outcome("hold")')


def _actions(scope: dict[str, Any]) -> frozenset[str]:
    """The actions that a policy names; none where it speaks of all."""
    entities = [scope["entity"]] if "entity" in scope else scope.get("entities", [])
    return frozenset(one["id"] for one in entities)


def _always(raw: dict[str, Any]) -> bool:
    return not raw["conditions"] and raw["principal"]["op"] == raw["resource"]["op"] == "All"


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split()) if text else ()
