"""Decide a line with Cedar.

Cedar skips a policy that errors, so an erroring `forbid` would let a line
through. Here any error holds the line, whatever the other policies said.
"""

from typing import Any

import cedarpy

from answerable.claims import Claim
from answerable.decisions.bundle import Bundle
from answerable.decisions.decision import CAUTION, Decision, Outcome, Policy
from answerable.decisions.policies import FALLBACK_WORDING
from answerable.findings import Finding
from answerable.values import AssuranceLevel

_PRINCIPAL = 'Answerable::Workload::"bot"'
_ACTION = 'Answerable::Action::"say"'
_LINE = {"type": "Answerable::Line", "id": "line"}
_RESOURCE = 'Answerable::Line::"line"'
_NOT_EVALUATED = "a policy could not be evaluated, so the line waits for a person"

# A decision depends on seven words and a small number, so there are few distinct
# ones; past this many something else is varying and the memory is not worth it.
_REMEMBERED = 4096


class CedarDecider:
    """Decides lines under one bundle.

    The bundle is parsed once. A decision is a function of its inputs alone, so
    answers are remembered: the second line of a kind costs a dictionary look-up.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self._remembered: dict[tuple[str | int, ...], Decision] = {}

    def decide(self, claim: Claim, finding: Finding, assurance: AssuranceLevel) -> Decision:
        """Decide one line. Never raises: what can't be evaluated is held."""
        key = (
            claim.force.value,
            claim.kind.value,
            claim.subject.value,
            claim.polarity.value,
            finding.support.value,
            finding.direction.value if finding.direction else "none",
            int(assurance),
        )
        known = self._remembered.get(key)
        if known is None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            known = self._remembered[key] = self._ask(*key)
        return known

    def _ask(
        self,
        force: str | int,
        kind: str | int,
        subject: str | int,
        polarity: str | int,
        support: str | int,
        direction: str | int,
        assurance: str | int,
    ) -> Decision:
        request = {
            "principal": _PRINCIPAL,
            "action": _ACTION,
            "resource": _RESOURCE,
            "context": {"assurance": assurance},
        }
        attributes = {
            "force": force,
            "kind": kind,
            "subject": subject,
            "polarity": polarity,
            "support": support,
            "direction": direction,
        }
        line: dict[str, Any] = {"uid": _LINE, "attrs": attributes, "parents": []}
        try:
            answer = cedarpy.is_authorized(request, self.bundle.policy_set, [line], self.bundle.schema)
            return self._read(answer)
        except Exception as error:  # noqa: BLE001 – whatever it was, the line was not decided on
            return self._stopped(Outcome.HOLD, _NOT_EVALUATED, (), FALLBACK_WORDING, errors=(str(error),))

    def _read(self, answer: cedarpy.AuthzResult) -> Decision:
        determined = set(answer.diagnostics.id_annotations_by_reason.values())
        # Cedar names them in no order. In that of the file, the same line decides the same way
        # always: which of two equally cautious policies gives the wording, too.
        determining = tuple(policy for name, policy in self.bundle.policies.items() if name in determined)
        errors = tuple(self._named(error) for error in answer.diagnostics.errors)
        if errors or answer.decision is cedarpy.Decision.NoDecision:
            return self._stopped(
                Outcome.HOLD,
                _NOT_EVALUATED,
                determining,
                FALLBACK_WORDING,
                errors=errors or ("no decision was reached",),
            )
        if answer.allowed:
            because = "; ".join(policy.because for policy in determining)
            return Decision(Outcome.RELEASE, because, determining, self.bundle.digest)
        if not determining:
            return self._stopped(Outcome.WITHHOLD, "no policy permits the line", (), FALLBACK_WORDING)
        strictest = max(determining, key=lambda policy: CAUTION.index(policy.outcome))
        return self._stopped(
            strictest.outcome,
            "; ".join(policy.because for policy in determining),
            determining,
            strictest.wording or FALLBACK_WORDING,
            route=strictest.route,
        )

    def _named(self, error: str) -> str:
        """An error with a policy's own id in the place of the number that Cedar gave it."""
        for number, name in enumerate(self.bundle.policies):
            error = error.replace(f"`policy{number}`", f"`{name}`")
        return error

    def _stopped(
        self,
        outcome: Outcome,
        because: str,
        policies: tuple[Policy, ...],
        wording: str,
        *,
        route: str | None = None,
        errors: tuple[str, ...] = (),
    ) -> Decision:
        words = self.bundle.wording[wording]
        return Decision(outcome, because, policies, self.bundle.digest, words, route, errors)
