"""May this be said? A line that grants or offers an act is held against the policies for the act itself.

"You can cancel it for a full refund" is false where `cancel_reservation` would be
refused for that reservation, whatever was published and however politely it was
asked. An offer that the policies bar errs in the customer's favour: `over`.
"""

from collections.abc import Iterable
from dataclasses import replace

from answerable.claims import Bound, Claim, Force, IdentifierTerm, MoneyTerm, Polarity
from answerable.decisions.actions import Action
from answerable.decisions.acts import ActDecider, Situation
from answerable.decisions.decision import ActDecision, ActOutcome
from answerable.findings import Direction, Evidence, Finding, Support
from answerable.findings.terms_agree import comparable
from answerable.records import Record
from answerable.terms import says_zero

_SPEAKS_OF_ACTS = frozenset({Force.ENTITLEMENT, Force.OFFER, Force.PROMISE})
_MOST_RECORDS = 5  # of the latest read: which one a line without a name means is not known for sure


def by_authority(
    claim: Claim, text: str, finding: Finding, decider: ActDecider, situation: Situation
) -> Finding:
    """The finding on a line, after asking the policies for the act that it speaks of.

    Contradicted where every act that could be meant would be refused. Supported where one
    would be permitted and the line names no figure ("free" is one) that something else must
    show: a sum that the policies were asked about (`as_said`) needs nothing else.
    """
    if claim.force not in _SPEAKS_OF_ACTS or claim.polarity is Polarity.REFUSES:
        return finding
    if finding.support is Support.CONTRADICTED:
        return finding
    if _done(claim, decider, situation):
        return finding  # it speaks of what was done, and whether that can be done again is no matter
    said = _sum(claim)
    asked = list(_asked(claim, decider, situation, said))
    permitted = [(action, one) for action, one in asked if one.outcome is ActOutcome.PERMIT]
    if permitted:
        if finding.support is Support.SUPPORTED or says_zero(text):
            return finding
        if said is not None and len(comparable(claim)) == 1:
            # Only acts that were asked about this very sum say anything about it.
            permitted = [(action, one) for action, one in permitted if _takes_sums(action)]
        elif comparable(claim):
            return finding
        if permitted:
            return Finding(
                Support.SUPPORTED, "the policies for the act permit it", _evidence(permitted[0][1])
            )
        return finding
    own = [one for action, one in asked if claim.subject in action.subjects]
    if own and all(one.outcome is ActOutcome.REFUSE and one.policies for one in own):
        refused = own[0]
        return Finding(
            Support.CONTRADICTED,
            f"the act would be refused: {refused.because}",
            _evidence(refused),
            Direction.OVER,
        )
    unknown = next((one for one in own if one.missing), None)
    if unknown is not None and finding.support is Support.UNSUPPORTED:
        # For whoever writes the pack, or reads why a fair offer was held.
        return replace(
            finding, because=f"{finding.because}; whether the act would be permitted is {unknown.because}"
        )
    return finding


def _sum(claim: Claim) -> float | None:
    """The one sum that a line names, in major units: the upper end of a range. None where it names none or several."""
    sums = [term for term in claim.terms if isinstance(term, MoneyTerm)]
    if len(sums) != 1 or sums[0].bound is Bound.MORE_THAN:
        return None
    return float(sums[0].high.figure)


def _takes_sums(action: Action) -> bool:
    return any(fact.as_said for fact in action.facts)


def _asked(
    claim: Claim, decider: ActDecider, situation: Situation, said: float | None
) -> Iterable[tuple[Action, ActDecision]]:
    """The acts that bring what the line speaks of, each with its decision for each thing that may be meant."""
    for action in decider.bundle.actions.values():
        if claim.subject in action.shows.subjects:
            for record in _meant(claim, action, situation):
                yield action, decider.would_permit(action, record, situation, said)


def _done(claim: Claim, decider: ActDecider, situation: Situation) -> bool:
    """Has an act that brings what the line speaks of succeeded in this conversation?"""
    done = {call.outcome.call.name for call in situation.talk.calls if call.succeeded}
    return any(
        claim.subject in action.shows.subjects
        for tool, action in decider.bundle.actions.items()
        if tool in done
    )


def _meant(claim: Claim, action: Action, situation: Situation) -> list[Record | None]:
    """The things that a line may mean: those it names, else those read last."""
    if action.resource is None:
        return [None]
    known = situation.book.all(action.resource.kind)
    named = {_bare(term.value) for term in claim.terms if isinstance(term, IdentifierTerm)}
    meant = [record for record in known if _bare(record.id) in named]
    return list(meant or known[-_MOST_RECORDS:])


def _bare(name: str) -> str:
    return name.casefold().lstrip("#")


def _evidence(decision: ActDecision) -> tuple[Evidence, ...]:
    return tuple(Evidence(f"policy:{policy.id}", policy.because) for policy in decision.policies)
