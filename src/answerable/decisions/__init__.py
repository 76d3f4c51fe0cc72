"""A bundle and a finding make a decision."""

from answerable.decisions.acts import ActDecider, Situation
from answerable.decisions.approval import Approvers, approval_of, check_approval, parse_approvers
from answerable.decisions.authority import by_authority
from answerable.decisions.bundle import Bundle, Manifest, parse
from answerable.decisions.decide import CedarDecider
from answerable.decisions.decision import ActDecision, ActOutcome, Decision, Outcome, Policy, Wording
from answerable.decisions.possible import possible_acts

__all__ = [
    "ActDecider",
    "ActDecision",
    "ActOutcome",
    "Approvers",
    "Bundle",
    "CedarDecider",
    "Decision",
    "Manifest",
    "Outcome",
    "Policy",
    "Situation",
    "Wording",
    "approval_of",
    "by_authority",
    "check_approval",
    "parse",
    "parse_approvers",
    "possible_acts",
]
