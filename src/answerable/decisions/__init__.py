"""A bundle and a finding make a decision."""

from answerable.decisions.bundle import Bundle, Manifest, parse
from answerable.decisions.decide import CedarDecider
from answerable.decisions.decision import Decision, Outcome, Policy, Wording

__all__ = ["Bundle", "CedarDecider", "Decision", "Manifest", "Outcome", "Policy", "Wording", "parse"]
